// The DOM's own functions, so that nothing in the page's markup stands in for them: a form's or a document's members are
// shadowed by elements with their names (<img name="querySelectorAll">), in isolated worlds too.

const dom = (() => {
  const bind = Function.prototype.call.bind.bind(Function.prototype.call);
  const method = (type, name) => bind(type.prototype[name]);
  const getter = (type, name) => bind(Object.getOwnPropertyDescriptor(type.prototype, name).get);
  const openShadow = chrome.dom.openOrClosedShadowRoot.bind(chrome.dom);
  const htmlStyle = getter(HTMLElement, "style");
  const svgStyle = getter(SVGElement, "style");
  const HOSTS = /^(?:article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$|-/;
  const attribute = method(Element, "getAttribute");
  const parentNode = getter(Node, "parentNode");
  const rootOf = method(Node, "getRootNode");
  const assignedSlot = getter(Element, "assignedSlot");
  const nodeType = getter(Node, "nodeType");
  const localName = getter(Element, "localName");
  const namespace = getter(Element, "namespaceURI");
  // Not by instanceof: a node that came from another frame has that frame's prototypes.
  const isElement = (node) => node !== null && nodeType(node) === Node.ELEMENT_NODE;
  const isHtml = (node) => isElement(node) && namespace(node) === "http://www.w3.org/1999/xhtml";
  const isShadow = (node) => node !== null && nodeType(node) === Node.DOCUMENT_FRAGMENT_NODE && "host" in node;

  const HOLDERS = new Map([[Node.ELEMENT_NODE, Element], [Node.DOCUMENT_NODE, Document], [Node.DOCUMENT_FRAGMENT_NODE, DocumentFragment]]);

  return {
    isElement,
    isHtml,
    isShadow,
    isText: (node) => node !== null && (nodeType(node) === Node.TEXT_NODE || nodeType(node) === Node.CDATA_SECTION_NODE),
    /** The tag of an HTML element, the empty text for all else. */
    tag: (node) => (isHtml(node) ? localName(node) : ""),
    ELEMENTS: NodeFilter.SHOW_ELEMENT,
    ALL: NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT | NodeFilter.SHOW_CDATA_SECTION,
    attribute,
    hasAttribute: method(Element, "hasAttribute"),
    setAttribute: method(Element, "setAttribute"),
    removeAttribute: method(Element, "removeAttribute"),
    matches: method(Element, "matches"),
    closest: method(Element, "closest"),
    box: method(Element, "getBoundingClientRect"),
    name: localName,
    visible: method(Element, "checkVisibility"),
    elementCount: getter(Element, "childElementCount"),
    lastElement: getter(Element, "lastElementChild"),
    lastElementOfRoot: getter(DocumentFragment, "lastElementChild"),
    queryIn: method(Element, "querySelector"),
    /** All below a document, a shadow root or an element; nothing below other nodes. */
    queryAll(node, selector) {
      const type = HOLDERS.get(nodeType(node));
      return type ? type.prototype.querySelectorAll.call(node, selector) : [];
    },
    query: (root, selector) =>
      nodeType(root) === Node.DOCUMENT_NODE
        ? Document.prototype.querySelectorAll.call(root, selector)
        : DocumentFragment.prototype.querySelectorAll.call(root, selector),
    parentNode,
    connected: getter(Node, "isConnected"),
    text: getter(Node, "textContent"),
    contains: method(Node, "contains"),
    rootOf,
    before: method(Node, "insertBefore"),
    append: method(Node, "appendChild"),
    listen: method(EventTarget, "addEventListener"),
    /** The declarations of the style attribute; null for elements of other languages. */
    style: (element) => (isHtml(element) ? htmlStyle(element) : element instanceof SVGElement ? svgStyle(element) : null),
    computed: (element, pseudo) => window.getComputedStyle(element, pseudo),
    create: (name) => Document.prototype.createElement.call(document, name),
    walk: (node, what) => Document.prototype.createTreeWalker.call(document, node, what),
    active: getter(Document, "activeElement"),
    activeIn: getter(ShadowRoot, "activeElement"),
    hasFocus: method(Document, "hasFocus"),
    root: getter(Document, "documentElement"),
    body: getter(Document, "body"),
    ready: getter(Document, "readyState"),
    selection: method(Document, "getSelection"),
    atPoint: method(Document, "elementFromPoint"),
    atPointIn: method(ShadowRoot, "elementFromPoint"),

    /** The shadow root of an element, closed ones too; null when it has none or can have none. */
    shadow(element) {
      // Asking costs more than all else in a look at an element, and few sorts of elements can have one.
      return isHtml(element) && HOSTS.test(localName(element)) ? openShadow(element) : null;
    },

    /** The parent in the tree that is painted: slots and shadow hosts included. */
    painted(node) {
      const slot = isElement(node) ? assignedSlot(node) : null;
      if (slot) return slot;
      const parent = parentNode(node);
      return isShadow(parent) ? parent.host : isElement(parent) ? parent : null;
    },
  };

})();
