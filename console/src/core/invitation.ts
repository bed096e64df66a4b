// A one-use invitation for one more person: as a link to hand on, and what a person brings of it. The secret stands in the
// fragment, which no browser sends to any server. Pure.

/** `<session>.<64 hexadecimal digits>`, as CreateInvitation makes it. */
const INVITATION = /^[a-z0-9-]{1,63}\.[0-9a-f]{64}$/;
/** `<tenant>.<64 hexadecimal digits>`, as the operator makes it for a company's administrator. */
const ADMINISTRATION = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.[0-9a-f]{64}$/;
const PARAMETER = "invitation";

export function invitationLink(origin: string, invitation: string): string {
  return `${origin}/agent#${PARAMETER}=${invitation}`;
}

export function invitationFromFragment(hash: string): string | undefined {
  return checked(new URLSearchParams(hash.replace(/^#/, "")).get(PARAMETER));
}

/** The invitation of an administrator, which is for another page. */
export function administrationFromFragment(hash: string): string | undefined {
  const text = new URLSearchParams(hash.replace(/^#/, "")).get(PARAMETER);
  return text !== null && ADMINISTRATION.test(text) ? text : undefined;
}

/** What a person typed or pasted: the whole link, or the code alone. */
export function invitationFromText(text: string): string | undefined {
  const trimmed = text.trim();
  const hash = trimmed.indexOf("#");
  return hash < 0 ? checked(trimmed) : invitationFromFragment(trimmed.slice(hash));
}

function checked(text: string | null): string | undefined {
  return text !== null && INVITATION.test(text) ? text : undefined;
}
