// What the shop sells, and a drawing of each made from a few shapes.

import { html, raw } from "./html.mjs";

export const products = [
  { id: "ridge-tent", name: "Ridge 2 tent", kind: "Tents", price: 329, art: "tent", hue: 152, text: "Two people, 1.9 kg, stands in nine minutes. Pitch it outer first and keep the inner dry." },
  { id: "fell-pack", name: "Fell 45 rucksack", kind: "Packs", price: 169, art: "pack", hue: 24, text: "Forty-five litres, a frame that carries on the hips, and a lid that is a day pack." },
  { id: "tarn-boots", name: "Tarn boots", kind: "Boots", price: 219, art: "boot", hue: 35, text: "Leather, resoled for half the price of a new pair. Broken in after two walks." },
  { id: "ember-stove", name: "Ember stove", kind: "Kitchen", price: 74, art: "stove", hue: 8, text: "Boils half a litre in two and a half minutes, and folds into its own cup." },
  { id: "drift-bag", name: "Drift sleeping bag", kind: "Sleep", price: 249, art: "bag", hue: 215, text: "Down, warm to minus four, with a foot box wide enough to move in." },
  { id: "beacon-lamp", name: "Beacon head lamp", kind: "Light", price: 49, art: "lamp", hue: 48, text: "Three hundred lumens, a red light for the tent, and one cell that charges by cable." },
];

/** The product of an id, or undefined. */
export function productOf(id) {
  return products.find((product) => product.id === id);
}

/** Products whose name, kind or text holds all words. */
export function search(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return products.filter((product) => {
    const text = `${product.name} ${product.kind} ${product.text}`.toLowerCase();
    return wanted.length > 0 && wanted.every((word) => text.includes(word));
  });
}

const shapes = {
  tent: '<path d="M20 96 70 30l50 66Z" fill="var(--a)"/><path d="M70 30 58 96h24Z" fill="var(--b)"/><path d="M12 96h116" stroke="var(--b)" stroke-width="3"/>',
  pack: '<rect x="42" y="30" width="56" height="70" rx="16" fill="var(--a)"/><rect x="50" y="58" width="40" height="26" rx="6" fill="var(--b)"/><path d="M56 30c0-14 28-14 28 0" fill="none" stroke="var(--b)" stroke-width="5"/>',
  boot: '<path d="M48 28h28v36c24 4 38 12 38 24H48Z" fill="var(--a)"/><path d="M44 88h72v10H44Z" fill="var(--b)"/><path d="M60 40h16M60 50h16M60 60h18" stroke="var(--b)" stroke-width="3"/>',
  stove: '<rect x="46" y="52" width="48" height="40" rx="6" fill="var(--a)"/><path d="M70 46c-14-8-4-14-2-24 10 8 16 16 2 24Z" fill="var(--b)"/><path d="M94 62h16v16H94" fill="none" stroke="var(--a)" stroke-width="6"/>',
  bag: '<rect x="24" y="44" width="92" height="44" rx="22" fill="var(--a)"/><rect x="24" y="44" width="34" height="44" rx="17" fill="var(--b)"/><path d="M66 66h44" stroke="var(--b)" stroke-width="3" stroke-dasharray="4 4"/>',
  lamp: '<path d="M24 60c20-30 72-30 92 0" fill="none" stroke="var(--a)" stroke-width="10"/><circle cx="70" cy="60" r="22" fill="var(--a)"/><circle cx="70" cy="60" r="12" fill="var(--b)"/>',
};

/** The drawing of a product. */
export function art(product) {
  const style = `--a:hsl(${product.hue} 45% 42%);--b:hsl(${product.hue} 55% 24%);--c:hsl(${product.hue} 42% 92%)`;
  return html`<svg class="art" viewBox="0 0 140 120" role="img" aria-label="${product.name}" style="${style}"><rect width="140" height="120" rx="12" fill="var(--c)"/>${raw(shapes[product.art])}</svg>`;
}
