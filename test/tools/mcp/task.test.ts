/** Tools that work as tasks only. */
import { expect, test } from "bun:test";
import type { ToolProgress } from "../../../agent/tool.ts";
import { until } from "../../support/until.ts";
import { stdioRig } from "./rig.ts";

test("a tool that works as a task is asked about until it has ended", async () => {
  await using rig = stdioRig(["tasks"]);
  const news: ToolProgress[] = [];
  const progress = (each: ToolProgress) => void news.push(each);
  expect(await rig.call("dig", { how: "well" }, { progress })).toEqual({ text: "Dug." });
  expect(news.map(({ text }) => text)).toEqual(["digging, look 0", "digging, look 1", "digging, look 2"]);
});

test("a task that fails says why", async () => {
  await using rig = stdioRig(["tasks"]);
  expect(await rig.call("dig", { how: "badly" })).toEqual({
    text: 'The MCP server "fake" did not do it: The spade broke.',
    isError: true,
  });
});

test("a task is cancelled with its call, however long the server wants it left alone", async () => {
  await using rig = stdioRig(["tasks"]);
  const stop = new AbortController();
  let looks = 0;
  const progress = () => {
    looks += 1;
    if (looks === 2) stop.abort();
  };
  const result = await rig.call("dig", { how: "on" }, { signal: stop.signal, progress });
  expect(result).toEqual({ text: "The call was stopped; the server was told.", isError: true });
  await until(() => rig.log().includes("cancelled task-1"));
});
