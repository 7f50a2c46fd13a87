/** `sagent` on a terminal: serves the workspace on this machine, prints and opens its address, and stays until it is told to end. */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { UsageError } from "../agent/error.ts";
import { projectDir } from "../agent/session-list.ts";
import { withoutSecrets } from "../providers/auth.ts";
import { makeApp } from "./app.ts";
import { Assets } from "./assets.ts";
import type { Config } from "./config.ts";
import { Desk } from "./desk.ts";
import { Doors } from "./doors.ts";
import { signalCodes } from "./exit.ts";
import { baseUrl } from "./hosts.ts";
import { Models } from "./models.ts";
import { openUrl } from "./open-url.ts";
import { PageModels } from "./page-models.ts";
import { choosePort } from "./port.ts";
import { wireVersion } from "./protocol.ts";
import { Pulls } from "./pulls.ts";
import { announce, findRunning, lastPort } from "./running.ts";
import { Shelf } from "./shelf.ts";
import { watchSignals } from "./signals.ts";
import { Requests } from "./socket.ts";
import { writeOut } from "./stdio.ts";
import { loadToken, requireSecret, serverDir } from "./token.ts";
import { version } from "./version.ts";
import { Workspace } from "./workspace.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code once a signal has ended it. Throws `UsageError` where it cannot be served so. */
export async function serveWorkspace(config: Config, env: Env): Promise<number> {
  using stop = watchSignals();
  const show = async (url: string, words: string) => {
    const opened = config.serve.open && openUrl(url, withoutSecrets(env));
    await writeOut(`sagent: ${words}${opened ? ", opened in your browser" : ""}\n${url}\n`);
  };
  const running = config.serve.port === 0 ? await findRunning(serverDir(config.cwd, env)) : undefined;
  const link = await running?.launchUrl();
  if (link !== undefined) {
    await show(link, "the workspace of this project is already served");
    return 0;
  }
  await using served = await startServer(config, env);
  await show(`${served.address}${served.doors.launchPath()}`, "the workspace is served; Ctrl-C ends it");
  await stop.asked;
  return stop.signal ? signalCodes[stop.signal] : 0;
}

export interface Served extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4096`. */
  readonly address: string;
  readonly doors: Doors;
  /** Everything that can be asked for. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  readonly workspace: Workspace;
}

/** Serves the workspace of `config.cwd` until it is disposed of. */
export async function startServer(config: Config, env: Env): Promise<Served> {
  const { host, port: wanted } = config.serve;
  const found = await stat(config.cwd).catch(() => undefined);
  if (!found?.isDirectory()) throw new UsageError(`${config.cwd} is not a directory.`);
  const secret = requireSecret(host, wanted || undefined, env);
  const dir = serverDir(config.cwd, env);
  const token = await loadToken(dir);
  await using stack = new AsyncDisposableStack();
  const shelf = new Shelf(projectDir(config.cwd, env));
  const pulls = stack.use(
    new Pulls((news) => {
      for (const client of workspace.clients) client.send({ type: "local", news });
    }),
  );
  const pageModels = stack.use(new PageModels());
  const { provider: page } = pageModels;
  const models = stack.use(new Models(config, env, { fetchWeights: false, page, onLoad: (load) => pulls.loads(load) }));
  const childEnv = withoutSecrets(env);
  const workspace: Workspace = stack.use(new Workspace({ config, env, models, list: () => shelf.list(), childEnv }));
  const desk = stack.use(new Desk({ config, env, childEnv, shelf, workspace }));
  const hello = {
    type: "hello",
    version: wireVersion,
    app: version,
    project: config.cwd,
    home: homedir(),
    terminals: true,
  } as const;
  const socket = { workspace, pulls, pageModels, hello, requests: new Requests() };
  // The port is known only once it is bound, and nothing is let in before.
  let doors: Doors | undefined;
  const app = makeApp({ doors: () => doors, assets: new Assets(), host: socket, desk });
  const free = choosePort({ host, last: await lastPort(dir), ...(wanted === 0 ? {} : { wanted }) });
  app.listen({ hostname: host, port: free, idleTimeout: 0 });
  stack.defer(async () => void (await app.stop(true)));
  const port = app.server?.port ?? free;
  doors = new Doors({ token, host, port, secret });
  stack.use(await announce(dir, { host, port }));
  const owned = stack.move();
  return {
    address: baseUrl(host, port),
    doors,
    routes: app.routes,
    workspace,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
