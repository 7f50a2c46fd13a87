/** Which session a run keeps: new, the newest, one by its id, one in a directory, or none. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { SessionNotFoundError } from "../agent/error.ts";
import { Session, sessionFile } from "../agent/session.ts";
import { dataDir, listSessions, projectDir, type SessionSummary } from "../agent/session-list.ts";
import type { Config } from "./config.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Opens or makes the session; undefined where nothing is to be saved. */
export async function openSession(config: Config, env: Env): Promise<Session | undefined> {
  const project = projectDir(config.cwd, env);
  switch (config.session.type) {
    case "none":
      return undefined;
    case "new": {
      const id = randomBytes(6).toString("hex");
      return Session.create(join(project, id), { id });
    }
    case "dir": {
      const { dir } = config.session;
      return existsSync(join(dir, sessionFile)) ? Session.open(dir) : Session.create(dir);
    }
    case "newest": {
      const [newest] = await listSessions(project, { limit: 1 });
      if (!newest) throw new SessionNotFoundError({ wanted: `the newest of ${config.cwd}` });
      return Session.open(newest.dir);
    }
    case "byId":
      return Session.open((await findById(config.session.id, project, env)).dir);
  }
}

/** The one session whose id begins so: of this project, or else of any. */
async function findById(id: string, project: string, env: Env): Promise<SessionSummary> {
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
