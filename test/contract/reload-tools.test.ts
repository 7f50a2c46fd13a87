import { reloadTool } from "../../tools/reload.ts";
import { toolContract } from "./tool.ts";

const nothing = { prepare: () => {}, refused: ["now"] };

toolContract(
  reloadTool(async () => "2 plug-ins, 1 skill."),
  { ...nothing, works: [{}], fails: [] },
);
