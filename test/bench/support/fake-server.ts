/**
 * A fake provider in a process of its own, so that its cost is not ours: prints its port and ends with its input. A
 * prompt that is `rounds N of L` gets N calls of Read, of L lines each, before the last words.
 */
import { startFakeProvider } from "../../support/fake-provider.ts";
import type { FakeRequest, FakeStep } from "../../support/fake-types.ts";

function reply({ view }: FakeRequest): FakeStep {
  const [, rounds = 0, limit = 0] = (/^rounds (\d+) of (\d+)/.exec(view.messages[0]?.texts[0] ?? "") ?? []).map(Number);
  const done = view.messages.reduce((sum, message) => sum + message.results.length, 0);
  if (done >= rounds) return { parts: [{ text: "Hello from the fake provider." }] };
  return { parts: [{ call: "Read", args: { file_path: "sample.txt", offset: done + 1, limit } }] };
}

await using fake = await startFakeProvider(reply);
process.stdout.write(`${new URL(fake.url("anthropic")).port}\n`);
for await (const _ of Bun.stdin.stream()) {
  // Only its end matters.
}
