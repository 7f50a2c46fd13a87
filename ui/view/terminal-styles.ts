/**
 * xterm writes style elements and style attributes, which the content policy forbids to text. The same rules are let in
 * as sheets and declarations that a script makes, so that is what they become here.
 */

const create = document.createElement.bind(document);

/** From now on all that the page makes with `document.createElement`: xterm takes no other document for all of its parts. */
export function admitStyles(): void {
  document.createElement = makeElement as Document["createElement"];
}

function makeElement(name: string, options?: ElementCreationOptions): HTMLElement {
  if (name === "style") return sheetElement();
  const element = create(name, options);
  // The cells, where there is no WebGL.
  if (name === "span") element.setAttribute = setStyled;
  return element;
}

function setStyled(this: HTMLElement, name: string, value: string): void {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
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
