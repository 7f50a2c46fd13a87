/** Which port to listen on: the one asked for, else the last one where it is free, so that an open page finds its server again. */
import { UsageError } from "../agent/error.ts";

export interface PortWish {
  readonly host: string;
  /** As the person said; nothing else will do. */
  readonly wanted?: number | undefined;
  /** Of the project's last server. */
  readonly last?: number | undefined;
}

/** A port that is free now. Throws `UsageError` where the one asked for is not, or where `host` is no address of this machine. */
export function choosePort({ host, wanted, last }: PortWish): number {
  const hostname = host.replace(/^\[(.*)\]$/, "$1");
  if (wanted !== undefined && wanted !== 0) return probe(hostname, wanted);
  try {
    return probe(hostname, last ?? 0);
  } catch {
    return probe(hostname, 0);
  }
}

function probe(hostname: string, port: number): number {
  try {
    const listener = Bun.listen({ hostname, port, socket: { data() {} } });
    const found = listener.port;
    listener.stop(true);
    return found;
  } catch (error) {
    throw new UsageError(sentence(error, hostname, port), {
      hint: "Choose another with --port or --host; without them a free port of this machine is taken.",
    });
  }
}

function sentence(error: unknown, hostname: string, port: number): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return `Port ${port} of ${hostname} is taken by another program.`;
  if (code === "EACCES") return `Port ${port} of ${hostname} may not be used by this account.`;
  return `${hostname} is not an address of this machine to listen on.`;
}
