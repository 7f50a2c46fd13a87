/** Answers to the questions of a headless run, from the lines of its input. */
import { z } from "zod";
import { answerSchema, askIdSchema } from "../agent/ask-schema.ts";
import { toErrorInfo, UsageError } from "../agent/error.ts";
import type { Fleet } from "../agent/fleet.ts";
import type { CallId } from "../agent/message.ts";
import { type NumberedLine, parseLine } from "./input.ts";
import { note } from "./output.ts";

const lineSchema = z.object({
  answer: z.intersection(z.object({ askId: askIdSchema, agent: z.string().optional() }), answerSchema),
});

/** Hands the answers on; what is wrong with a line is noted. At the end of the lines nobody answers: calls that ask are ended. */
export async function takeAnswers(
  lines: AsyncIterable<NumberedLine>,
  fleet: Fleet,
  root: string,
  reload: () => Promise<string>,
): Promise<void> {
  for await (const line of lines) {
    if (line.text.trim() === "") continue;
    try {
      if (isReload(line)) note(await reload());
      else answer(line, fleet, root);
    } catch (error) {
      note(toErrorInfo(error).message);
    }
  }
  const end = (agent: string, call: CallId | undefined) => {
    if (call) fleet.get(agent)?.send({ type: "kill", call });
  };
  fleet.subscribe((event) => event.type === "asked" && end(event.agent, event.call));
  for (const { label, asks } of fleet.living()) for (const { call } of asks) end(label, call);
}

/** `{"reload": true}`: what the project and the person wrote is read again. */
function isReload(line: NumberedLine): boolean {
  const { reload } = { reload: undefined, ...parseLine(line) };
  return reload === true;
}

function answer(line: NumberedLine, fleet: Fleet, root: string): void {
  const { data, error } = lineSchema.safeParse(parseLine(line));
  if (error) throw new UsageError(`Line ${line.number} of the input is no answer: ${z.prettifyError(error)}`);
  const { askId, agent = root, ...given } = data.answer;
  const asked = fleet.get(agent);
  if (!asked) throw new UsageError(`Line ${line.number} of the input answers "${agent}", and there is no such agent.`);
  asked.send({ type: "answer", askId, answer: answerSchema.parse(given) });
}
