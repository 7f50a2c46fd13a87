/** One run without a person: prompt in, payload out, an exit code. stdin, stdout, stderr and the code are the contract. */
import type { Agent } from "../agent/agent.ts";
import { type ErrorInfo, toErrorInfo } from "../agent/error.ts";
import type { EndReason } from "../agent/event.ts";
import type { Fleet } from "../agent/fleet.ts";
import { type FleetResult, runFleet } from "../agent/fleet-run.ts";
import type { Session } from "../agent/session.ts";
import { useModel } from "./command-send.ts";
import { type Composed, compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { exitCode, type StopSignal, signalCodes } from "./exit.ts";
import { type NumberedLine, readInput } from "./input.ts";
import { describe, eventLine, note, writeAnswer, writeResult } from "./output.ts";
import { watchSignals } from "./signals.ts";
import { isTerminal, writeErr, writeOut } from "./stdio.ts";
import { terminalCall, toldLine, toldOf } from "./told.ts";
import { Windows } from "./windows.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code. Throws `SagentError` for what is wrong before the run begins. */
export async function runHeadless(config: Config, env: Env): Promise<number> {
  using stop = watchSignals();
  const started = await Promise.race([begin(config, env), stop.asked]);
  if (typeof started === "string") return await stoppedEarly(config, started, env);
  await using input = started.input;
  await using composed = started.composed;
  const { agent, fleet, session } = composed;
  const { prompt } = started;
  const task = started.output ? { prompt, ...started.output } : prompt;
  const windows = new Windows();
  fleet.subscribe((event) => windows.note(event));
  let running = true;
  const ended = new AbortController();
  const end = () => {
    if (!running) return;
    ended.abort();
    endWork(fleet);
  };
  const written = config.outputFormat === "stream-json" ? writeEvents(fleet, env, end) : Promise.resolve();
  const live = config.outputFormat === "text" && isTerminal("stdout") && !started.output;
  if (live) await showLive(fleet, agent, env);
  if (config.outputFormat !== "stream-json") tellNotices(fleet, live, env);
  if (input.answers) await followAnswers(input.answers, composed);
  const run = runFleet(fleet, agent, task, ended.signal);
  stop.asked.then(end);
  const result = explained(await run);
  running = false;
  const unsaved = await saved(session);
  await fleet[Symbol.asyncDispose]();
  await written;
  const finished = {
    ...result,
    limits: windows.all,
    ...(unsaved && { error: unsaved }),
    ...(stop.signal && interruption(stop.signal)),
  };
  if (!live) await writeEnd(config, finished, env);
  else if (finished.error && finished.error !== result.error) writeErr(describe(finished.error, env));
  return stop.signal ? signalCodes[stop.signal] : exitCode(finished.error);
}

async function begin(config: Config, env: Env) {
  await using stack = new AsyncDisposableStack();
  const output = config.outputSchema === undefined ? undefined : await outputOf(config.outputSchema);
  const input = stack.use(await readInput(config));
  const canAsk = input.answers !== undefined && config.outputFormat === "stream-json";
  const composed = stack.use(await compose(config, env, { canAsk }));
  const expanded = await composed.extensions.commands.expand(input.prompt, new AbortController().signal);
  if (expanded) useModel(composed.agent, expanded);
  stack.move();
  return { input, composed, output, prompt: expanded?.text ?? input.prompt };
}

async function outputOf(given: string) {
  const { readOutputSchema } = await import("./output-schema.ts");
  return readOutputSchema(given);
}

async function followAnswers(answers: AsyncIterable<NumberedLine>, composed: Composed): Promise<void> {
  const { fleet, agent, extensions } = composed;
  const { takeAnswers } = await import("./answers.ts");
  takeAnswers(answers, fleet, agent.label, () => extensions.reload()).catch(() => {});
}

/** A signal before the run: exits at once, whatever standard input still holds. */
async function stoppedEarly(config: Config, signal: StopSignal, env: Env): Promise<never> {
  if (config.outputFormat !== "text") await writeResult({ content: "", ...interruption(signal) }, env);
  process.exit(signalCodes[signal]);
}

/** Stops every agent's model, which keeps what it had said, and every tool. */
function endWork(fleet: Fleet): void {
  fleet.command("*", { type: "halt" });
  fleet.command("*", { type: "kill", call: "all" });
}

const stopped = { SIGHUP: "The terminal was closed.", SIGINT: "Interrupted.", SIGTERM: "Terminated." };

const interruption = (signal: StopSignal) => ({
  reason: "halted" as const,
  stopReason: "interrupted" as const,
  error: { code: "stopped", message: stopped[signal] },
});

const unfinished: Partial<Record<EndReason, ErrorInfo>> = {
  truncated: {
    code: "truncated",
    message: "The answer was cut at its length limit.",
    hint: "Raise --max-response-tokens, or ask for less at a time.",
  },
  refused: {
    code: "refused",
    message: "The model refused to answer.",
    hint: "Say it in other words, or use another model.",
  },
};

/** An answer that is not whole is an error, so that no script takes it for one. */
function explained(result: FleetResult): FleetResult {
  const error = result.error ?? unfinished[result.reason];
  return error ? { ...result, error } : result;
}

/** What kept the session from being saved, if anything did: an answer in hand is still given. */
async function saved(session: Session | undefined): Promise<ErrorInfo | undefined> {
  try {
    await session?.flush();
    return undefined;
  } catch (error) {
    return toErrorInfo(error);
  }
}

/** Writes events as they come. A reader that leaves ends the work. */
async function writeEvents(fleet: Fleet, env: Env, end: () => void): Promise<void> {
  try {
    for await (const event of fleet.events()) await writeOut(eventLine(event, env));
  } catch {
    end();
  }
}

/** A person is looking: the answer streams as it comes, with a line a tool call, in place of the text at the end. */
async function showLive(fleet: Fleet, root: Agent, env: Env): Promise<void> {
  const { TerminalView } = await import("./terminal-view.ts");
  const { styleFor } = await import("./terminal-text.ts");
  const view = new TerminalView((text) => process.stdout.write(text), styleFor(process.stdout, env));
  fleet.subscribe((event) => view.show(event, root.label));
}

/** What agents want a person to know goes to standard error, unless it is seen anyway, and calls who sits at the terminal. */
function tellNotices(fleet: Fleet, isSeen: boolean, env: Env): void {
  fleet.subscribe((event) => {
    const told = toldOf(event);
    if (told && !isSeen) note(toldLine(told));
    if (told && isTerminal("stderr")) writeErr(terminalCall(told, env));
  });
}

/** The document or nothing: a script never takes other words for it. */
async function writeDocument({ output }: FleetResult): Promise<void> {
  if (output !== undefined) await writeAnswer(JSON.stringify(output));
}

async function writeEnd(config: Config, result: FleetResult, env: Env): Promise<void> {
  if (config.outputFormat !== "text") await writeResult(result, env);
  else if (config.outputSchema !== undefined) await writeDocument(result);
  else if (result.content !== "") await writeAnswer(result.content);
  if (result.error) writeErr(describe(result.error, env));
}
