/** What is kept of a terminal's output, and what a viewer is given of it. */
import { expect, test } from "bun:test";
import { Scrollback } from "../../server/pty-scrollback.ts";
import { Viewer, windowBytes } from "../../server/pty-viewer.ts";

const esc = "\x1b";

function scrollback(capacity: number, ...texts: readonly (string | Uint8Array)[]): Scrollback {
  const kept = new Scrollback(capacity);
  for (const text of texts) kept.push(Buffer.from(text as string));
  return kept;
}

/** What a viewer was given, resets marked. */
function watch(kept: Scrollback): { viewer: Viewer; given: string[] } {
  const given: string[] = [];
  const viewer = new Viewer(kept, {
    data: (text, reset) => void given.push(reset ? `RESET ${text}` : text),
    exit: (code) => void given.push(`EXIT ${code}`),
  });
  return { viewer, given };
}

test("the ring keeps the newest bytes, however they were cut", () => {
  const text = Array.from({ length: 400 }, (_, index) => `${index}\n`).join("");
  for (const step of [1, 7, 64, 100, 1000]) {
    const kept = new Scrollback(64);
    for (let at = 0; at < text.length; at += step) kept.push(Buffer.from(text.slice(at, at + step)));
    expect([kept.start, kept.end]).toEqual([text.length - 64, text.length]);
    expect(kept.read(kept.start, kept.end).toString()).toBe(text.slice(-64));
    expect(kept.read(kept.start + 5, kept.end - 3).toString()).toBe(text.slice(-59, -3));
  }
});

test("a tail begins at a line, else at an escape sequence, else at a character", () => {
  expect(scrollback(10, "0123456789ab\ncdef").tail(10).bytes.toString()).toBe("cdef");
  expect(scrollback(10, `0123456789ab${esc}[1mcd`).tail(10).bytes.toString()).toBe(`${esc}[1mcd`);
  expect(scrollback(10, "€€€€€€").tail(10).bytes.toString()).toBe("€€€");
  expect(scrollback(10, "01\n23").tail(10).bytes.toString()).toBe("01\n23");
});

test("modes that were set in what is forgotten are set again; those that were unset are not", () => {
  const set = `${esc}[?1049;1h${esc}[?25l${esc}[?2004h${esc}[?2004l`;
  const wanted = `${esc}[?1049h${esc}[?1h${esc}[?25l${esc}[?2004l`;
  for (const step of [1, 2, 5, 100]) {
    const kept = new Scrollback(16);
    const text = `${set}${"x".repeat(30)}\nlast`;
    for (let at = 0; at < text.length; at += step) kept.push(Buffer.from(text.slice(at, at + step)));
    expect(`${kept.tail(16).modes}`).toBe(wanted);
    expect(kept.tail(16).modes.isAlternateScreen).toBe(true);
  }
  expect(`${scrollback(8, `${set}${esc}c\n12345678`).tail(8).modes}`).toBe("");
});

test("a viewer is given what comes, whole characters only, and the exit last", () => {
  const kept = scrollback(100, "a");
  const { viewer, given } = watch(kept);
  for (const byte of Buffer.from("€b")) {
    kept.push(Uint8Array.of(byte));
    viewer.pump();
  }
  viewer.end(3);
  viewer.pump();
  expect(given).toEqual(["RESET a", "€", "b", "EXIT 3"]);
});

test("a viewer that does not acknowledge gets its window and no more, then goes on where it was", () => {
  const kept = scrollback(windowBytes * 2);
  const { viewer, given } = watch(kept);
  const text = Buffer.alloc(windowBytes + 1000, "line\n");
  kept.push(text);
  viewer.pump();
  viewer.end(0);
  expect(given.map((each) => each.length)).toEqual(["RESET ".length, windowBytes]);
  for (const useless of [-5, Number.NaN, 1]) viewer.ack(useless);
  expect([given.length, viewer.behind]).toEqual([2, 1000]);
  viewer.ack(Number.POSITIVE_INFINITY);
  expect(given.slice(1, -1).join("") === text.toString()).toBe(true);
  expect(given.at(-1)).toBe("EXIT 0");
});

test("a viewer that was too slow is told how much it missed and shown the newest part", () => {
  const kept = scrollback(windowBytes * 2);
  const { viewer, given } = watch(kept);
  const lines = Buffer.alloc(windowBytes, "line\n");
  for (let count = 0; count < 5; count++) {
    kept.push(lines);
    viewer.pump();
  }
  kept.push(Buffer.from("\nend"));
  viewer.ack(windowBytes);
  const [, , last = ""] = given;
  expect(last.slice(0, 49)).toBe(`RESET ${esc}[2m[769 KiB of output left out]${esc}[0m\r\nline\n`);
  expect(last.slice(-9)).toBe("\nline\nend");
  expect([given.length, viewer.behind]).toEqual([3, 0]);
});

test("a full screen that is shown again gets no note among its cells", () => {
  const kept = scrollback(windowBytes, `${esc}[?1049h`);
  const { viewer, given } = watch(kept);
  kept.push(Buffer.alloc(windowBytes * 3, `${esc}[H.`));
  viewer.ack(100);
  expect(given.at(-1)?.slice(0, 18)).toBe(`RESET ${esc}[?1049h${esc}[H.`);
});

test("what is shown again asks the terminal nothing; what is shown first may", () => {
  const asks = [
    "[c",
    "[>c",
    "[6n",
    "[?6n",
    "[?2026$p",
    "[?u",
    "[>q",
    "[18t",
    "P$qm\x1b\\",
    "]10;?\x07",
    "]4;1;?\x1b\\",
    "Z",
  ];
  const keeps = ["[1m", "[?25h", "[2t", "]0;title\x07", "[5;1H", "[>4;2m"];
  const text = [...asks, ...keeps].map((each) => `${esc}${each}`);
  const kept = scrollback(1000, text.join(""));
  expect(watch(kept).given).toEqual([`RESET ${keeps.map((each) => `${esc}${each}`).join("")}`]);
  const { viewer, given } = watch(scrollback(1000));
  expect(given).toEqual(["RESET "]);
  viewer.pump();
  expect(given).toEqual(["RESET "]);
  const live = scrollback(1000);
  const first = watch(live);
  live.push(Buffer.from(`${esc}[6n`));
  first.viewer.pump();
  expect(first.given).toEqual(["RESET ", `${esc}[6n`]);
});
