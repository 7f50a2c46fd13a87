/** The program `llama-server`: the one that is named, the one on the path, or the one that Docker Desktop brings. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../../agent/error.ts";
import type { Env } from "../../auth.ts";

const docker = "com.docker.llama-server";

/** Its path. Throws `ConfigError` where there is none. */
export async function findProgram(named: string | undefined, env: Env): Promise<string> {
  if (named !== undefined) {
    const path = Bun.which(named.replace(/^~(?=\/)/, homedir()), { PATH: env.PATH ?? "" });
    if (path) return path;
    throw new ConfigError(`LLAMA_CPP_SERVER names ${named}, which is no program that can be run.`, {
      hint: "Give the path of llama-server.",
    });
  }
  const onPath = Bun.which("llama-server", { PATH: env.PATH ?? "" });
  if (onPath) return onPath;
  for (const path of dockers(env.HOME || homedir())) if (await canRun(path)) return path;
  throw new ConfigError("There is no llama-server on this machine.", {
    hint: "Install llama.cpp, set LLAMA_CPP_SERVER to its llama-server, or LLAMA_CPP_BASE_URL to a server that runs; the provider local needs neither.",
  });
}

function dockers(home: string): string[] {
  return [
    join(home, ".docker/bin/inference", docker),
    `/Applications/Docker.app/Contents/Resources/model-runner/bin/${docker}`,
    `/usr/local/lib/docker/model-runner/bin/${docker}`,
  ];
}

async function canRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
