/** The child's side: serves models to the process that started it, and ends with it. */
import type { ToHost } from "./messages.ts";
import { type Make, ModelServer } from "./model-server.ts";

/** Time that closing may take before the process is ended all the same. */
const closeMs = 5_000;

/** Serves the parent until it is gone or says that it needs nothing more. */
export function serveParent(make: Make): void {
  const server = new ModelServer(make, (message) => void process.send?.(message));
  const end = async () => {
    setTimeout(() => process.kill(process.pid, "SIGKILL"), closeMs);
    await server.close().catch(() => {});
    process.exit(0);
  };
  process.on("message", (message: ToHost) => (message.type === "end" ? end() : server.take(message)));
  process.on("disconnect", end);
}
