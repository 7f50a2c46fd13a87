/** Marks words where they are seen in the transcript, without touching its elements; a browser that cannot marks none. */

const name = "find";
/** More are seldom in sight, and cost. */
const mostMarks = 2_000;

/** Marks now and whenever the transcript changes, until what it returns is called. */
export function markWords(words: string): () => void {
  if (words === "" || !("highlights" in CSS)) return () => {};
  let frame = 0;
  const mark = () => {
    frame = 0;
    const list = document.querySelector(".transcript-list");
    if (list) CSS.highlights.set(name, new Highlight(...rangesIn(list, words)));
  };
  const later = () => {
    frame ||= requestAnimationFrame(mark);
  };
  const observer = new MutationObserver(later);
  const main = document.querySelector(".main");
  if (main) observer.observe(main, { childList: true, characterData: true, subtree: true });
  later();
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    CSS.highlights.delete(name);
  };
}

function rangesIn(root: Node, words: string): Range[] {
  const isExact = words !== words.toLowerCase();
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node && ranges.length < mostMarks; node = texts.nextNode()) {
    const own = node.nodeValue ?? "";
    const text = isExact ? own : own.toLowerCase();
    // Some letters are longer in the other case: then places do not fit.
    if (text.length !== own.length) continue;
    for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + words.length);
      ranges.push(range);
    }
  }
  return ranges;
}
