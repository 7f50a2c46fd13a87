/** A page without a browser: reads the socket at its first argument, applies what comes, and tells at the end what it saw. */
import { FrameReader } from "../../../server/codec.ts";
import { apply, fromSnapshot } from "../../../ui/state/apply.ts";
import type { AgentView } from "../../../ui/state/view.ts";
import { hubSession } from "../../support/hub-server.ts";

/** What a tab tells: bytes are those of all frames' payloads, of the fleet and the meters too. */
export interface TabReport {
  readonly endAt: number;
  readonly chars: number;
  readonly bytes: number;
  readonly frames: number;
  /** Of words that carry the time at which they were said, in ms. */
  readonly delays: readonly number[];
}

const now = () => performance.timeOrigin + performance.now();
const reader = new FrameReader();
const delays: number[] = [];
let view: AgentView | undefined;
let bytes = 0;
let frames = 0;

const socket = new WebSocket(process.argv[2] ?? "");
socket.onopen = () => {
  for (const type of ["join", "watch"]) socket.send(JSON.stringify({ type, session: hubSession, agent: "main" }));
};
socket.onmessage = ({ data }) => {
  const text = String(data);
  const frame = reader.read(text);
  if (frame.type === "snapshot") {
    view = fromSnapshot(frame);
    process.stdout.write("ready\n");
  }
  bytes += Buffer.byteLength(text);
  frames += 1;
  if (frame.type !== "events" || !view) return;
  view = apply(view, frame.events);
  for (const event of frame.events) {
    if (event.type === "delta")
      for (const [, at] of event.text.matchAll(/@([\d.]+) /g)) delays.push(now() - Number(at));
    if (event.type === "idle") report(view);
  }
};

function report({ items }: AgentView): void {
  const last = items.findLast((item) => item.type === "assistant");
  const part = last?.type === "assistant" ? last.parts[0] : undefined;
  const chars = part?.type === "text" ? part.text.length : 0;
  const told: TabReport = { endAt: now(), chars, bytes, frames, delays };
  process.stdout.write(`${JSON.stringify(told)}\n`);
  socket.close();
}
