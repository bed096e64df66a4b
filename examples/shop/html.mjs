// HTML as tagged templates: everything put in is escaped unless it is HTML already.

class Html {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Escapes a value for text and attributes. */
export function escape(value) {
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** Marks text as HTML. */
export function raw(text) {
  return new Html(text);
}

/** A template whose values are escaped; arrays are joined, null and false are left out. */
export function html(strings, ...values) {
  return new Html(strings.reduce((text, part, index) => text + part + (index < values.length ? shown(values[index]) : ""), ""));
}

function shown(value) {
  if (value === null || value === undefined || value === false) return "";
  if (Array.isArray(value)) return value.map(shown).join("");
  return value instanceof Html ? value.text : escape(value);
}
