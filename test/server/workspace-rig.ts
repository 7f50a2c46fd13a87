/** A workspace on a fresh home with a fake provider behind it, and pages that look at it. */
import { projectDir } from "../../agent/session-list.ts";
import { Client, type Wire } from "../../server/client.ts";
import { readConfig } from "../../server/config.ts";
import { parseFlags } from "../../server/flags.ts";
import { Models } from "../../server/models.ts";
import type { ServerFrame } from "../../server/protocol.ts";
import { Shelf } from "../../server/shelf.ts";
import { Workspace } from "../../server/workspace.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeProvider, FakeScript } from "../support/fake-types.ts";
import { freshHome } from "./program.ts";

export interface Page {
  readonly client: Client;
  readonly wire: Wire;
  /** What it was sent. */
  readonly frames: ServerFrame[];
  /** Bytes that it has not read. */
  unread: number;
}

/** A page that keeps what it is sent. */
export function page(): Page {
  const frames: ServerFrame[] = [];
  const wire: Wire = {
    send: (text) => frames.push(JSON.parse(text)),
    getBufferedAmount: () => self.unread,
    close: () => {},
  };
  const self: Page = { client: new Client(wire), wire, frames, unread: 0 };
  return self;
}

export interface Place extends AsyncDisposable {
  readonly fake: FakeProvider;
  readonly workspace: Workspace;
}

export async function open(script: FakeScript, unloadAfterMs = 60_000): Promise<Place> {
  const fake = await startFakeProvider(script);
  const home = freshHome(fake);
  const config = readConfig(parseFlags([]).flags, home.project);
  const models = new Models(config, home.env);
  const shelf = new Shelf(projectDir(home.project, home.env));
  const list = () => shelf.list();
  const workspace = new Workspace({ config, env: home.env, models, list, childEnv: home.env, unloadAfterMs });
  return {
    fake,
    workspace,
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]();
      await models[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}
