/** The project's sessions, as resources that clients of the Model Context Protocol read. */
import { listSessions, projectDir } from "../agent/session-list.ts";
import { exportSession } from "./export.ts";
import type { HostedResources } from "./mcp-host.ts";
import { findById } from "./sessions.ts";

type Env = Readonly<Record<string, string | undefined>>;

const prefix = "sagent://sessions/";
const mostListed = 100;
const watchMs = 2_000;

export function sessionResources(cwd: string, env: Env): HostedResources {
  const project = projectDir(cwd, env);
  const find = (uri: string) =>
    uri.startsWith(prefix) ? findById(uri.slice(prefix.length), project, env).catch(() => undefined) : undefined;
  return {
    async list() {
      const sessions = await listSessions(project, { limit: mostListed });
      return sessions.map(({ id, title, updatedAt }) => ({
        uri: `${prefix}${id}`,
        name: id,
        title: title || id,
        description: `A conversation, last changed ${new Date(updatedAt).toISOString()}`,
        mimeType: "text/markdown",
      }));
    },
    templates: [
      {
        uriTemplate: `${prefix}{id}`,
        name: "session",
        description: "A conversation as Markdown; an id may be cut short",
        mimeType: "text/markdown",
      },
    ],
    async read(uri) {
      const session = await find(uri);
      if (!session) return undefined;
      let text = "";
      for await (const piece of exportSession(session.dir, "markdown", { env })) text += piece;
      return { contents: [{ uri, mimeType: "text/markdown", text }] };
    },
    watch(uri, changed) {
      let last: number | undefined;
      const timer = setInterval(async () => {
        const at = (await find(uri))?.updatedAt;
        if (last !== undefined && at !== undefined && at !== last) changed();
        last = at ?? last;
      }, watchMs);
      timer.unref();
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}

/** Ids that begin so. */
export async function sessionIds(start: string, cwd: string, env: Env): Promise<readonly string[]> {
  const sessions = await listSessions(projectDir(cwd, env), { limit: mostListed });
  return sessions.map(({ id }) => id).filter((id) => id.startsWith(start));
}
