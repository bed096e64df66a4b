// What people did on the sample websites, in memory. Tests read it at /api/state; card numbers and passwords are never in it.

const KEPT_MAX = 500;

export class State {
  constructor() {
    this.visitors = new Map();
    this.clear();
  }

  /** Forgets everything that was done. */
  clear() {
    this.visitors.clear();
    Object.assign(this, { orders: [], uploads: [], searches: [], acts: [], signIns: [], transfers: [], where: { told: 0, path: "", scrollY: 0, focus: "" } });
  }

  /** The cart and the sign-in of one visitor. */
  visitor(id) {
    if (!this.visitors.has(id)) {
      if (this.visitors.size >= KEPT_MAX) this.visitors.delete(this.visitors.keys().next().value);
      this.visitors.set(id, { cart: [], name: "" });
    }
    return this.visitors.get(id);
  }

  /** Takes a report of where a visitor is, unless a later one came before it. */
  isAt(where) {
    if (where.told >= this.where.told) this.where = where;
  }

  /** Keeps one thing that happened, up to a limit. */
  note(list, entry) {
    this[list].push(entry);
    if (this[list].length > KEPT_MAX) this[list].shift();
    return entry;
  }

  /** All of it, for tests. */
  seen() {
    const { orders, uploads, searches, acts, signIns, transfers, where } = this;
    return { orders, uploads, searches, acts, signIns, transfers, where };
  }
}
