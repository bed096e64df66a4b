// Dutch: the first administrator of a company sets the account up.

import type { enSetup } from "./en-setup";

export const nlSetup: Record<keyof typeof enSetup, string> = {
  "setup.title": "Word beheerder van uw bedrijf",
  "setup.lead": "U bent uitgenodigd om hier de mensen van uw bedrijf te beheren. Kies hoe u gaat inloggen.",
  "setup.name": "Uw naam",
  "setup.name.hint": "Zoals uw klanten en collega's die lezen",
  "setup.password.hint": "Minstens 15 tekens, bijvoorbeeld vier woorden. Niet uw naam of adres.",
  "setup.submit": "Account maken",
  "setup.busy": "Account wordt gemaakt…",
  "setup.done.title": "U bent de beheerder van {company}",
  "setup.done.text": "Uw account is er en u bent ingelogd. De uitnodiging werkt niet meer.",
  "setup.done.on": "Verder",
  "setup.none.title": "De uitnodiging ontbreekt",
  "setup.none.text": "Open de hele link die u kreeg nog een keer. Hij werkt één keer.",
  "problem.setUpWrong": "Deze uitnodiging werkt niet",
  "problem.setUpWrong.text": "Een uitnodiging werkt één keer, en drie dagen lang. Hebt u hem al gebruikt, log dan in. Zo niet, vraag dan wie deze dienst beheert om een nieuwe.",
  "problem.emailTaken": "Dit adres heeft al een account",
  "problem.emailTaken.text": "Kies een ander adres en probeer het opnieuw.",
  "problem.passwordWeak": "Dit wachtwoord is te makkelijk te raden",
  "problem.passwordWeak.text": "Kies minstens 15 tekens, bijvoorbeeld vier woorden, en niet uw naam of uw adres.",
};
