// Why the live session refused a command, as the person who gave it is told. Pure.

import type { MessageKey } from "./catalogue";

/** CommandResult.reason of every refusal. */
export const BY_COMMAND: Readonly<Record<string, MessageKey>> = {
  SiteNotAllowed: "nav.refused", LoadFailed: "notice.LoadFailed", Timeout: "refused.late", Busy: "refused.busy", TooLong: "refused.long",
  Paused: "refused.paused", EndUserAway: "live.away.title", ControlHeld: "refused.control", NotAllowed: "refused.permitted", NotPermitted: "refused.permitted",
  LimitReached: "refused.limit", SessionFull: "problem.sessionFull", Ended: "problem.notFound", NotParticipant: "problem.notFound", UnknownParticipant: "refused.gone",
  NotFound: "refused.gone", NotBound: "refused.busy", Refused: "refused.other", Malformed: "refused.other", OutOfOrder: "refused.other",
  MaskSelectorInvalid: "refused.other", BrowserGone: "refused.other", TooManyFiles: "file.large", FileTooLarge: "file.large",
};

export function refusedKey(reason: string): MessageKey {
  return BY_COMMAND[reason] ?? "refused.other";
}
