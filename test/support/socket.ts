/** The workspace's socket as a page opens it, from outside a browser. */

/** Rejects where the doors refuse. `cookie` is as the browser sends it. */
export function openSocket(address: string, cookie: string): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const url = `${address.replace(/^http/, "ws")}/api/socket`;
  // The DOM's own type has no headers; Bun's constructor takes them.
  const socket: WebSocket = Reflect.construct(WebSocket, [url, { headers: { cookie, origin: address } }]);
  socket.onopen = () => resolve(socket);
  socket.onerror = () => reject(new Error("The socket was refused."));
  return promise;
}

/** The cookie that a launch link gives, as a request carries it. */
export async function cookieOf(link: string): Promise<string> {
  const { headers } = await fetch(link, { redirect: "manual" });
  return headers.get("set-cookie")?.split(";", 1)[0] ?? "";
}
