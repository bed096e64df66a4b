// English: the first administrator of a company sets the account up.

export const enSetup = {
  "setup.title": "Become your company's administrator",
  "setup.lead": "You were invited to look after your company's people here. Choose how you will sign in.",
  "setup.name": "Your name",
  "setup.name.hint": "As your customers and colleagues read it",
  "setup.password.hint": "At least 15 characters, for example four words. Not your name or address.",
  "setup.submit": "Create account",
  "setup.busy": "Creating account…",
  "setup.done.title": "You are the administrator of {company}",
  "setup.done.text": "Your account is there and you are signed in. The invitation does not work any more.",
  "setup.done.on": "Go on",
  "setup.none.title": "The invitation is missing",
  "setup.none.text": "Open the whole link that you were given once more. It works once.",
  "problem.setUpWrong": "This invitation does not work",
  "problem.setUpWrong.text": "Each invitation works once, and for three days. If you used it already, sign in. If not, ask whoever runs this service for a new one.",
  "problem.emailTaken": "This address has an account already",
  "problem.emailTaken.text": "Choose another one and try again.",
  "problem.passwordWeak": "This password is too easy to guess",
  "problem.passwordWeak.text": "Choose at least 15 characters, for example four words, and neither your name nor your address.",
} as const;
