/** Progress of a long fetch, on stderr: one line that is rewritten on a terminal, a line each 10 % elsewhere. */
export interface FetchProgress {
  readonly file: string;
  readonly receivedBytes: number;
  readonly totalBytes?: number | undefined;
}

const redrawMs = 100;

export function pullProgress(): (progress: FetchProgress) => void {
  let live: boolean | undefined;
  let shownAt = 0;
  let shownTenth = -1;
  return ({ file, receivedBytes, totalBytes }) => {
    live ??= process.stderr.isTTY === true;
    const done = totalBytes !== undefined && receivedBytes >= totalBytes;
    const tenth = totalBytes ? Math.floor((receivedBytes / totalBytes) * 10) : 0;
    const now = Date.now();
    if (!done && (live ? now - shownAt < redrawMs : tenth === shownTenth)) return;
    if (done && shownTenth === 10) return;
    shownAt = now;
    shownTenth = tenth;
    const of = totalBytes ? ` of ${mebibytes(totalBytes)} (${Math.floor((receivedBytes / totalBytes) * 100)} %)` : "";
    const line = `sagent: fetching ${file}: ${mebibytes(receivedBytes)}${of}`;
    process.stderr.write(live ? `\r\x1b[K${line}${done ? "\n" : ""}` : `${line}\n`);
  };
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
