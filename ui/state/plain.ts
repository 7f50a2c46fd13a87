/** Text from outside, made fit to be shown as it is. */

const [esc, bell, csi] = ["\u001b", "\u0007", "\u009b"];
const command = `${esc}\\][^${bell}${esc}\\n]*(?:${bell}|${esc}\\\\)?`;
const sequence = `(?:${esc}\\[|${csi})[0-9;:?<=>]*[ -/]*[@-~]?`;
/** Escape sequences of a terminal: to set titles, links and colours. */
const escapes = new RegExp(`${command}|${sequence}|${esc}[@-Z\\\\-_]?`, "g");
/** Controls, but tab and line feed, and what turns the direction of writing. */
const hidden = /[[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]--[\t\n]]/gv;

/** The same without terminal escapes; controls and turns of direction are seen as `\ufffd`. */
export function plain(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(escapes, "").replace(hidden, "\ufffd");
}
