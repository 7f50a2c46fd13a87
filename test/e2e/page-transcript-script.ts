/** What the model says in the tests of the transcript, by what it was last told. */
import type { FakePart, FakeReply, FakeRequest, FakeStep } from "../support/fake-types.ts";

const call = (name: string, args: Record<string, unknown>): FakePart => ({ call: name, args });

/** A picture of 64 × 32 pixels. */
export const picture =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAgCAMAAACVQ462AAAAA1BMVEUzqncb3tbvAAAAGElEQVRIx2NgGAWjYBSMglEwCkbBKEAFAAggAAFViNSdAAAAAElFTkSuQmCC";

export const files = {
  "src/app.ts":
    'export const greeting = "hello";\n\nexport const greet = (name: string) => [greeting, name].join(", ");\n',
  "README.md": "# hello\n",
};

const tour: readonly FakeReply[] = [
  {
    parts: [
      { thinking: "First I look at the files.\nThen I change one and run the tests." },
      { text: "I look around **first**." },
      call("List", { path: "." }),
      call("Read", { file_path: "src/app.ts" }),
      call("Grep", { pattern: "hello", path: ".", output_mode: "content" }),
      call("Read", { file_path: "picture.png" }),
    ],
  },
  {
    parts: [
      { text: "Now a change, and the tests." },
      call("Edit", { file_path: "src/app.ts", old_string: "hello", new_string: "good morning" }),
      call("Bash", { command: "printf '\\033[32mok\\033[0m 12 passed\\n'; exit 3" }),
      call("Read", { file_path: "missing.ts" }),
    ],
  },
  { parts: [{ text: "It is **done**: see `src/app.ts`.\n\n- one\n- two\n\n```ts\nconst x = 1;\n```" }] },
];

export const paragraphs = Array.from(
  { length: 45 },
  (_, index) => `Paragraph ${index} of a long answer, which says **a little** and then goes on to say some more of it.`,
);

/** Slow enough to be watched. */
const slowly = (text: string): FakeReply => ({
  parts: [{ text }],
  chunkChars: 30,
  fault: { type: "drip", atChunk: 0, ms: 1 },
});

/** Plays every agent of these tests. */
export function transcriptScript({ view }: FakeRequest): FakeStep {
  const asked = view.messages.findLastIndex(({ role, texts }) => role === "user" && texts.length > 0);
  const rounds = view.messages.slice(asked + 1).filter(({ role }) => role === "assistant").length;
  const told = view.messages[asked]?.texts.at(-1) ?? "";
  const then = (...replies: readonly FakeReply[]) => replies[rounds] ?? { parts: [{ text: "Nothing more." }] };
  if (told.includes("Introduce")) return { parts: [{ text: "I am the helper." }] };
  if (told.includes("tour")) return then(...tour);
  if (told.includes("cut")) return { parts: [{ text: "This is cut" }], stop: "maxTokens" };
  if (told.includes("fail")) return { status: 400 };
  if (told.includes("talk")) return slowly(paragraphs.join("\n\n"));
  if (told.includes("work")) return then({ parts: [call("Bash", { command: "echo begun; sleep 30; echo over" })] });
  if (told.includes("get a helper")) {
    return then(
      { parts: [call("AgentSpawn", { prompt: "Introduce yourself.", label: "helper", persistent: true })] },
      { parts: [{ text: "The helper is at work." }] },
    );
  }
  return { parts: [{ text: `You said: ${told}` }] };
}
