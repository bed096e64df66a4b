// Runs in the page's own world before any script of the page, in every realm: what changes without a mutation record
// (a shadow root, a value set by script) is told to the isolated world with an event that carries nothing.
// The isolated world listens first and stops it, so the page does not see it; forging it only causes a look too many.

(() => {
  const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;
  const PlainEvent = Event;
  const dispatch = EventTarget.prototype.dispatchEvent;
  const connected = getOwnPropertyDescriptor(Node.prototype, "isConnected").get;

  const tell = (element) => {
    if (!apply(connected, element, [])) return;
    apply(dispatch, element, [new PlainEvent("cobrowse-look", { bubbles: true, composed: true })]);
  };

  const wrapMethod = (prototype, name) => {
    const property = getOwnPropertyDescriptor(prototype, name);
    if (!property) return;
    const own = property.value;
    // A method definition, so that it is no constructor, like the one it stands for.
    const { [name]: wrapped } = {
      [name](...args) {
        const result = apply(own, this, args);
        tell(this);
        return result;
      },
    };
    defineProperty(wrapped, "length", { value: own.length, configurable: true });
    defineProperty(prototype, name, { ...property, value: wrapped });
  };

  const wrapSetter = (prototype, name) => {
    const property = getOwnPropertyDescriptor(prototype, name);
    const own = property.set;
    const { set } = getOwnPropertyDescriptor(
      {
        set [name](value) {
          apply(own, this, [value]);
          tell(this);
        },
      },
      name,
    );
    defineProperty(prototype, name, { ...property, set });
  };

  wrapMethod(Element.prototype, "attachShadow");
  for (const type of [HTMLInputElement, HTMLTextAreaElement]) {
    wrapSetter(type.prototype, "value");
    wrapMethod(type.prototype, "setRangeText");
  }
})();
