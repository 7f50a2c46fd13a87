/** A saved session of many messages, as the page has to show: talk in Markdown, thoughts, and calls with their results. */
import type { AgentEvent, EventBody } from "../../../agent/event.ts";
import type { Message } from "../../../agent/message.ts";
import { projectDir } from "../../../agent/session-list.ts";
import type { Home } from "../../server/program.ts";
import { eventsOf, saved } from "../../server/saved.ts";

const origin = { provider: "anthropic", model: "claude-opus-5-5" };
const usage = { input: 1_200, output: 240, cacheRead: 8_000, cacheWrite: 0, cacheWrite1h: 0 };
const settings = {
  effort: "none",
  thinkingBudget: "none",
  thinkingOutput: "none",
  tier: "auto",
  cacheTtlSec: 300,
} as const;

/** Writes a session of so many messages for the home's project. */
export function saveLongSession(home: Home, id: string, messages: number): void {
  const begun = { type: "started", protocol: 1, sessionId: id, model: origin, settings, resumed: false } as const;
  const bodies: (EventBody | Message)[] = [{ ...begun, cwd: home.project }];
  for (let at = 0; bodies.length <= messages; at += 4) bodies.push(...round(at));
  const events: AgentEvent[] = eventsOf(bodies.slice(0, messages + 1));
  saved(projectDir(home.project, home.env), id, events);
}

function round(at: number): Message[] {
  const answer = { type: "assistant", at, origin, usage, costUsd: 0.01 } as const;
  const call = { type: "toolCall", callId: `c${at}`, name: "Bash", args: { command: `make part-${at}` } } as const;
  const result = { type: "toolResult", at, callId: `c${at}`, name: "Bash", kind: "final", isError: false } as const;
  const thinking = { type: "thinking", text: `Part ${at} depends on the one before.\nI build it first.` } as const;
  return [
    { type: "user", id: `m${at}`, at, text: `Please look at part ${at} and tell me whether it builds.` },
    {
      ...answer,
      id: `m${at + 1}`,
      parts: [thinking, { type: "text", text: "I build it." }, call],
      stopReason: "toolUse",
    },
    { ...result, id: `m${at + 2}`, text: `part ${at} ok\n[exit code 0]`, durationMs: 1_400 },
    { ...answer, id: `m${at + 3}`, parts: [{ type: "text", text: report(at) }], stopReason: "endTurn" },
  ];
}

/** Of several lengths, so that rows have several heights. */
export function report(at: number): string {
  const points = Array.from(
    { length: 1 + (at % 7) },
    (_, index) => `- **Point ${index}** of part ${at}: \`ok\`, as it was.`,
  );
  const code = at % 3 === 0 ? `\n\n\`\`\`ts\nexport const part${at} = { builds: true, number: ${at} };\n\`\`\`` : "";
  return `Part ${at} builds. What I saw:\n\n${points.join("\n")}${code}\n\nThere is nothing else to say of it.`;
}
