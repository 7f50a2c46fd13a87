/** Compiles Solid's JSX. Babel 7: its successor breaks the preset. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { transformAsync } from "@babel/core";
import type { BunPlugin } from "bun";

const root = join(import.meta.dir, "..");

export const solid: BunPlugin = {
  name: "solid",
  setup(build) {
    build.onLoad({ filter: /\.[jt]sx$/ }, async ({ path }) => {
      const result = await transformAsync(await readFile(path, "utf8"), {
        filename: path,
        presets: [
          ["babel-preset-solid", {}],
          ["@babel/preset-typescript", {}],
        ],
        cwd: root,
        babelrc: false,
        configFile: false,
      });
      return { contents: result?.code ?? "", loader: "js" };
    });
  },
};
