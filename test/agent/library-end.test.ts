/** A script that made an agent ends by itself: closing the agent closes what its tools have started. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startFakeProvider, tempDir, testKey } from "../support/index.ts";
import { toyFiles, toyServer } from "../tools/lsp/toy-project.ts";

const index = join(import.meta.dir, "../../agent/index.ts");

for (const choice of ["", '{ tools: ["LSP"] }']) {
  test(`createAgent(${choice})`, async () => {
    using temp = tempDir();
    const at = (name: string) => join(temp.path, name);
    for (const [name, text] of Object.entries(toyFiles)) await Bun.write(at(name), text);
    await Bun.write(at("lsp.json"), JSON.stringify({ servers: { toy: toyServer(at("log")) } }));
    const script = `import { createAgent } from ${JSON.stringify(index)};
      await using agent = await createAgent(${choice});
      console.log((await agent.run("Go.")).content);`;
    await Bun.write(at("script.ts"), script);
    await using fake = await startFakeProvider([
      ...(choice === "" ? [{ parts: [{ call: "ToolSearch", args: { query: "LSP" } }] }] : []),
      { parts: [{ call: "LSP", args: { op: "hover", file_path: "a.toy", line: 1, name: "one" } }] },
      { parts: [{ text: "Done." }] },
    ]);
    const keys = { ANTHROPIC_API_KEY: testKey, ANTHROPIC_BASE_URL: fake.url("anthropic"), SAGENT_LSP: at("lsp.json") };
    const env = { PATH: process.env.PATH, HOME: temp.path, ...keys };
    const child = Bun.spawn([process.execPath, at("script.ts")], {
      cwd: temp.path,
      env,
      stdin: "ignore",
      stdout: "pipe",
    });
    using _ = { [Symbol.dispose]: () => child.kill("SIGKILL") };
    expect([await new Response(child.stdout).text(), await child.exited]).toEqual(["Done.\n", 0]);
    expect(fake.requests.at(-1)?.view.messages.at(-1)?.results[0]?.text).toBe("the toy one");
    expect(readFileSync(at("log"), "utf8")).toEndWith("heard shutdown\nheard exit\n");
  });
}
