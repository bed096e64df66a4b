// Dutch: one more person is invited, comes and goes.

import type { enInvite } from "./en-invite";

export const nlInvite: Record<keyof typeof enInvite, string> = {
  "invite.open": "Iemand uitnodigen",
  "invite.title": "Nog iemand uitnodigen",
  "invite.lead.user": "Iemand anders van {company} kan ook helpen. U ziet wie het is en beslist voordat diegene meekijkt.",
  "invite.lead.agent": "Een collega van {company} kan ook meekijken. Uw klant ziet wie het is en beslist.",
  "invite.role": "Wat mag deze persoon?",
  "invite.role.help": "Meehelpen",
  "invite.role.help.text": "De pagina zien, en wat de klant toestaat",
  "invite.role.help.text.user": "De pagina zien, en wat u toestaat",
  "invite.role.look": "Alleen meekijken",
  "invite.role.look.text": "De pagina zien, nooit klikken of typen",
  "invite.make": "Uitnodiging maken",
  "invite.busy": "Een ogenblik…",
  "invite.link": "Link van de uitnodiging",
  "invite.copy": "Link kopiëren",
  "invite.copied": "Link gekopieerd",
  "invite.once": "Werkt één keer, voor iemand die bij {company} inlogt.",
  "invite.expires": "Nog {time} geldig",
  "invite.expired": "Deze uitnodiging is verlopen.",
  "invite.another": "Nieuwe uitnodiging",
  "invite.done": "Klaar",

  "invited.title": "U bent uitgenodigd",
  "invited.signin": "Log in om de uitnodiging aan te nemen.",
  "invited.knock": "U doet mee als {name}, {company}. De klant ziet uw naam en beslist.",
  "invited.have": "Ik heb een uitnodiging",
  "invited.label": "Link of code van de uitnodiging",
  "invited.lead": "Plak de link of code die u hebt gekregen.",
  "invited.malformed": "Dat is geen uitnodiging. Kopieer de link of code nog een keer, in zijn geheel.",
  "invited.pin": "Ik heb een pincode",

  "allow.look": "Deze persoon kijkt alleen en kan nooit klikken of typen.",
  "allow.failed": "Dat is niet gelukt. Probeer het opnieuw.",
  "people.knocks": "wacht op toestemming",
  "arrival.came": "{name} is er",
  "arrival.lost": "De verbinding van {name} is weg",
  "arrival.left": "{name} is weggegaan",
};
