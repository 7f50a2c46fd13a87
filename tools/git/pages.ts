/** Long output of git, a page at a time. */
import { fit, plural } from "../output.ts";

/** Lines from `offset` (from 1) that fit in one result behind a head, and how to go on. */
export function pageOf(head: string, text: string, offset: number, countTokens: (text: string) => number): string {
  const lines = text.replace(/\n$/, "").split("\n");
  if (text === "") return head;
  if (offset > lines.length)
    return `${head}\nThere are only ${plural(lines.length, "line")}; offset ${offset} is past the end.`;
  const rest = lines.slice(offset - 1);
  const { text: shown, count, omittedBytes } = fit(rest, (part) => countTokens(head) + countTokens(part));
  const cut = omittedBytes > 0 ? ` (${omittedBytes} bytes of this line are left out)` : "";
  const next = offset + count;
  const note =
    next <= lines.length ? `\n[Lines ${offset}-${next - 1} of ${lines.length}${cut}; go on with offset ${next}.]` : cut;
  return [head, `${shown}${note}`].filter(Boolean).join("\n\n");
}
