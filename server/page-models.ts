/**
 * The provider `browser`: ONNX models that run in a tab of the workspace, on its WebGPU. A tab that can offers itself; calls go
 * there and come back over its socket, and the weights come from this machine's cache, so that the page asks nobody else.
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { LocalModelError, UsageError } from "../agent/error.ts";
import type { Model, Provider } from "../agent/model.ts";
import { HostedProvider } from "../providers/local/host/hosted.ts";
import type { Host, HostExit } from "../providers/local/host/link.ts";
import type { FromHost } from "../providers/local/host/messages.ts";
import { chooseType, readFolder } from "../providers/local/onnx/files.ts";
import { pullOnnx } from "../providers/local/onnx/pull.ts";
import { findRef, type LocalRef, writeRef } from "../providers/local/ref.ts";
import type { Client } from "./client.ts";
import { pageWindow } from "./page-runtime.ts";
import type { ClientFrame, PageModel } from "./protocol.ts";

type Told = Extract<ClientFrame, { type: "models" }>;

/** A place in a tab where models run. */
interface Place {
  readonly client: Client;
  readonly onMessage: (message: FromHost) => void;
  readonly gone: PromiseWithResolvers<HostExit>;
}

export class PageModels implements AsyncDisposable {
  /** Tabs that offer themselves, the latest last. */
  readonly #tabs = new Set<Client>();
  readonly #places = new Map<number, Place>();
  /** Folders that tabs may read, by what their addresses call them. */
  readonly #folders = new Map<string, string>();
  readonly #hosted: HostedProvider;
  #last = 0;

  constructor() {
    this.#hosted = new HostedProvider({
      name: "browser",
      start: (onMessage) => this.#start(onMessage),
      lost: ({ how }) =>
        new LocalModelError(`The tab that ran the model ${how}.`, {
          hint: "What it had said is kept. The model starts again, in any tab that is open, with the next message.",
        }),
    });
  }

  /** Some tab can run models. */
  get isOffered(): boolean {
    return this.#tabs.size > 0;
  }

  /** Models stay the caller's to close; the provider is this object's. */
  get provider(): Provider {
    return {
      name: "browser",
      model: (name) => this.#model(name),
      close: async () => {},
      [Symbol.asyncDispose]: async () => {},
    };
  }

  take(client: Client, frame: Told): void {
    switch (frame.what) {
      case "offer":
        this.#tabs.delete(client);
        this.#tabs.add(client);
        return;
      case "lost":
        return this.#lose(frame.place, client, `failed: ${frame.why}`);
      case "said": {
        const place = this.#places.get(frame.place);
        if (place?.client === client) place.onMessage(frame.message as FromHost);
      }
    }
  }

  left(client: Client): void {
    this.#tabs.delete(client);
    for (const [id, place] of this.#places)
      if (place.client === client) this.#lose(id, client, "was closed or cut off");
  }

  /** A file of a model that a tab was told of; undefined where there is none of that name. */
  file(folder: string, path: string): Bun.BunFile | undefined {
    const at = this.#folders.get(folder);
    if (at === undefined || !/^(?:onnx\/)?[\w-][\w.-]*$/.test(path)) return undefined;
    return Bun.file(join(at, path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hosted.close();
  }

  async #model(name: string | undefined): Promise<Model> {
    const ref = await readPageRef(name);
    if (!this.isOffered) throw noTab();
    const { dtype, ctx, seed } = ref.options;
    const folder = await pullOnnx(ref.weights, { dtype, gpu: true, offline: true });
    const { config, ends, types, template } = await readFolder(folder);
    const key = createHash("sha256").update(folder).digest("hex").slice(0, 16);
    this.#folders.set(key, folder);
    const model: PageModel = {
      id: writeRef(ref),
      folder: key,
      type: chooseType(basename(folder), types, dtype, true),
      window: Math.min(ctx ?? pageWindow, config.max_position_embeddings ?? pageWindow),
      ends: [...ends],
      scored: config.vocab_size,
      ...(template === undefined ? {} : { template }),
      ...(seed === undefined ? {} : { seed }),
    };
    return this.#hosted.model(JSON.stringify(model));
  }

  #start(onMessage: (message: FromHost) => void): Host {
    const client = [...this.#tabs].at(-1);
    if (!client) throw noTab();
    const id = ++this.#last;
    const gone = Promise.withResolvers<HostExit>();
    this.#places.set(id, { client, onMessage, gone });
    const send: Host["send"] = (message) => client.send({ type: "models", place: id, message });
    return {
      exited: gone.promise,
      send,
      hold: () => ({ [Symbol.dispose]() {} }),
      end: async () => {
        send({ type: "end" });
        this.#lose(id, client, "was told to end");
      },
    };
  }

  #lose(id: number, client: Client, how: string): void {
    const place = this.#places.get(id);
    if (place?.client !== client) return;
    this.#places.delete(id);
    place.gone.resolve({ how, said: "", killed: false });
  }
}

function noTab(): LocalModelError {
  return new LocalModelError("No tab that can run a model is open.", {
    hint: "Open the workspace in a browser with WebGPU (chrome://gpu and about:support say whether it has it).",
  });
}

async function readPageRef(name: string | undefined): Promise<LocalRef> {
  const text = name === undefined || name.startsWith("onnx:") ? name : `onnx:${name}`;
  const ref = text === undefined ? undefined : await findRef(text);
  if (ref?.engine === "onnx") return ref;
  throw new UsageError("A model in the browser is an ONNX model of this machine.", {
    hint: "Name it, such as hf:user/repo or a folder; sagent model pull onnx:hf:user/repo fetches one.",
  });
}
