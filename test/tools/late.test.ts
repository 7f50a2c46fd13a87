import { expect, test } from "bun:test";
import type { ToolProgress } from "../../agent/tool.ts";
import { sayLate } from "../../tools/late.ts";
import { virtualClock } from "../support/virtual-clock.ts";

test("a call says what it is about once it is late, and never after its end", async () => {
  const clock = virtualClock();
  const said: ToolProgress[] = [];
  const progress = (news: ToolProgress) => void said.push(news);
  {
    using _ = sayLate({ clock, progress }, "Quick");
    await clock.advance(900);
  }
  await clock.advance(5_000);
  using _ = sayLate({ clock, progress }, "Slow");
  await clock.advance(1_100);
  expect(said).toEqual([{ type: "status", text: "Slow" }]);
});
