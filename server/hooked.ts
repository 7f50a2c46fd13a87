/** The hooks of one session, from its begin to its end. */
import type { Fleet } from "../agent/fleet.ts";
import type { Session } from "../agent/session.ts";
import { withoutSecrets } from "../providers/auth.ts";
import type { Config } from "./config.ts";
import type { Extensions } from "./extensions.ts";
import { HookRunner } from "./hooks.ts";
import { note } from "./output.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface Hooked extends AsyncDisposable {
  readonly hooks: HookRunner;
  /** What the person added to the prompt, and what hooks at the begin of the session say; undefined for nothing. */
  readonly words: string | undefined;
  /** Tells hooks of questions that wait for the person. */
  follow(fleet: Fleet): void;
}

/** How long a session's end waits for its hooks. */
const endMs = 10_000;

export async function beginHooks(
  extensions: Extensions,
  { cwd, label, system }: Config,
  env: Env,
  session: Session | undefined,
  isResumed: boolean,
): Promise<Hooked> {
  const ended = new AbortController();
  const hooks = new HookRunner(
    {
      place: { project: cwd, cwd, env: withoutSecrets(env) },
      root: label,
      session: { session_id: session?.id ?? "", transcript_path: session?.path ?? "" },
      tell: note,
    },
    () => extensions.hooks,
  );
  const context = await hooks.sessionStart(isResumed ? "resume" : "startup", ended.signal);
  const words = [system, context].filter(Boolean).join("\n\n");
  return {
    hooks,
    words: words === "" ? undefined : words,
    follow(fleet) {
      fleet.subscribe((event) => {
        if (event.type !== "asked") return;
        const { ask } = event;
        const kind = ask.type === "permission" ? "permission_prompt" : "elicitation_dialog";
        void hooks.notify(
          kind,
          ask.type === "permission" ? `Permission is needed: ${ask.text}` : ask.text,
          ended.signal,
        );
      });
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await hooks.sessionEnd("other", AbortSignal.timeout(endMs));
    },
  };
}
