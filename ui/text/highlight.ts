/** Colours for code, from a worker that is started when first needed. What it cannot colour stays plain. */

/** A piece of a line with its colour in the light and in the dark theme. */
export type CodeToken = readonly [text: string, light: string, dark: string];
export type CodeLine = readonly CodeToken[];

export interface Wanted {
  readonly code: string;
  readonly lang: string;
}

/** Undefined where it could not be coloured. */
export type Coloured = readonly CodeLine[] | undefined;

interface Job extends Wanted {
  readonly key: string;
  readonly lines: Promise<Coloured>;
  readonly finish: (lines: Coloured) => void;
  /** How many wait for it. */
  waiting: number;
}

const mostChars = 100_000;
/** Of all that is kept coloured. */
const mostKeptChars = 1_000_000;
/** A grammar that takes longer on some text is not worth the wait. */
const mostMs = 5_000;
/** A worker that fails so often is let be. */
const mostFailures = 3;

const kept = new Map<string, Coloured>();
/** In their order; the first one is with the worker. */
const jobs = new Map<string, Job>();
let worker: Worker | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let keptChars = 0;

/**
 * The code's lines in colour; undefined where there are none to be had. Once nobody waits for it any more, as their signals
 * say, it is not coloured at all, unless that has begun.
 */
export function highlight(code: string, lang: string, signal: AbortSignal): Promise<Coloured> {
  const key = `${lang}\n${code}`;
  if (code.length > mostChars || kept.has(key)) return Promise.resolve(kept.get(key));
  const job = jobs.get(key) ?? add(key, code, lang);
  job.waiting += 1;
  signal.addEventListener("abort", () => leave(job), { once: true });
  return job.lines;
}

function add(key: string, code: string, lang: string): Job {
  const { promise, resolve } = Promise.withResolvers<Coloured>();
  const job: Job = { key, code, lang, lines: promise, finish: resolve, waiting: 0 };
  jobs.set(key, job);
  if (jobs.size === 1) begin(job);
  return job;
}

function leave(job: Job): void {
  job.waiting -= 1;
  const [running] = jobs.values();
  if (job.waiting > 0 || job === running || !jobs.delete(job.key)) return;
  job.finish(undefined);
}

function begin({ code, lang }: Job): void {
  worker ??= start();
  if (!worker) return done(undefined);
  timer = setTimeout(fail, mostMs);
  worker.postMessage({ code, lang } satisfies Wanted);
}

function done(lines: Coloured): void {
  clearTimeout(timer);
  const [job] = jobs.values();
  if (!job) return;
  jobs.delete(job.key);
  keep(job.key, lines);
  job.finish(lines);
  const [next] = jobs.values();
  if (next) begin(next);
}

function keep(key: string, lines: Coloured): void {
  kept.set(key, lines);
  keptChars += key.length;
  for (const oldest of kept.keys()) {
    if (keptChars <= mostKeptChars) return;
    kept.delete(oldest);
    keptChars -= oldest.length;
  }
}

function fail(): void {
  worker?.terminate();
  worker = undefined;
  failures += 1;
  done(undefined);
}

function start(): Worker | undefined {
  const url = document.querySelector<HTMLMetaElement>('meta[name="highlighter"]')?.content;
  if (!url || failures >= mostFailures) return undefined;
  const started = new Worker(url, { type: "module" });
  started.onmessage = ({ data }: MessageEvent<Coloured>) => done(data);
  started.onerror = fail;
  return started;
}
