// What must be right before an order is taken. Pure.

/** A sentence about what is wrong with an order, or nothing. */
export function fault(fields) {
  for (const [name, label] of [["name", "Your name"], ["street", "The street"], ["postcode", "The postcode"], ["city", "The city"]]) {
    if (!fields[name]?.trim()) return `${label} is missing.`;
  }
  if (!luhn((fields.card ?? "").replace(/\D/g, ""))) return "This card number is not right.";
  if (!/^(0[1-9]|1[0-2])\s*\/\s*\d\d$/.test(fields.expires ?? "")) return "The card's month and year are missing.";
  if (!/^\d{3,4}$/.test(fields.cvc ?? "")) return "The security code has three or four digits.";
  if (!/^\d{6}$/.test(fields.code ?? "")) return "The code from your bank has six digits.";
  return undefined;
}

/** Whether a card number's check digit is right. */
export function luhn(digits) {
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((all, digit, index) => {
    const value = Number(digit) * (index % 2 ? 2 : 1);
    return all + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
