/** The workspace as a user starts it, for tests of the page: the program on a fresh home, the page built from the sources. */
import { ensurePage } from "../../build/page.ts";
import { freshHome, type Home, linesOf, type Program } from "../server/program.ts";
import { startFakeProvider } from "./fake-provider.ts";
import type { FakeProvider, FakeScript, Wire } from "./fake-types.ts";

export interface Served extends AsyncDisposable {
  readonly home: Home;
  readonly program: Program;
  /** Such as `http://127.0.0.1:4096`. */
  readonly address: string;
  /** The link that lets one browser in, once. */
  readonly link: string;
}

/** Starts `sagent serve`; disposing it ends the program by a signal and waits for it. */
export async function serve(
  home: Home,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Served> {
  await ensurePage();
  const program = home.start(["serve", "--no-open", ...args], { env });
  const link = await firstLink(program);
  return {
    home,
    program,
    address: new URL(link).origin,
    link,
    async [Symbol.asyncDispose]() {
      program.kill("SIGTERM");
      await program.exited;
    },
  };
}

export interface ServedFake extends Served {
  readonly fake: FakeProvider;
}

/** The same on a home of its own with a fake provider behind it; both are gone with it. */
export async function serveFake(
  script: FakeScript,
  options: {
    readonly wire?: Wire;
    readonly args?: readonly string[];
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<ServedFake> {
  const fake = await startFakeProvider(script);
  const home = freshHome(fake, options.wire ?? "anthropic");
  for (const [name, text] of Object.entries(options.files ?? {})) await Bun.write(`${home.project}/${name}`, text);
  const served = await serve(home, options.args);
  return {
    ...served,
    fake,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

async function firstLink(program: Program): Promise<string> {
  for await (const line of linesOf(program.stdout)) {
    const link = /https?:\/\/\S+/.exec(line)?.[0];
    if (link) return link;
  }
  throw new Error(`The workspace did not start: ${await new Response(program.stderr).text()}`);
}
