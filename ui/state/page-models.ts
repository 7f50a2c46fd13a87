/** Models that run in this tab: a worker each place that the server asks for, and the messages between the two. */
import type { ClientFrame, ServerFrame } from "../../server/protocol.ts";

type Frame = Extract<ServerFrame, { type: "models" }>;

export class PageModels {
  readonly #send: (frame: ClientFrame) => void;
  readonly #workers = new Map<number, Worker>();

  constructor(send: (frame: ClientFrame) => void) {
    this.#send = send;
  }

  /** A connection has begun: what ran for an earlier one is nobody's any more. */
  async opened(): Promise<void> {
    for (const worker of this.#workers.values()) worker.terminate();
    this.#workers.clear();
    if (await hasWebGpu()) this.#send({ type: "models", what: "offer" });
  }

  take({ place, message }: Frame): void {
    const worker = this.#workers.get(place) ?? this.#start(place);
    worker?.postMessage(message);
    if (message.type === "end") this.#workers.delete(place);
  }

  #start(place: number): Worker | undefined {
    const url = document.querySelector<HTMLMetaElement>('meta[name="modeller"]')?.content;
    if (!url) return void this.#lose(place, "this page was built without it");
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }) => this.#send({ type: "models", what: "said", place, message: data });
    worker.onerror = ({ message }) => this.#lose(place, message || "its program could not be loaded");
    this.#workers.set(place, worker);
    return worker;
  }

  #lose(place: number, why: string): void {
    this.#workers.get(place)?.terminate();
    this.#workers.delete(place);
    this.#send({ type: "models", what: "lost", place, why: why.slice(0, 500) });
  }
}

interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/** Whether the browser has WebGPU and a device for it. */
async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as Navigator & { readonly gpu?: Gpu };
  return (await gpu?.requestAdapter().catch(() => null)) != null;
}
