/**
 * A fake provider in a process of its own, so that its cost is not ours: prints its port and ends with its input. A
 * prompt that begins `rounds N` gets N calls of Read before the last words.
 */
import { startFakeProvider } from "../../support/fake-provider.ts";
import type { FakeRequest, FakeStep } from "../../support/fake-types.ts";

function reply({ view }: FakeRequest): FakeStep {
  const rounds = Number(/^rounds (\d+)/.exec(view.messages[0]?.texts[0] ?? "")?.[1] ?? 0);
  const done = view.messages.reduce((sum, message) => sum + message.results.length, 0);
  if (done >= rounds) return { parts: [{ text: "Hello from the fake provider." }] };
  return { parts: [{ call: "Read", args: { file_path: "sample.txt", offset: done + 1 } }] };
}

await using fake = await startFakeProvider(reply);
process.stdout.write(`${new URL(fake.url("anthropic")).port}\n`);
for await (const _ of Bun.stdin.stream()) {
  // Only its end matters.
}
