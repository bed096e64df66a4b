// PINs that nobody has.

/** The right PIN with another last digit. */
export const wrong = (pin: string, by = 1) => pin.slice(0, -1) + String((Number(pin.at(-1)) + by) % 10);
