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
  return withoutEscapes(text).replace(hidden, "\ufffd");
}

/** The same without terminal escapes. */
export function withoutEscapes(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(escapes, "");
}

/** To the letter: nothing is left out, and what could not be seen is named. For what a person has to agree to. */
export function exact(text: string): string {
  return text.replace(unseen, named);
}

/** As `plain`, and what turns the writing around or has no width is named. For code, paths and commands. */
export function revealed(text: string): string {
  return plain(text.replace(hiding, named));
}

const named = (char: string) => `‹U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›`;

/** Controls but tab and line feed, turns of direction, and what has no width. */
const unseen = /[[\p{Cc}\p{Cf}\u2028\u2029]--[\t\n]]/gv;

/** All that is not drawn and separators; of joiners and selectors, which many scripts need, those beside plain letters. */
const hiding =
  /[[\p{Default_Ignorable_Code_Point}\u2028\u2029]--[\u200c\u200d\p{Variation_Selector}]]|(?<=[ -~])(?:\u200c|\u200d)|(?:\u200c|\u200d)(?=[ -~])/gv;
