// English: pages that the shared browser shows in the place of a website that it does not reach. The browser pod has these texts too.

export const enBlocked = {
  "blocked.notOpen": "This website is not open in this session",
  "blocked.notOpen.text": "The company whose website you visit together has not opened this address. Go back, or ask the company to open it.",
  "blocked.closed": "This address is closed",
  "blocked.closed.text": "It is not an address of the public internet. Nobody reaches such addresses from a shared browser.",
  "blocked.notFound": "This website was not found",
  "blocked.notFound.text": "Its name leads nowhere. Check that the address is written correctly.",
  "blocked.noAnswer": "This website does not answer",
  "blocked.noAnswer.text": "It may be down for a moment. Load the page again in a while.",
  "blocked.usedUp": "This session has loaded as much as it may",
  "blocked.usedUp.text": "Close tabs that you do not need, and load the page again.",
  "blocked.interrupted": "The way to the internet is interrupted",
  "blocked.interrupted.text": "It usually comes back by itself. Load the page again in a moment.",
  "blocked.unusable": "This address cannot be opened",
  "blocked.unusable.text": "A shared browser opens addresses that begin with http or https and name a website.",
  "blocked.notNow": "This session may not open websites at the moment",
  "blocked.notNow.text": "Load the page again in a moment. If that does not help, end the session and begin a new one.",
};
