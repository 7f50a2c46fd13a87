/** A script for the fake provider that answers as a model would: by what is asked of it. */
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";

/** Answers a request of any wire. A prompt of more characters than `window` is refused in the vendor's words. */
export function parrot(window: number, tooLong: FakeStep): (request: FakeRequest) => FakeStep {
  return ({ text, view, body }) => {
    if (text.length > window) return tooLong;
    const { messages, tools } = view;
    const last = messages.at(-1);
    const words = last?.texts.at(-1) ?? "";
    if (text.includes('"json_schema"') || text.includes('"responseJsonSchema"')) return { parts: [], document: true };
    if (tools.includes("Read") && words.includes("Use the Read tool")) {
      return { parts: [{ call: "Read", args: { path: "notes.txt" } }] };
    }
    const cap = capOf(body);
    const long = "one, two, three, four, five, six, seven, eight, nine, ten, and so on. ".repeat(4);
    if (cap < 20) return { parts: [{ text: long.slice(0, cap * 4) }], stop: "maxTokens" };
    if (text.includes('[" "]')) return { parts: [{ text: "on" }], stop: "stopSequence" };
    return { parts: [{ text: "Hello, whoever you are." }], chunkChars: 4 };
  };
}

/** The cap on the answer, by whichever name the wire has for it. */
function capOf(body: unknown): number {
  const found = /"max(?:_completion_|_output_|Output|_)[tT]okens":(\d+)/.exec(JSON.stringify(body));
  return Number(found?.[1] ?? 1000);
}
