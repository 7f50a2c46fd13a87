/** One run without a person: prompt in, payload out, an exit code. stdin, stdout, stderr and the code are the contract. */
import type { Agent } from "../agent/agent.ts";
import type { RunResult } from "../agent/run.ts";
import { compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { exitCode, type StopSignal, signalCodes } from "./exit.ts";
import { readPrompt } from "./input.ts";
import { describe, eventLine, writeOut, writeResult } from "./output.ts";
import { type Stop, watchSignals } from "./signals.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code. Throws `SagentError` for what is wrong before the run begins. */
export async function runHeadless(config: Config, env: Env): Promise<number> {
  using stop = watchSignals();
  const started = await Promise.race([begin(config, env), stop.asked]);
  if (typeof started === "string") return await stoppedEarly(config, started, env);
  await using composed = started.composed;
  const { agent, session } = composed;
  const streaming = config.outputFormat === "stream-json";
  const stream = streaming ? writeEvents(agent, env) : Promise.resolve();
  const run = agent.run(started.prompt);
  haltOnSignal(agent, stop);
  const result = await run;
  await session?.flush();
  await agent.close();
  await stream;
  await writeEnd(config, withSignal(result, stop.signal), env);
  return stop.signal ? signalCodes[stop.signal] : exitCode(result.error);
}

async function begin(config: Config, env: Env) {
  const prompt = await readPrompt(config);
  return { prompt, composed: await compose(config, env) };
}

/** A signal before the run: exits at once, whatever standard input still holds. */
async function stoppedEarly(config: Config, signal: StopSignal, env: Env): Promise<never> {
  if (config.outputFormat !== "text") await writeResult({ content: "", ...interruption(signal) }, env);
  process.exit(signalCodes[signal]);
}

function haltOnSignal(agent: Agent, stop: Stop): void {
  stop.asked.then(() => {
    agent.send({ type: "halt" });
    agent.send({ type: "kill", call: "all" });
  });
}

const interruption = (signal: StopSignal) => ({
  reason: "halted",
  stopReason: "interrupted",
  error: { code: "stopped", message: signal === "SIGINT" ? "Interrupted." : "Terminated." },
});

function withSignal(result: RunResult, signal: StopSignal | undefined) {
  return signal ? { ...result, ...interruption(signal) } : result;
}

/** Writes events as they come. A reader that leaves ends the work. */
async function writeEvents(agent: Agent, env: Env): Promise<void> {
  try {
    for await (const event of agent.events()) await writeOut(eventLine(event, env));
  } catch {
    agent.send({ type: "halt" });
    agent.send({ type: "kill", call: "all" });
  }
}

async function writeEnd(config: Config, result: RunResult | ReturnType<typeof withSignal>, env: Env): Promise<void> {
  if (config.outputFormat !== "text") return writeResult(result, env);
  if (result.content !== "") await writeOut(`${result.content}\n`);
  if (result.error) process.stderr.write(describe(result.error, env));
}
