/** The catalogue as it lies in `data/catalog.json`, read once on first use and indexed by name. */
import { readFileSync } from "node:fs";
import { ConfigError } from "../agent/error.ts";
import type { BudgetMode, Effort, ServiceTier, ThinkingOutput } from "../agent/model.ts";

/** A client-side window: limits in tokens, pixels of an edge, and raw bytes; null where the vendor states none. */
export interface ContextRow {
  readonly max_request_tokens: number;
  readonly max_response_tokens: number;
  readonly max_request_bytes: number | null;
  readonly max_image_edge_px: number | null;
  readonly max_image_bytes: number | null;
}

/** How a vendor counts the tokens of an image. */
export type ImageTokens =
  | { readonly kind: "none" }
  | { readonly kind: "area"; readonly divisor: number }
  | { readonly kind: "patches32"; readonly multiplier: number; readonly patch_budget: number | null }
  | { readonly kind: "tiles"; readonly base: number; readonly per_512px_tile: number; readonly fallback?: boolean }
  | { readonly kind: "tiles768"; readonly per_tile: number };

/** USD per million tokens. */
export interface CatalogPrice {
  readonly tier: ServiceTier;
  readonly applies_above_prompt_tokens: number;
  readonly effective_from?: string;
  readonly input: number;
  readonly output: number;
  readonly cache_write: number;
  readonly cache_write_1h: number;
  readonly cache_read: number;
}

export interface Row {
  readonly provider: string;
  readonly id: string;
  readonly wire_id: string;
  readonly family: string;
  /** `major.minor`. */
  readonly version: string;
  readonly knowledge_cutoff: string | null;
  readonly approx_chars_per_token: number;
  /** `default` and the tags that a person may add to the id. */
  readonly contexts: { readonly default: ContextRow; readonly [tag: string]: ContextRow };
  readonly thinking: {
    readonly efforts: readonly Effort[];
    readonly budget_modes: readonly BudgetMode[];
    readonly outputs: readonly ThinkingOutput[];
    readonly effort_sent_as_level: boolean;
  };
  readonly service_tiers: readonly ServiceTier[];
  readonly prices_usd_per_mtok: readonly CatalogPrice[];
  readonly image_tokens?: ImageTokens;
  readonly tokenizer?: string;
  readonly reasoning_context_all_turns?: boolean;
  readonly output_cap_param?: "max_tokens" | "max_completion_tokens";
}

/** What a wire can carry, whatever the row accepts. */
export interface Transport {
  readonly roles: Readonly<Record<string, string>>;
  readonly allows: {
    readonly efforts: readonly Effort[];
    readonly budget_modes: readonly BudgetMode[];
    readonly outputs: readonly ThinkingOutput[];
    readonly service_tiers: readonly ServiceTier[];
    readonly cache_ttl_sec: readonly number[];
  };
  readonly persistent_retry: boolean;
}

export interface CatalogFile {
  /** A sentence with the ISO date of the facts in it. */
  readonly as_of: string;
  readonly transports: Readonly<Record<string, Partial<Transport>>>;
  readonly models: readonly Row[];
}

/** One vendor's rows, newest first in each family, and every name that means one of them, in lower case. */
export interface Shelf {
  readonly provider: string;
  readonly transport: Transport;
  readonly rows: readonly Row[];
  readonly names: ReadonlyMap<string, Row>;
}

/** Shelves by provider name as users type it, and rows by wire id. */
export interface Catalog {
  /** ISO date of the facts. */
  readonly asOf: string;
  readonly shelves: ReadonlyMap<string, Shelf>;
  readonly byWireId: ReadonlyMap<string, Row>;
}

/** Indexes a catalogue. Throws `ConfigError` for a duplicate id, a role naming nothing or a row without a transport. */
export function indexCatalog(file: CatalogFile): Catalog {
  const byWireId = new Map<string, Row>();
  for (const row of file.models) claim(byWireId, row.wire_id, row, "wire id");
  const shelves = new Map<string, Shelf>();
  for (const [vendor, rows] of Map.groupBy(file.models, (row) => row.provider)) {
    const transport = file.transports[vendor];
    if (!isWhole(transport)) throw new ConfigError(`The model catalogue has rows of ${vendor} but not its transport.`);
    const provider = vendor.toLowerCase();
    shelves.set(provider, { provider, transport, rows, names: namesOf(vendor, rows, transport.roles) });
  }
  return { asOf: /\d{4}-\d\d-\d\d/.exec(file.as_of)?.[0] ?? "", shelves, byWireId };
}

function isWhole(transport: Partial<Transport> | undefined): transport is Transport {
  return transport?.allows !== undefined && transport.roles !== undefined;
}

function claim(names: Map<string, Row>, name: string, row: Row, what: string): void {
  const key = name.toLowerCase();
  const holder = names.get(key);
  if (holder) throw new ConfigError(`The model catalogue gives ${what} "${name}" to both ${holder.id} and ${row.id}.`);
  names.set(key, row);
}

/** In order of precedence: exact id, wire id, role, then family and family-major, where the first row listed wins. */
function namesOf(vendor: string, rows: readonly Row[], roles: Transport["roles"]): Map<string, Row> {
  const names = new Map<string, Row>();
  for (const row of rows) claim(names, row.id, row, "id");
  const ids = new Map(names);
  const offer = (name: string, row: Row) => {
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), row);
  };
  for (const row of rows) offer(row.wire_id, row);
  for (const [role, id] of Object.entries(roles)) {
    const row = ids.get(id.toLowerCase());
    if (!row)
      throw new ConfigError(`The model catalogue's role "${role}" of ${vendor} names "${id}", which has no row.`);
    offer(role, row);
  }
  for (const row of rows) {
    offer(row.family, row);
    offer(`${row.family}-${row.version.split(".")[0]}`, row);
  }
  return names;
}

let loaded: Catalog | undefined;

/** The shipped catalogue. The first call reads and checks the file; start-up does not pay for it. */
export function catalog(): Catalog {
  if (!loaded) {
    const file: CatalogFile = JSON.parse(readFileSync(new URL("./data/catalog.json", import.meta.url), "utf8"));
    loaded = indexCatalog(file);
  }
  return loaded;
}
