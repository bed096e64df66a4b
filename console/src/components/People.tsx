// Everybody in the session and at its door; for the end user with the switches of what each may do.

import { selfOf } from "../core/live";
import { initials, colourOf } from "../core/people";
import { Role, type Participant } from "../gen/cobrowse/v1/participant_pb";
import { ControlAction } from "../gen/cobrowse/v1/control_pb";
import type { Session } from "../gen/cobrowse/v1/session_pb";
import type { LiveHandle } from "../hooks/use-live";
import { usePermit } from "../hooks/use-permit";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";
import { PermissionSwitches } from "./PermissionSwitches";

interface Props {
  live: LiveHandle;
  session: Session;
  endUser: boolean;
  onInvite(): void;
}

export function People({ live, session, endUser, onInvite }: Props) {
  const { t } = useText();
  const state = live.live;
  const others = state.participants.filter((one) => one.role === Role.AGENT || one.role === Role.OBSERVER || one.id === state.selfId || one.role === Role.END_USER);
  const knocking = session.participants.filter((one) => session.waitingIds.includes(one.id));
  const mayInvite = endUser || selfOf(state)?.role === Role.AGENT;
  return (
    <section className="people" aria-label={t("people.title")}>
      <ul>
        {others.map((one) => (
          <li key={one.id}>
            <Person live={live} person={one} />
            {endUser && one.role !== Role.END_USER && <Switches live={live} person={one} />}
          </li>
        ))}
        {knocking.map((one) => <li key={one.id}><Person live={live} person={one} knocks /></li>)}
      </ul>
      {others.length + knocking.length <= 1 && <p className="quiet-text">{t("people.none")}</p>}
      {mayInvite && <button type="button" className="button invite" data-testid="invite" onClick={onInvite}><Icon name="invite" /> {t("invite.open")}</button>}
    </section>
  );
}

function Person({ live, person, knocks }: { live: LiveHandle; person: Participant; knocks?: boolean }) {
  const { t } = useText();
  const state = live.live;
  const role = person.role === Role.END_USER ? t("people.customer") : person.role === Role.OBSERVER ? t("people.observer") : t("people.agent");
  const self = person.id === state.selfId;
  const name = person.name || (self ? t("people.self") : role);
  const notes = [self && person.name ? t("people.you") : "", state.control.holderId === person.id ? t("people.holds") : "", knocks ? t("people.knocks") : person.connected ? "" : t("people.away")].filter(Boolean);
  // Who has no name is called by the role, and that once.
  const told = [person.company || (role === name ? "" : role), ...notes].filter(Boolean).join(" · ");
  return (
    <div className="person" data-testid="person" data-away={person.connected ? undefined : true}>
      <span className="person-badge" style={{ background: colourOf(state, person.id) }} aria-hidden="true">{initials(name)}</span>
      <span>
        <strong>{name}</strong>
        {told && <span className="quiet-text">{told}</span>}
      </span>
    </div>
  );
}

function Switches({ live, person }: { live: LiveHandle; person: Participant }) {
  const { t } = useText();
  const { controller, live: state } = live;
  const [allowed, permit] = usePermit(live, person);
  const asks = state.control.requestIds.includes(person.id);
  const holds = state.control.holderId === person.id;
  const control = (action: ControlAction) => void controller.command({ case: "control", value: { action, participantId: person.id } });
  return (
    <div className="person-may" role="group" aria-label={t("people.may", { name: person.name })}>
      <PermissionSwitches clipboard look={person.role === Role.OBSERVER} allowed={allowed} onChange={permit} />
      {(asks || holds) && (
        <div className="row">
          {asks && <span role="status">{t("people.asks")}</span>}
          {asks && <button type="button" className="button small main" onClick={() => control(ControlAction.GRANT)}>{t("people.grant")}</button>}
          {holds && <button type="button" className="button small" onClick={() => control(ControlAction.REVOKE)}>{t("people.revoke")}</button>}
        </div>
      )}
    </div>
  );
}
