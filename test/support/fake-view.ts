/** Builds the neutral reading of a request: runs of one role merged, calls numbered in order of first sight. */
import type { FakeMessage, FakeView } from "./fake-types.ts";

export interface ViewBuilder {
  text(role: FakeMessage["role"], text: string): void;
  thinking(text: string): void;
  call(id: string, name: string, args: unknown): void;
  /** `isError` where the wire has a flag; elsewhere errors begin with `[Error] `. */
  result(id: string, text: string, isError?: boolean): void;
  image(mime: string): void;
  messages(): FakeView["messages"];
}

export function viewBuilder(): ViewBuilder {
  const runs: FakeMessage[] = [];
  const ids = new Map<string, string>();
  const run = (role: FakeMessage["role"]): FakeMessage => {
    const last = runs.at(-1);
    if (last?.role === role) return last;
    const next: FakeMessage = { role, texts: [], thinking: [], calls: [], results: [], images: [] };
    runs.push(next);
    return next;
  };
  const neutralId = (id: string) => {
    const known = ids.get(id) ?? String(ids.size + 1);
    ids.set(id, known);
    return known;
  };
  return {
    text: (role, text) => void run(role).texts.push(text),
    thinking: (text) => void run("assistant").thinking.push(text),
    call: (id, name, args) => void run("assistant").calls.push({ id: neutralId(id), name, args }),
    result(id, text, isError) {
      const marked = isError === undefined && text.startsWith("[Error] ");
      const plain = marked ? text.slice("[Error] ".length) : text;
      run("user").results.push({ id: neutralId(id), text: plain, isError: isError ?? marked });
    },
    image: (mime) => void run("user").images.push(mime),
    messages: () => runs,
  };
}

/** MIME type of a `data:` URI. */
export function mimeOf(uri: string): string {
  return /^data:([^;,]*)/.exec(uri)?.[1] ?? "";
}
