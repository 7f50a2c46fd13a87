/** The fleet's tools at work on real files, and the events that tell of it. */
import type { AgentEvent } from "../../agent/event.ts";
import type { ToolDetails } from "../../agent/message.ts";
import { editTool } from "../../tools/edit.ts";
import { readTool } from "../../tools/read.ts";
import { writeTool } from "../../tools/write.ts";
import { placeAt } from "../tools/tool-bench.ts";

export function diffEvent(details: ToolDetails | undefined, agent = "Agent", at = 1): AgentEvent {
  if (details === undefined) throw new Error("The tool told no details.");
  const result = {
    id: "m1",
    at,
    type: "toolResult",
    callId: "c1",
    name: "Edit",
    kind: "final",
    isError: false,
  } as const;
  return { type: "message", seq: 1, agent, at, message: { ...result, text: "", details } };
}

export interface Hands {
  edit(path: string, from: string, to: string, agent?: string, at?: number): Promise<AgentEvent>;
  /** Reads a file that is there first, as Write asks. */
  write(path: string, content: string, agent?: string, at?: number): Promise<AgentEvent>;
}

export function makeHands(root: string): Hands {
  const place = placeAt(root);
  return {
    async edit(path, from, to, agent, at) {
      const { details } = await place.run(editTool, { file_path: path, old_string: from, new_string: to });
      return diffEvent(details, agent, at);
    },
    async write(path, content, agent, at) {
      if (await Bun.file(`${root}/${path}`).exists()) await place.run(readTool, { file_path: path });
      const { details } = await place.run(writeTool, { file_path: path, content });
      return diffEvent(details, agent, at);
    },
  };
}
