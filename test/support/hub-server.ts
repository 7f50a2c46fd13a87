/** A fleet over a real WebSocket, without a workspace or doors around it. */
import type { ServerWebSocket } from "bun";
import type { Fleet } from "../../agent/fleet.ts";
import { Client } from "../../server/client.ts";
import { Hub } from "../../server/hub.ts";
import { clientFrameSchema } from "../../server/protocol-schema.ts";
import { socketLimits } from "../../server/socket.ts";

/** What its pages call the session. */
export const hubSession = "0123456789ab";

export interface HubServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4096`; any path of it upgrades. */
  readonly address: string;
  readonly hub: Hub;
  readonly clients: ReadonlyMap<ServerWebSocket<undefined>, Client>;
}

/** Serves a fleet whose root is `main`; `fetch` answers what is no upgrade. The fleet stays its owner's. */
export function serveHub(fleet: Fleet, fetch?: (request: Request) => Response | Promise<Response>): HubServer {
  const hub = new Hub({ session: hubSession, root: "main", fleet, events: [], onChange: () => {} });
  const clients = new Map<ServerWebSocket<undefined>, Client>();
  const server = Bun.serve<undefined, never>({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, own) =>
      own.upgrade(request) ? undefined : (fetch?.(request) ?? new Response(null, { status: 400 })),
    websocket: {
      ...socketLimits,
      open: (socket) => void clients.set(socket, new Client(socket)),
      message(socket, data) {
        const frame = clientFrameSchema.parse(JSON.parse(String(data)));
        const client = clients.get(socket);
        if (!client) return;
        if (frame.type === "join") hub.join(client);
        if (frame.type === "watch") hub.watch(client, frame.agent, frame.epoch, frame.seq);
        if (frame.type === "ping") client.send({ type: "pong" });
        if (frame.type !== "command") return;
        fleet.command(frame.target, frame.command);
        client.send({ type: "done", key: frame.key });
      },
      drain(socket) {
        const client = clients.get(socket);
        if (client?.drained()) hub.resync(client);
      },
      close(socket) {
        const client = clients.get(socket);
        if (client) hub.leave(client);
        clients.delete(socket);
      },
    },
  });
  return {
    address: `http://127.0.0.1:${server.port}`,
    hub,
    clients,
    async [Symbol.asyncDispose]() {
      hub[Symbol.dispose]();
      await server.stop(true);
    },
  };
}
