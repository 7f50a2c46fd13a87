/** Thirty rounds of work with every file and shell tool, on real files, as a model that is scripted would do it. */
import type { FakePart, FakeReply, FakeRequest } from "../support/fake-types.ts";

const call = (name: string, args: Record<string, unknown>): FakePart => ({ call: name, args });
const write = (path: string, content: string) => call("Write", { file_path: path, content });
const read = (path: string) => call("Read", { file_path: path });
const bash = (command: string) => call("Bash", { command });

/** One leg of six rounds, in a directory of its own. */
function leg(number: number): FakePart[][] {
  const dir = `leg${number}`;
  const file = `${dir}/notes.md`;
  return [
    [{ text: `Leg ${number}: I begin.` }, write(file, `# Leg ${number}\n\nalpha\nbeta é\n`)],
    [{ thinking: "Did it arrive?" }, read(file), call("List", { path: dir })],
    [call("Edit", { file_path: file, old_string: "alpha", new_string: `gamma ${number}\ndelta` })],
    [
      bash(`sort ${file}; echo "to stderr" >&2; exit ${number}`),
      call("Grep", { pattern: "gamma|beta", path: dir, output_mode: "content" }),
    ],
    [call("Glob", { pattern: "**/*.md" }), read(`${dir}/missing.md`)],
    [
      { text: "Now elsewhere." },
      bash(`mkdir -p ${dir}/in && cd ${dir}/in && pwd`),
      bash("cd - >/dev/null; printf done"),
    ],
  ];
}

export const rounds: readonly FakePart[][] = [1, 2, 3, 4, 5].flatMap(leg);

/** How many answers of the model stand behind the last thing that was asked. */
export function roundOf({ view }: FakeRequest): number {
  const asked = view.messages.findLastIndex(({ role, texts }) => role === "user" && texts.length > 0);
  return view.messages.slice(asked + 1).filter(({ role }) => role === "assistant").length;
}

/** The answer to a request: the calls of its round, or the last word. */
export function replyTo(request: FakeRequest): FakeReply {
  return { parts: rounds[roundOf(request)] ?? [{ text: "All five legs are done." }] };
}
