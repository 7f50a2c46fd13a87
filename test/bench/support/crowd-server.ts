/**
 * The server of a crowd on the Anthropic wire, in a process of its own: asks for one step and then has done, or refuses,
 * never answers or asks for steps for ever, as the prompt says. Prints its port and ends with its input.
 */

const usage = { input_tokens: 0, output_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

function answer(block: object, delta: object, stopReason: string): string {
  const message = { id: "msg_1", type: "message", role: "assistant", model: "bench", content: [], usage };
  const events = [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: stopReason, stop_sequence: null }, usage: { output_tokens: 20 } },
    { type: "message_stop" },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

const step = answer(
  { type: "tool_use", id: "toolu_1", name: "Step", input: {} },
  { type: "input_json_delta", partial_json: "{}" },
  "tool_use",
);
const done = answer({ type: "text", text: "" }, { type: "text_delta", text: "Done." }, "end_turn");
const refused = { type: "error", error: { type: "invalid_request_error", message: "no" } };

async function respond(request: Request): Promise<Response> {
  const body = await request.text();
  const [, kind] = /"(?:text|content)":"(throw|hang|loop)"/.exec(body) ?? [];
  if (kind === "throw") return Response.json(refused, { status: 400 });
  if (kind === "hang") return new Promise(() => {});
  const isFirst = !body.includes('"tool_result"');
  return new Response(kind === "loop" || isFirst ? step : done, { headers: { "content-type": "text/event-stream" } });
}

const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch: respond });
process.stdout.write(`${server.port}\n`);
for await (const _ of Bun.stdin.stream()) {
  // Only its end matters.
}
await server.stop(true);
