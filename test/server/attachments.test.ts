/** A picture that a message carries: the page gets its address, and behind it the bytes. */
import { expect, test } from "bun:test";
import { LiveStore } from "../../ui/state/store.ts";
import { wireTo } from "../support/cuts.ts";
import { cookieOf } from "../support/socket.ts";
import { until } from "../support/until.ts";
import { serveFake } from "../support/workspace.ts";

test("a large picture stays off the socket; its address gives it back; a session of large ones opens", async () => {
  await using served = await serveFake(() => ({ parts: [{ text: "I see." }] }));
  const cookie = await cookieOf(served.link);
  using wire = await wireTo(served.address, cookie);
  using page = new LiveStore(wire.url);
  const bytes = crypto.getRandomValues(new Uint8Array(39_999)).toBase64().repeat(20);
  const attachments = [
    { mime: "image/png", data: bytes, name: "large.png" },
    { mime: "image/png", data: "iVBORw0KGgo=", name: "small.png" },
    { mime: "text/html", data: bytes, name: "page.html" },
  ];
  const { session } = (await page.request({ type: "create", text: "Look.", attachments })) as { session: string };
  for (let more = 0; more < 2; more += 1) {
    page.openSession(session);
    await page.command("main", { type: "prompt", policy: "when-idle", text: `Look ${more}.`, attachments });
  }
  using fresh = new LiveStore(wire.url);
  fresh.openSession(session);
  const items = () => fresh.transcript?.view()?.items ?? [];
  await until(() => items().length === 6);
  const [first] = items();
  const files = first?.type === "user" ? first.attachments : [];
  expect(files.map(({ data }) => data.slice(0, 3))).toEqual(["at:", "iVB", "at:"]);
  const [large, , html] = files.map(({ data }) => served.address + data.slice(3));
  const answer = await fetch(large ?? "", { headers: { cookie } });
  expect(answer.headers.get("content-type")).toBe("image/png");
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(bytes, "base64"));
  const other = await fetch(html ?? "", { headers: { cookie } });
  expect(other.headers.get("content-type")).toBe("application/octet-stream");
  expect(other.headers.get("content-security-policy")).toContain("sandbox");
  for (const wrong of ["m1/9", "m999/0", "q1/0", "../0"]) {
    const missing = await fetch(`${served.address}/api/sessions/${session}/attachments/main/${wrong}`, {
      headers: { cookie },
    });
    expect(missing.status).toBe(404);
  }
  expect((await fetch(large ?? "")).status).toBe(401);
});
