/**
 * xterm writes style elements and style attributes, which the content policy forbids to text. The same rules are let in
 * as sheets and declarations that a script makes, so that is what they become here.
 */
import type { Terminal } from "@xterm/xterm";

const create = document.createElement.bind(document);

function createStyled(name: string, options?: ElementCreationOptions): HTMLElement {
  if (name === "style") return sheetElement();
  const element = create(name, options);
  // Cells of the renderer without WebGL.
  if (name === "span") {
    element.setAttribute = (attribute, value) => {
      if (attribute === "style") element.style.cssText = value;
      else Element.prototype.setAttribute.call(element, attribute, value);
    };
  }
  return element;
}

/** Stands where a style element would; its text is a sheet of the document until it is removed. */
function sheetElement(): HTMLElement {
  const element = create("i");
  const sheet = new CSSStyleSheet();
  element.hidden = true;
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", { set: (text: string) => sheet.replaceSync(text) });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}

/** The document as xterm's option `documentOverride`. */
export const styledDocument: Document = new Proxy(document, {
  get(target, name) {
    if (name === "createElement") return createStyled;
    const value: unknown = Reflect.get(target, name);
    return typeof value === "function" ? value.bind(target) : value;
  },
});

/** Opens the terminal in an element. Its scrollbar asks the page's own document for a style element meanwhile. */
export function openStyled(terminal: Terminal, host: HTMLElement): void {
  document.createElement = createStyled as typeof document.createElement;
  try {
    terminal.open(host);
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
}
