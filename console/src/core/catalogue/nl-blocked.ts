// Dutch: pages that the shared browser shows in the place of a website that it does not reach. The browser pod has these texts too.

import type { enBlocked } from "./en-blocked";

export const nlBlocked: Record<keyof typeof enBlocked, string> = {
  "blocked.notOpen": "Deze website is niet open in deze sessie",
  "blocked.notOpen.text": "Het bedrijf waarvan u samen de website bezoekt, heeft dit adres niet opengesteld. Ga terug, of vraag het bedrijf om het te openen.",
  "blocked.closed": "Dit adres is gesloten",
  "blocked.closed.text": "Het is geen adres van het openbare internet. Zulke adressen zijn vanuit een gedeelde browser niet bereikbaar.",
  "blocked.notFound": "Deze website is niet gevonden",
  "blocked.notFound.text": "De naam leidt nergens heen. Kijk na of het adres goed is geschreven.",
  "blocked.noAnswer": "Deze website antwoordt niet",
  "blocked.noAnswer.text": "Misschien is hij even niet beschikbaar. Laad de pagina over een poosje opnieuw.",
  "blocked.usedUp": "Deze sessie heeft geladen wat zij mag laden",
  "blocked.usedUp.text": "Sluit tabbladen die u niet nodig hebt en laad de pagina opnieuw.",
  "blocked.interrupted": "De weg naar het internet is onderbroken",
  "blocked.interrupted.text": "Meestal komt die vanzelf terug. Laad de pagina over een ogenblik opnieuw.",
  "blocked.unusable": "Dit adres kan niet worden geopend",
  "blocked.unusable.text": "Een gedeelde browser opent adressen die met http of https beginnen en een website noemen.",
  "blocked.notNow": "Deze sessie mag op dit moment geen websites openen",
  "blocked.notNow.text": "Laad de pagina over een ogenblik opnieuw. Helpt dat niet, beëindig dan de sessie en begin een nieuwe.",
};
