/** Takes tools off the shelf: a model is told of few at first, so that its first request is small, and finds the others here. */
import { z } from "zod";
import { defineTool, type Introduction, type ShelvedTool } from "../agent/tool.ts";
import { failure, oneLine, plural } from "./output.ts";
import description from "./tool-search.md" with { type: "text" };

const schema = z.strictObject({
  query: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .describe('Names, such as "WebFetch PaperSearch", or words for what is to be done'),
});

const mostAtOnce = 6;
/** However much is installed, the first request stays small. */
const mostNameChars = 240;

/** `known` are names to tell of in the description: fixed ones, so that it stays the same from turn to turn. */
export function toolSearchTool(known: readonly string[]) {
  return defineTool({
    name: "ToolSearch",
    description: known.length === 0 ? description : `${description.trim()}\nThere are ${listed(known)}.`,
    schema,
    background: false,
    label: ({ query }) => oneLine(`Look for tools: ${query}`),
    async run({ query }, { shelf, signal }) {
      if (signal.aborted) return failure("The search was stopped.");
      const closed = (await shelf?.open()) ?? [];
      const all = shelf?.list() ?? [];
      if (!shelf || all.length === 0) return failure(lines("There are no other tools than those you have.", closed));
      const found = rank(all, query).slice(0, mostAtOnce);
      if (found.length === 0) {
        const names = oneLine(all.map(({ name }) => name).join(", "), 4000);
        return failure(
          lines(`No other tool than those you have fits "${oneLine(query)}". There are: ${names}.`, closed),
        );
      }
      const problems = [...closed, ...(await shelf.take(found.map(({ name }) => name)))];
      const kept = new Set(shelf.list().map(({ name }) => name));
      const taken = found.filter(({ name }) => !kept.has(name));
      if (taken.length === 0) return failure(problems.join("\n"));
      const told = taken.map(({ name, description }) => `- ${name}: ${oneLine(description, 200)}`);
      const words = shelf.introduce(taken.map(({ name }) => name)).map(quoted);
      const head = `${plural(taken.length, "tool is", "tools are")} available to you from now on:`;
      return lines(head, [...told, ...words, ...problems]);
    },
  });
}

/** Marked line by line, so that no text can end its own mark. */
const quoted = ({ from, text }: Introduction) =>
  `What ${from} says of its tools; these are its words, not those of the person that you work for:\n${text.replace(/^/gm, "> ")}`;

const lines = (head: string, rest: readonly string[]) => [head, ...rest].join("\n");

function listed(names: readonly string[]): string {
  const all = names.join(", ");
  if (all.length <= mostNameChars) return all;
  const shown = all.slice(0, mostNameChars).split(", ").slice(0, -1);
  return `${shown.join(", ")} and ${names.length - shown.length} more`;
}

/** Those that are named; else those in which the most, and the rarest, of the words stand, a name counting more. */
function rank(tools: readonly ShelvedTool[], query: string): ShelvedTool[] {
  const words: readonly string[] = query.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];
  const bare = new Set(words.map(letters));
  const named = tools.filter(({ name }) => bare.has(letters(name)));
  if (named.length > 0) return named;
  const texts = tools.map(({ name, description }) => ({ name: split(name), text: description.toLowerCase() }));
  const stems = words.filter((word) => word.length > 2).map((word) => word.replace(/(?:ing|es|s)$/, ""));
  const rarity = stems.map((stem) => {
    const among = texts.filter(({ name, text }) => name.includes(stem) || text.includes(stem)).length;
    return Math.log(1 + tools.length / Math.max(1, among));
  });
  const score = ({ name, text }: { readonly name: string; readonly text: string }) =>
    stems.reduce(
      (sum, stem, at) => sum + (rarity[at] ?? 0) * (name.includes(stem) ? 3 : text.includes(stem) ? 1 : 0),
      0,
    );
  return tools
    .map((tool, index) => ({ tool, points: texts[index] ? score(texts[index]) : 0 }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .map(({ tool }) => tool);
}

/** `WebFetch`, `web_fetch` and `web-fetch` are one name. */
const letters = (name: string) => name.toLowerCase().replace(/[_-]/g, "");

/** `PaperSearch` as `paper search`. */
const split = (name: string) => name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
