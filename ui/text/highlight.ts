/** Colours for code, from a worker that is started when first needed. What it cannot colour stays plain. */

/** A piece of a line with its colour in the light and in the dark theme. */
export type CodeToken = readonly [text: string, light: string, dark: string];
export type CodeLine = readonly CodeToken[];

export interface Wanted {
  readonly id: number;
  readonly code: string;
  readonly lang: string;
}

export interface Coloured {
  readonly id: number;
  /** Undefined where it could not be coloured. */
  readonly lines?: readonly CodeLine[];
}

type Lines = readonly CodeLine[] | undefined;

const mostChars = 200_000;
const keptPieces = 200;
const kept = new Map<string, Promise<Lines>>();
const waiting = new Map<number, (lines: Lines) => void>();
let worker: Worker | undefined;
let asked = 0;

/** The code's lines in colour; undefined where there are none to be had, or where the signal came first. */
export async function highlight(code: string, lang: string, signal?: AbortSignal): Promise<Lines> {
  if (code.length > mostChars) return undefined;
  const key = `${lang}\n${code}`;
  const known = kept.get(key) ?? ask(code, lang);
  kept.set(key, known);
  const [oldest] = kept.keys();
  if (kept.size > keptPieces && oldest !== undefined) kept.delete(oldest);
  const lines = await known;
  return signal?.aborted ? undefined : lines;
}

function ask(code: string, lang: string): Promise<Lines> {
  const running = start();
  if (!running) return Promise.resolve(undefined);
  asked += 1;
  const id = asked;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    running.postMessage({ id, code, lang } satisfies Wanted);
  });
}

function start(): Worker | undefined {
  if (worker) return worker;
  const url = document.querySelector<HTMLMetaElement>('meta[name="highlighter"]')?.content;
  if (!url) return undefined;
  worker = new Worker(url, { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Coloured>) => {
    waiting.get(data.id)?.(data.lines);
    waiting.delete(data.id);
  };
  worker.onerror = () => {
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  };
  return worker;
}
