/** A plug-in with a tool. Copy the folder to `.sagent/plugins/words` of a project that you trust. */
import { definePlugin, defineTool } from "sagent/tools";
import { z } from "zod";
import { countWords } from "./count.ts";

const wordCount = defineTool({
  name: "WordCount",
  description: "Counts the words of a text, and which are used most.",
  schema: z.strictObject({ text: z.string(), top: z.int().min(1).max(20).default(3) }),
  label: () => "Count words",
  run({ text, top }) {
    const counts = countWords(text).slice(0, top);
    const rows = counts.map(({ word, count }) => [word, String(count)]);
    return {
      text: counts.map(({ word, count }) => `${word}: ${count}`).join("\n") || "There are no words.",
      // What the page draws in place of the text.
      details: { type: "custom", name: "table", data: { columns: ["Word", "Times"], rows } },
    };
  },
});

export default definePlugin({ name: "words", tools: [wordCount] });
