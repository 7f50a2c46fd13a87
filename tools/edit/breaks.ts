/** The line breaks of a file: those that are there stay, and new ones are as most of them are. */

/** Both ends of a line look the same to a model, so what it writes takes the kind that the file mostly has. */
export function breakOf(text: string): "\r\n" | "\n" {
  const breaks = text.split("\n").length - 1;
  const crlf = text.split("\r\n").length - 1;
  return crlf * 2 > breaks ? "\r\n" : "\n";
}

/** The text with CRLF breaks where the file mostly has those. */
export function adoptBreaks(text: string, file: string): string {
  return breakOf(file) === "\r\n" ? text.replace(/\r?\n/g, "\r\n") : text;
}
