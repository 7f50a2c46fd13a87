/** JSON-RPC over lines, as the app-server speaks it: requests in both directions, and notices. */
import { messageOf } from "../../agent/error.ts";
import { type Json, obj, parseLine, str } from "./json.ts";

export interface PeerOptions {
  readonly write: (line: string) => void;
  readonly onNotice: (method: string, params: Json) => void;
  /** A throw is told as an error. */
  readonly onRequest: (method: string, params: Json) => Promise<Json>;
}

export interface Peer {
  read(line: string): void;
  /** Rejects with what the other side says went wrong. */
  request(method: string, params: Json): Promise<Json>;
  notify(method: string): void;
  /** Rejects every request, those to come too. */
  end(error: Error): void;
}

export function createPeer({ write, onNotice, onRequest }: PeerOptions): Peer {
  const waiting = new Map<unknown, PromiseWithResolvers<Json>>();
  let next = 0;
  let ended: Error | undefined;
  const serve = async (id: unknown, method: string, params: Json) => {
    const answer = await onRequest(method, params).then(
      (result) => ({ id, result }),
      (error) => ({ id, error: { code: -32601, message: messageOf(error) } }),
    );
    write(JSON.stringify(answer));
  };
  return {
    read(line) {
      const said = parseLine(line);
      if (!said) return;
      const { id, method, params, result, error } = said;
      if (typeof method === "string")
        return id === undefined ? onNotice(method, obj(params)) : void serve(id, method, obj(params));
      const asked = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) asked?.resolve(obj(result));
      else asked?.reject(new Error(str(obj(error).message)));
    },
    async request(method, params) {
      if (ended) throw ended;
      const asked = Promise.withResolvers<Json>();
      const id = next++;
      waiting.set(id, asked);
      write(JSON.stringify({ id, method, params }));
      return asked.promise;
    },
    notify: (method) => write(JSON.stringify({ method })),
    end(error) {
      ended = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}
