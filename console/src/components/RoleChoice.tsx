// One of several roles to choose from, with a line that says what it means.

interface Props {
  label: string;
  text: string;
  checked: boolean;
  testId?: string;
  onChoose(): void;
}

export function RoleChoice({ label, text, checked, testId, onChoose }: Props) {
  return (
    <label className="role">
      <input type="radio" name="role" checked={checked} data-testid={testId} onChange={onChoose} />
      <span className="switch-text"><span className="switch-label">{label}</span><span className="switch-more">{text}</span></span>
    </label>
  );
}
