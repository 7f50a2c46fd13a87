/** What is said to a server of local models: the question what it serves, and calls. */
import { ModelNotFoundError } from "../../../agent/error.ts";
import type { Model, ModelInfo } from "../../../agent/model.ts";
import { TransportError } from "../../../agent/provider-error.ts";
import { type CompatOptions, createCompat } from "../../compat.ts";
import type { CustomModel } from "../../custom.ts";
import { AnswerError, plainList } from "./ask.ts";
import { type ServedModel, type ServerKind, serverKind } from "./kinds.ts";

export interface WireOptions extends Pick<CompatOptions, "facts" | "idleMs" | "connectMs" | "fetch"> {
  readonly kind: ServerKind;
  /** What the caller says of its models, before what the server says. */
  readonly custom?: CustomModel | undefined;
}

export interface Address {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
}

const answerMs = 5_000;

/** What it serves; undefined where it answers and does not say. Throws `TransportError`. */
export async function ask(kind: ServerKind, address: Address): Promise<readonly ServedModel[] | undefined> {
  const { label, list } = serverKind(kind);
  const reach = { ...address, signal: AbortSignal.timeout(answerMs) };
  try {
    return (await list(reach)) ?? (await plainList(reach));
  } catch (cause) {
    if (cause instanceof AnswerError) return plainList(reach).catch(() => undefined);
    throw new TransportError({
      provider: label,
      detail: `nothing answers at ${address.baseUrl}`,
      hint: "Start it, or say where it is: --base-url URL, up to and with its /v1.",
      cause,
    });
  }
}

export interface ServerWire {
  model(info: ModelInfo): Promise<Model>;
  close(): Promise<void>;
}

/** Makes models of one address. */
export function wireTo(
  { kind, idleMs, connectMs, fetch, facts }: WireOptions,
  { baseUrl, apiKey }: Address,
): ServerWire {
  const infos = new Map<string, ModelInfo>();
  const provider = createCompat({
    name: kind,
    label: serverKind(kind).label,
    baseUrl,
    resolve(id = "") {
      const info = infos.get(id);
      if (!info) throw new ModelNotFoundError({ model: id, provider: kind });
      return info;
    },
    ...(apiKey && { apiKey }),
    ...(facts && { facts }),
    ...(fetch && { fetch }),
    ...(idleMs !== undefined && { idleMs }),
    ...(connectMs !== undefined && { connectMs }),
  });
  return {
    model(info) {
      infos.set(info.id, info);
      return provider.model(info.id);
    },
    close: () => provider.close(),
  };
}
