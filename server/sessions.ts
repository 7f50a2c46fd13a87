/** Which session a run keeps: new, the newest, one by its id, one in a directory, or none. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, SagentError, SessionNotFoundError, SessionWriteError } from "../agent/error.ts";
import { newSessionId, Session, sessionFile } from "../agent/session.ts";
import { dataDir, listSessions, projectDir, type SessionSummary } from "../agent/session-list.ts";
import type { Config } from "./config.ts";
import { note } from "./output.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Opens the session to go on with; undefined where a new one or none is wanted. */
export async function openSession(config: Config, env: Env): Promise<Session | undefined> {
  const project = projectDir(config.cwd, env);
  switch (config.session.type) {
    case "none":
    case "new":
      return undefined;
    case "dir": {
      const { dir } = config.session;
      return existsSync(join(dir, sessionFile)) ? open(dir) : undefined;
    }
    case "newest": {
      const [newest] = await listSessions(project, { limit: 1 });
      if (!newest) throw new SessionNotFoundError({ wanted: `the newest of ${config.cwd}` });
      return open(newest.dir);
    }
    case "byId":
      return open((await findById(config.session.id, project, env)).dir);
  }
}

/** Makes the new session, where one is wanted: last of all, so that a run that cannot begin leaves none behind. */
export async function createSession(config: Config, env: Env): Promise<Session | undefined> {
  if (config.session.type === "none") return undefined;
  if (config.session.type === "dir") return written(config.session.dir, (dir) => Session.create(dir));
  const id = newSessionId();
  return written(join(projectDir(config.cwd, env), id), (dir) => Session.create(dir, { id }));
}

async function open(dir: string): Promise<Session> {
  const session = await written(dir, Session.open);
  const { badLines, tornTail, keptAt } = session.damage;
  const what = [
    badLines > 0 ? `${badLines} unreadable ${badLines === 1 ? "line" : "lines"}` : [],
    tornTail ? "an unfinished last line" : [],
  ].flat();
  if (keptAt !== undefined) note(`the session had ${what.join(" and ")}, left out and kept in ${keptAt}.`);
  return session;
}

/** The disk's own refusals, as sentences. */
async function written(dir: string, make: (dir: string) => Promise<Session>): Promise<Session> {
  try {
    return await make(dir);
  } catch (cause) {
    throw cause instanceof SagentError ? cause : new SessionWriteError({ path: dir, cause });
  }
}

/** The one session whose id begins so: of this project, or else of any. */
export async function findById(id: string, project: string, env: Env): Promise<SessionSummary> {
  if (id === "")
    throw new ConfigError("--resume needs the id of a session.", { hint: "List them with `sagent sessions`." });
  const here = await matching(project, id);
  const matches = here.length > 0 ? here : await matchingAnywhere(id, env);
  const [match, other] = matches;
  if (match && !other) return match;
  throw new SessionNotFoundError({ wanted: id, matches: matches.map((each) => each.id) });
}

async function matching(project: string, id: string): Promise<SessionSummary[]> {
  return (await listSessions(project)).filter((session) => session.id.startsWith(id));
}

async function matchingAnywhere(id: string, env: Env): Promise<SessionSummary[]> {
  const root = join(dataDir(env), "projects");
  const projects = await readdir(root).catch(() => []);
  return (await Promise.all(projects.map((name) => matching(join(root, name), id)))).flat();
}
