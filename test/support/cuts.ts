/** A network between a page and the workspace that can be cut. It lets the page in, as a browser's cookie would. */
import { connect, createServer, type Socket } from "node:net";

export interface Wire extends Disposable {
  /** The socket's address behind it. */
  readonly url: string;
  /** How many connections were made through it. */
  readonly connections: number;
  /** Ends at once what has heard of the server; true where anything had. */
  cut(): boolean;
  /** Lets nothing of the server through any more, or lets it go on: a page that does not read. */
  hold(on: boolean): void;
}

/** A wire to the server at `address`; `cookie` is added to what goes over it. */
export async function wireTo(address: string, cookie: string): Promise<Wire> {
  const { hostname, port, host } = new URL(address);
  const pairs = new Set<readonly [Socket, Socket]>();
  let connections = 0;
  const server = createServer((page) => {
    connections += 1;
    const far = connect(Number(port), hostname);
    const pair = [page, far] as const;
    far.once("data", () => pairs.add(pair));
    page.once("data", (bytes) => {
      const [first = "", ...lines] = bytes.toString("latin1").split("\r\n");
      const kept = lines.filter((line) => !/^(host|origin|cookie):/i.test(line));
      const ours = [`Host: ${host}`, `Origin: ${address}`, `Cookie: ${cookie}`];
      far.write(Buffer.from([first, ...ours, ...kept].join("\r\n"), "latin1"));
      page.pipe(far);
      far.pipe(page);
    });
    const end = () => {
      pairs.delete(pair);
      page.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on("error", end).on("close", end);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const at = server.address();
  const own = typeof at === "object" && at ? at.port : 0;
  const cut = () => {
    const any = pairs.size > 0;
    for (const [page, far] of [...pairs]) {
      page.resetAndDestroy();
      far.resetAndDestroy();
    }
    return any;
  };
  return {
    url: `ws://127.0.0.1:${own}/api/socket`,
    get connections() {
      return connections;
    },
    cut,
    hold(on) {
      for (const [, far] of pairs) {
        if (on) far.pause();
        else far.resume();
      }
    },
    [Symbol.dispose]() {
      cut();
      server.close();
    },
  };
}
