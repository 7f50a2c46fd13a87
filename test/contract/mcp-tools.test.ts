import { afterAll } from "bun:test";
import { resourceTool } from "../../tools/mcp/resource.ts";
import { must } from "../support/must.ts";
import { stdioRig } from "../tools/mcp/rig.ts";
import { toolContract } from "./tool.ts";

const rig = stdioRig();
afterAll(() => rig[Symbol.asyncDispose]());
const prepare = () => {};
const tools = await rig.server.open();
const toolNamed = (name: string) => must(tools.find((tool) => tool.name === `mcp__fake__${name}`));

toolContract(toolNamed("add") as never, {
  prepare,
  works: [{ a: 1, b: 2 }],
  fails: [],
  refused: [{}, { a: 1 }, { a: "1", b: 2 }],
});

toolContract(toolNamed("fail") as never, { prepare, works: [], fails: [{}], refused: [] });

toolContract(resourceTool([rig.server]), {
  prepare,
  works: [{}, { server: "fake" }, { server: "fake", uri: "note://one" }],
  fails: [{ server: "none" }, { server: "fake", uri: "note://none" }, { server: "no\u001b[31m\nsuch" }],
  refused: [{ uri: "" }, { server: 1 }],
});
