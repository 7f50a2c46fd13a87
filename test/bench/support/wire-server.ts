/**
 * The cheapest server of the Anthropic wire, in a process of its own: whatever is asked, it asks for another Read. Prints
 * its port and ends with its input.
 */

function answer(round: number): string {
  const args = JSON.stringify({ file_path: "sample.txt", offset: 1 + (round % 100), limit: 40 });
  const usage = { input_tokens: 0, output_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const message = { id: `msg_${round}`, type: "message", role: "assistant", model: "bench", content: [], usage };
  const events = [
    { type: "message_start", message },
    {
      type: "content_block_start",
      index: 0,
      content_block: { type: "tool_use", id: `toolu_${round}`, name: "Read", input: {} },
    },
    { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: args } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 20 } },
    { type: "message_stop" },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

let rounds = 0;
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 0,
  maxRequestBodySize: 2 ** 30,
  async fetch(request) {
    await request.arrayBuffer();
    return new Response(answer(rounds++), { headers: { "content-type": "text/event-stream" } });
  },
});
process.stdout.write(`${server.port}\n`);
for await (const _ of Bun.stdin.stream()) {
  // Only its end matters.
}
await server.stop(true);
