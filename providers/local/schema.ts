/** What guiding reads in the schema of a tool and in the words of a question, and how arguments are written. */
import type { ToolSpec } from "../../agent/model.ts";

type Property = Readonly<Record<string, unknown>>;

export function isPath(name: string, of: Property): boolean {
  return of.type === "string" && /path|file/i.test(name);
}

export function propertiesOf(tool: ToolSpec): Readonly<Record<string, Property>> {
  return (tool.schema.properties ?? {}) as Readonly<Record<string, Property>>;
}

export function requiredOf(tool: ToolSpec): readonly string[] {
  return (tool.schema.required ?? []) as readonly string[];
}

/** The words of a text that look like paths: a name with an extension, or anything with a slash inside. */
export function pathsIn(text: string): string[] {
  const words = text.match(/(?:~|\.{1,2})?\/?[\w@-][\w@.+-]*(?:\/[\w@.+-]+)*\/?/g) ?? [];
  const paths = words.map((word) => word.replace(/\.+$/, "")).filter((word) => /\/\w|\w\.[A-Za-z]\w{0,7}$/.test(word));
  return [...new Set(paths)];
}

/** JSON with a space behind each comma and colon, as the grammar writes it. */
export function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, of]) => `${JSON.stringify(key)}: ${spaced(of)}`);
  return `{${pairs.join(", ")}}`;
}
