/** Searches the web with the engines that there are here. */
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { sayLate } from "./late.ts";
import { failure, oneLine, plural } from "./output.ts";
import { allowed, type Engine, type Hit, type Question, topics } from "./search/engine.ts";
import { enginesOf } from "./search/engines.ts";
import { searchEngines, ToolSettings } from "./settings.ts";
import { ServiceError } from "./web/service.ts";
import { TimedCache } from "./web/timed-cache.ts";
import description from "./web-search.md" with { type: "text" };

const domain = z.string().regex(/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/i, "a bare domain such as example.com");

const schema = z.strictObject({
  query: z.string().trim().min(1).max(400),
  engine: z.enum(searchEngines).optional(),
  topic: z.enum(topics).optional().describe("general by default; few engines know others"),
  limit: z.int().min(1).max(50).optional().describe("Most hits; 10 by default"),
  allowed_domains: z.array(domain).max(20).optional(),
  blocked_domains: z.array(domain).max(20).optional(),
});
type Args = z.output<typeof schema>;

const cacheMs = 60 * 60_000;
const cachedSearches = 256;

export interface WebSearchOptions {
  /** Where keys and addresses of engines are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** In place of those of the environment. */
  readonly engines?: readonly Engine[];
  readonly settings?: ToolSettings | undefined;
}

/** What was searched for within the hour is not searched for again. */
export function webSearchTool({
  env = {},
  engines = enginesOf(env),
  settings = new ToolSettings(),
}: WebSearchOptions = {}) {
  const cache = new TimedCache<ToolOutput>({ entries: cachedSearches, ms: cacheMs });
  return defineTool({
    name: "WebSearch",
    description,
    schema,
    label: ({ query }) => oneLine(`Search the web for ${query}`),
    async run(args, context) {
      const { signal, clock } = context;
      if (signal.aborted) return failure("The search was stopped.");
      const key = JSON.stringify(args);
      const known = cache.get(key, clock.now());
      if (known) return known;
      const output = await search(args, wanted(engines, settings.get("WebSearch", "engines")), context);
      if (output.isError !== true) cache.set(key, output, clock.now());
      return output;
    },
  });
}

/** Those that a person named, in their order; all where none was. */
function wanted(engines: readonly Engine[], names: readonly string[]): readonly Engine[] {
  if (names.length === 0) return engines;
  return names.flatMap((name) => engines.filter((engine) => engine.name === name));
}

/** The first engine that finds something wins; one that finds nothing is kept for the case that no other does. */
async function search(args: Args, engines: readonly Engine[], context: ToolContext): Promise<ToolOutput> {
  const { signal } = context;
  const question = questionOf(args);
  const fit = engines.filter(({ name, topics }) => (args.engine ?? name) === name && topics.includes(question.topic));
  if (fit.length === 0) return failure(noEngine(args, engines));
  const failures: string[] = [];
  let empty: string | undefined;
  for (const engine of fit) {
    if (signal.aborted) return failure("The search was stopped.");
    using _ = sayLate(context, `Asking ${engine.name}`);
    try {
      const hits = allowed(await engine.search(question, signal), question);
      if (hits.length > 0) {
        return {
          text: write(hits, engine.name),
          details: { type: "custom", name: "search", data: hits.map((hit) => ({ ...hit })) },
        };
      }
      empty ??= engine.name;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failures.push(error.message);
    }
  }
  if (empty !== undefined)
    return { text: `Nothing was found for ${args.query} (${empty}). Try other words or fewer domains.` };
  return failure(`No engine answered:\n${failures.map((each) => `- ${each}`).join("\n")}`);
}

function questionOf({ query, topic = "general", limit = 10, allowed_domains, blocked_domains }: Args): Question {
  const lower = (names: readonly string[] = []) => names.map((name) => name.toLowerCase());
  return { query, topic, limit, only: lower(allowed_domains), without: lower(blocked_domains) };
}

function noEngine({ engine, topic }: Args, engines: readonly Engine[]): string {
  if (engines.length === 0)
    return "None of the engines that the setting WebSearch.engines names has a key or address here.";
  const here = engines.map(({ name }) => name).join(", ");
  if (engine !== undefined && !engines.some(({ name }) => name === engine)) {
    return `${engine} has no key or address here; there are: ${here}.`;
  }
  return `None of the engines here (${here}) searches ${topic}; leave topic out.`;
}

function write(hits: readonly Hit[], engine: string): string {
  const items = hits.map(({ title, url, snippet, date }, index) => {
    const head = `${index + 1}. [${title.replace(/[[\]]/g, "")}](${url})${date ? ` (${date})` : ""}`;
    return snippet ? `${head}\n   ${snippet.slice(0, 500)}` : head;
  });
  return `${plural(hits.length, "hit")} (${engine})\n\n${items.join("\n")}`;
}
