/** The provider `llamacpp` where we start the server: models that outlive it, as it is started anew when it is gone. */
import { SagentError } from "../../../agent/error.ts";
import type { Chunk, Model, ModelInfo, ModelRequest, Provider } from "../../../agent/model.ts";
import { infoOf } from "./kinds.ts";
import type { LaunchedServer } from "./launch.ts";
import { type ManagedOptions, ManagedServers } from "./managed.ts";
import { ask, type WireOptions, wireTo } from "./wire.ts";

export function launchedProvider(options: WireOptions & ManagedOptions): Provider {
  const { kind, custom } = options;
  const servers = new ManagedServers(options);
  const connect = async (name: string): Promise<Place> => {
    const server = await servers.server(name);
    const [served] = (await ask(kind, server)) ?? [];
    const info = infoOf(kind, served ?? { id: name, windowTokens: 0, images: false }, custom);
    return { server, model: await wireTo(options, server).model({ ...info, id: name }) };
  };
  const close = () => servers.close();
  return {
    name: kind,
    async model(id) {
      const name = servers.nameOf(id === "default" ? undefined : id);
      return new LaunchedModel(await connect(name), () => connect(name));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const deathMs = 500;

/** A model on one life of its server. */
interface Place {
  readonly server: LaunchedServer;
  readonly model: Model;
}

class LaunchedModel implements Model {
  readonly info: ModelInfo;
  readonly #connect: () => Promise<Place>;
  #place: Place;

  constructor(place: Place, connect: () => Promise<Place>) {
    this.info = place.model.info;
    this.#place = place;
    this.#connect = connect;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
    try {
      if (!this.#place.server.running()) this.#place = await this.#connect();
    } catch (error) {
      if (!(error instanceof SagentError)) throw error;
      yield { type: "error", error, parts: [] };
      return;
    }
    const { server, model } = this.#place;
    for await (const chunk of model.stream(request, signal)) {
      // A lost connection is news of the server's end, which takes a moment to be seen; the next attempt starts another.
      const isLost = chunk.type === "error" && !signal.aborted && chunk.error.retry !== "never";
      if (isLost) await Promise.race([server.exited, Bun.sleep(deathMs)]);
      yield chunk;
    }
  }

  estimateText(text: string): number {
    return this.#place.model.estimateText(text);
  }

  estimateAttachment(attachment: Parameters<Model["estimateAttachment"]>[0]): number {
    return this.#place.model.estimateAttachment(attachment);
  }

  /** The server is the provider's. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
