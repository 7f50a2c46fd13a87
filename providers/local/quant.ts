/** Which file of a repository is meant by a quantisation, such as `Q4_K_M`. */
import { LocalModelError } from "../../agent/error.ts";

/** Good for little memory first; what is taken where nobody chose. */
const usual = ["Q4_K_M", "Q4_K_S", "Q4_0", "Q5_K_M", "Q8_0"];

/** Throws `LocalModelError`, with what there is, where no file or no single one fits. */
export function chooseFile(files: readonly string[], repo: string, quant: string | undefined): string {
  const whole = files.filter((file) => /\.gguf$/i.test(file) && !/mmproj|imatrix|-\d{5}-of-\d{5}/i.test(file));
  const named = (name: string) => whole.filter((file) => hasQuant(file, name)).toSorted(byLength)[0];
  const wanted = quant === undefined ? usual : [quant];
  const [only, ...others] = whole;
  const found = wanted.map(named).find((file) => file !== undefined) ?? (quant || others.length ? undefined : only);
  if (found !== undefined) return found;
  const what = quant === undefined ? "none of the usual quantisations" : `no GGUF file with the quantisation ${quant}`;
  const there = whole.length ? `It has: ${whole.join(", ")}.` : "It has no GGUF file in one piece.";
  throw new LocalModelError(`The repository ${repo} has ${what}. ${there}`, {
    hint: `Name one of its files (hf:${repo}/FILE.gguf), or another quantisation.`,
  });
}

/** The quantisation stands in the name as a word of its own. */
export function hasQuant(file: string, quant: string): boolean {
  return new RegExp(`(?:^|[-._/])${RegExp.escape(quant)}(?=[-._/])`, "i").test(file);
}

const byLength = (a: string, b: string) => a.length - b.length;
