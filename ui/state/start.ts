/** Who answers in a session that is yet to begin. */
import type { ProviderRow } from "../../server/api.ts";
import type { Choice } from "./choice.ts";

export type Beginning =
  | { readonly type: "ready"; readonly provider: string; readonly model: string; readonly isLocal: boolean }
  /** Its weights are not here. */
  | { readonly type: "away"; readonly model: string };

/** Undefined where that cannot be told. */
export function beginningOf(rows: readonly ProviderRow[], { provider, model }: Choice): Beginning | undefined {
  const first = rows.find((row) => (provider === undefined ? row.first !== undefined : row.name === provider));
  const name = model ?? first?.first ?? "";
  const local = rows.find((row) => row.name === "local");
  if (!first || name === "") return local ? awayOf(local, local.models[0]?.id ?? "") : undefined;
  const isAway = first.models.some((each) => each.id === name && each.away);
  return isAway ? awayOf(first, name) : { type: "ready", provider: first.name, model: name, isLocal: first.local };
}

function awayOf({ first }: ProviderRow, model: string): Beginning {
  return { type: "away", model: first ?? model };
}
