import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { playAudioTool, players } from "../../tools/play-audio.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { placeAt } from "./tool-bench.ts";

/** A tenth of a second of silence: 8 kHz, one channel, 8 bits. */
function wav(): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF");
  head.writeUInt32LE(36 + 800, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(800, 40);
  return Buffer.concat([head, Buffer.alloc(800, 128)]);
}

function player(dir: TempDir, name: string, body: string): void {
  writeFileSync(join(dir.path, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(dir.path, name), 0o755);
}
const at = (dir: TempDir) => placeAt(dir.path, {}, { PATH: `${dir.path}:/bin:/usr/bin` });
const card = (played: boolean) =>
  ({ type: "custom", name: "audio", data: { path: "a b.wav", name: "a b.wav", mime: "audio/wav", played } }) as const;

test("the first player that can plays it; one that fails gives way", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a b.wav"), wav());
  player(dir, "pw-play", "echo 'no server' >&2; exit 1");
  player(dir, "paplay", `printf %s "$1" > heard`);
  const output = await at(dir).run(playAudioTool, { path: "a b.wav" });
  expect(output).toEqual({ text: "Played a b.wav.", details: card(true) });
  expect(readFileSync(join(dir.path, "heard"), "utf8")).toBe(join(dir.path, "a b.wav"));
});

test("no player and no device is told, and is no failure", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a b.wav"), wav());
  const silent = await placeAt(dir.path, {}, { PATH: dir.path }).run(playAudioTool, { path: "a b.wav" });
  expect(silent).toEqual({
    text: "a b.wav could not be heard on this machine (no program that plays it is installed). The person can play it in the workspace.",
    details: card(false),
  });
  player(dir, "aplay", "echo 'aplay: \u001b[31mno soundcards found' >&2; exit 1");
  const deaf = await placeAt(dir.path, {}, { PATH: dir.path }).run(playAudioTool, { path: "a b.wav" });
  expect([deaf.isError, deaf.text]).toEqual([
    undefined,
    expect.stringContaining("(aplay: aplay: [31mno soundcards found)"),
  ]);
});

test("a call that is stopped ends the player and all it started", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a b.wav"), wav());
  player(dir, "pw-play", "echo $$ > pid; sleep 300 & wait");
  const place = at(dir);
  const running = place.run(playAudioTool, { path: "a b.wav" });
  await until(() => existsSync(join(dir.path, "pid")) && readFileSync(join(dir.path, "pid"), "utf8") !== "");
  place.stop.abort();
  expect(await running).toEqual({ text: "The sound was stopped.", isError: true });
  const pid = Number(readFileSync(join(dir.path, "pid"), "utf8"));
  await until(() => !existsSync(`/proc/${pid}`));
  expect(place.progress).toEqual([{ type: "status", text: "Playing a b.wav" }]);
});

test("what is no sound is not handed to a player", async () => {
  using dir = tempDir();
  player(dir, "pw-play", "exit 0");
  writeFileSync(join(dir.path, "a.wav"), "#!/bin/sh");
  for (const path of ["a.wav", ".", "none.wav"])
    expect((await at(dir).run(playAudioTool, { path })).isError).toBe(true);
});

test("each system has its players", () => {
  using dir = tempDir();
  for (const name of ["afplay", "aplay", "mpg123", "ogg123", "ffplay"]) player(dir, name, "exit 0");
  const names = (mime: string, platform: NodeJS.Platform) =>
    players("/a", mime, { PATH: dir.path }, platform).map(([program = ""]) => program.slice(dir.path.length + 1));
  expect(names("audio/wav", "darwin")).toEqual(["afplay"]);
  expect(names("audio/wav", "linux")).toEqual(["aplay", "ffplay"]);
  expect(names("audio/mpeg", "linux")).toEqual(["ffplay", "mpg123"]);
  expect(names("audio/ogg", "linux")).toEqual(["ffplay", "ogg123"]);
});
