// Two windows that overlap; where they do, a pointer that both share.

export function Logo({ name }: { name?: string }) {
  return (
    <span className="logo">
      <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
        <rect className="logo-one" x="2.5" y="4.5" width="19" height="17" rx="5.5" />
        <rect className="logo-two" x="10.5" y="10.5" width="19" height="17" rx="5.5" />
        <path className="logo-both" d="M16 10.5h5.5v5.5a5.5 5.5 0 0 1-5.5 5.5h-5.5V16a5.5 5.5 0 0 1 5.5-5.5z" />
        <path className="logo-hand" d="M14 13.6l5.2 2.2-2.3.9-.9 2.3z" />
      </svg>
      {name && <span className="logo-name">{name}</span>}
    </span>
  );
}
