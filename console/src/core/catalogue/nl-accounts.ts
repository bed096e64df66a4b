// Dutch: signing in, and how an administrator looks after the accounts of a company.

import type { enAccounts } from "./en-accounts";

export const nlAccounts: Record<keyof typeof enAccounts, string> = {
  "agent.signin.title": "Log in om een klant te helpen",
  "agent.signin.email": "E-mailadres",
  "agent.signin.password": "Wachtwoord",
  "agent.signin.submit": "Inloggen",
  "agent.signin.busy": "Bezig met inloggen…",
  "agent.signout": "Uitloggen",
  "password.see": "Wachtwoord tonen",

  "accounts.title": "Mensen van {company}",
  "accounts.loading": "De accounts worden geladen…",
  "accounts.more": "Meer tonen",
  "accounts.self": "u",
  "accounts.disabled": "mag niet inloggen",
  "accounts.AGENT": "Medewerker",
  "accounts.AGENT.text": "Helpt klanten",
  "accounts.SUPERVISOR": "Leidinggevende",
  "accounts.SUPERVISOR.text": "Helpt klanten en leest rapporten",
  "accounts.AUDITOR": "Controleur",
  "accounts.AUDITOR.text": "Leest rapporten en doet verder niets",
  "accounts.ADMINISTRATOR": "Beheerder",
  "accounts.ADMINISTRATOR.text": "Voegt hier mensen toe en helpt geen klanten",
  "accounts.add": "Iemand toevoegen",
  "accounts.name": "Naam",
  "accounts.name.hint": "Zoals klanten en collega's die lezen",
  "accounts.role": "Wat mag deze persoon?",
  "accounts.submit": "Toevoegen",
  "accounts.busy": "Wordt toegevoegd…",
  "accounts.added": "{name} kan inloggen",
  "accounts.added.text": "Geef dit wachtwoord door aan {name}, voor {email}. Het wordt alleen nu getoond.",
  "accounts.password": "Wachtwoord",
  "accounts.copy": "Wachtwoord kopiëren",
  "accounts.copied": "Wachtwoord gekopieerd",
  "accounts.done": "Klaar",
};
