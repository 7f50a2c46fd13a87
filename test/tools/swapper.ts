/**
 * A process that keeps swapping: `swapper.ts symlink PATH OTHER` swaps a directory for a symlink to another and back,
 * `swapper.ts move PATH OTHER` moves it there and back. Ends with its stdin.
 */
import { renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";

const [how, path = "", other = ""] = process.argv.slice(2);
let swaps = 0;
process.stdin.on("end", () => {
  process.stdout.write(String(swaps));
  process.exit(0);
});
process.stdin.resume();

/** The writer makes a directory that is missing at the moment; it is cleared away. */
function put(move: () => void, onto: string): void {
  for (;;) {
    try {
      return move();
    } catch {
      rmSync(onto, { recursive: true, force: true });
    }
  }
}

function swap(): void {
  const away = how === "move" ? other : `${path}.kept`;
  put(() => renameSync(path, away), away);
  if (how === "symlink") {
    put(() => symlinkSync(other, path), path);
    unlinkSync(path);
  }
  put(() => renameSync(away, path), path);
}

function turn(): void {
  for (let n = 0; n < 20; n++) swap();
  swaps += 20;
  setImmediate(turn);
}
turn();
