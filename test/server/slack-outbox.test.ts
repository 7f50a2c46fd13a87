import { expect, test } from "bun:test";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isSlacks } from "../../server/slack/files.ts";
import { Journal, type Out } from "../../server/slack/journal.ts";
import { Outbox } from "../../server/slack/outbox.ts";
import { keepConnected } from "../../server/slack/socket.ts";
import { Slack } from "../../tools/slack/api.ts";
import { type FakeSlack, fakeSlack } from "../support/fake-slack.ts";
import { must } from "../support/must.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

interface Rig {
  readonly fake: FakeSlack;
  readonly path: string;
  readonly notes: string[];
  open(): Promise<{ readonly journal: Journal; readonly outbox: Outbox } & AsyncDisposable>;
  out(id: string, text?: string): Out;
}

async function withRig(use: (rig: Rig) => Promise<void>): Promise<void> {
  using dir = tempDir({ memory: true });
  await using fake = fakeSlack();
  const path = join(dir.path, "slack.jsonl");
  const notes: string[] = [];
  const channel = must(fake.world.named("general")).id;
  const thread = fake.say("general", "U0ANN00001", "begin");
  await use({
    fake,
    path,
    notes,
    async open() {
      const journal = await Journal.open(path);
      const slack = new Slack({ token: fake.env.SLACK_BOT_TOKEN, baseUrl: fake.env.SLACK_BASE_URL, tries: 1 });
      const outbox = new Outbox({ slack, journal, note: (words) => void notes.push(words) });
      const dispose = async () => {
        await outbox[Symbol.asyncDispose]();
        await journal[Symbol.asyncDispose]();
      };
      return { journal, outbox, [Symbol.asyncDispose]: dispose };
    },
    out: (id, text = id) => ({ id, channel, thread, text, agent: "ann" }),
  });
  expect(fake.problems).toEqual([]);
}

const posted = ({ fake }: Rig) => fake.saidBy("general").map(({ text }) => text);

test("replies are posted in order and once, whatever becomes of a call", async () => {
  await withRig(async (rig) => {
    await using open = await rig.open();
    rig.fake.fault("chat.postMessage", "lost", 1);
    await open.outbox.post([rig.out("a"), rig.out("b")]);
    await open.outbox.post([rig.out("a"), rig.out("c")]);
    await until(() => open.outbox.waiting === 0);
    expect(posted(rig)).toEqual(["a", "b", "c"]);
    expect(open.journal.ownerOf({ channel: rig.out("").channel, ts: must(rig.fake.saidBy("general")[0]).ts })).toEqual({
      agent: "ann",
      root: must(rig.out("").thread),
    });
  });
});

test.each(["down", "page", "limited", "cut", "empty"] as const)(
  "an outage in which Slack is %s loses nothing",
  async (fault) => {
    await withRig(async (rig) => {
      await using open = await rig.open();
      rig.fake.fault("chat.postMessage", fault, 2);
      await open.outbox.post([rig.out("a"), rig.out("b")]);
      await until(() => open.outbox.waiting === 0);
      expect(posted(rig)).toEqual(["a", "b"]);
    });
  },
);

test("what was left is posted by the next process, and what had arrived is not posted again", async () => {
  await withRig(async (rig) => {
    rig.fake.fault("chat.postMessage", "lost", 1);
    rig.fake.fault("conversations.replies", "down");
    {
      await using first = await rig.open();
      await first.outbox.post([rig.out("a"), rig.out("b")]);
      await until(() => rig.fake.calls.includes("conversations.replies"));
    }
    appendFileSync(rig.path, '{"type":"out","out":{"id":"torn');
    rig.fake.fault("conversations.replies", undefined);
    await using second = await rig.open();
    second.outbox.resume();
    await second.outbox.post([rig.out("b"), rig.out("c")]);
    await until(() => second.outbox.waiting === 0);
    expect(posted(rig)).toEqual(["a", "b", "c"]);
    // The line that was torn spoiled no other.
    expect(
      readFileSync(rig.path, "utf8")
        .split("\n")
        .filter((line) => line.includes('"posted"')).length,
    ).toBe(3);
  });
});

test("what Slack never takes is given up and told, and others go on", async () => {
  await withRig(async (rig) => {
    await using open = await rig.open();
    await open.outbox.post([{ ...rig.out("x"), channel: must(rig.fake.world.named("random")).id }, rig.out("a")]);
    await until(() => open.outbox.waiting === 0);
    expect([posted(rig), rig.notes]).toEqual([["a"], [expect.stringContaining("The bot is not in that channel")]]);
  });
});

test("lines of a log go together, are bounded, and what is dropped is counted", async () => {
  await withRig(async (rig) => {
    await using open = await rig.open();
    rig.fake.fault("chat.postMessage", "down", 1);
    const { channel } = rig.out("");
    for (let line = 1; line <= 50; line++) open.outbox.log(channel, `line ${line}`);
    await until(() => posted(rig).length === 2);
    expect(posted(rig)).toEqual(["line 1", Array.from({ length: 49 }, (_, at) => `line ${at + 2}`).join("\n")]);
    for (let line = 0; line < 500; line++) open.outbox.log(channel, "x".repeat(3_500));
    expect(open.outbox.dropped).toBeGreaterThan(200);
  });
});

test("each event is taken once or more and acknowledged, through warnings, cuts and acknowledgements that get lost", async () => {
  await using fake = fakeSlack();
  const [taken, notes]: [string[], string[]] = [[], []];
  const stop = new AbortController();
  const slack = new Slack({ token: fake.env.SLACK_APP_TOKEN, baseUrl: fake.env.SLACK_BASE_URL, tries: 1 });
  const take = async (payload: unknown) => void taken.push(must(/"text":"(\w+)"/.exec(JSON.stringify(payload))?.[1]));
  const running = keepConnected({ slack, take, note: (words) => void notes.push(words) }, stop.signal);
  const say = (text: string) => fake.say("general", "U0ANN00001", text);
  await until(() => fake.sockets.isOpen);
  say("one");
  await until(() => fake.sockets.acks.length === 1);
  fake.sockets.warn("refresh_requested");
  say("two");
  await until(() => fake.sockets.connections === 2);
  fake.fault("apps.connections.open", "down", 1);
  fake.sockets.takesAcks = false;
  say("three");
  await until(() => taken.includes("three"));
  fake.sockets.cut();
  fake.sockets.takesAcks = true;
  say("four");
  await until(() => fake.sockets.isSettled && taken.includes("four"));
  expect([...new Set(taken)]).toEqual(["one", "two", "three", "four"]);
  expect(taken.filter((text) => text === "three").length).toBe(2);
  expect(notes).toEqual([expect.stringContaining("Slack cannot be reached"), "Slack is there again."]);
  stop.abort();
  await running;
  await until(() => !fake.sockets.isOpen);
  expect(fake.problems).toEqual([]);
});

test("a token that Slack does not take ends it with what helps", async () => {
  await using fake = fakeSlack();
  const slack = new Slack({ token: fake.env.SLACK_BOT_TOKEN, baseUrl: fake.env.SLACK_BASE_URL, tries: 1 });
  const running = keepConnected({ slack, take: async () => {}, note: () => {} }, new AbortController().signal);
  expect(await running.catch((error: Error) => error.message)).toBe(
    "Slack lets this app not listen (not_allowed_token_type).",
  );
});

test.each([
  ["https://files.slack.com/files-pri/T1-F1/a.png", true],
  ["https://slack.com/a", true],
  ["http://files.slack.com/a", false],
  ["https://files.slack.com.evil.test/a", false],
  ["https://evilslack.com/a", false],
  ["https://user@files.slack.com/a", false],
  ["https://files.slack.com:8443/a", false],
  ["file:///etc/passwd", false],
  ["nonsense", false],
])("the bot's token goes to %s: %p", (url, expected) => expect(isSlacks(url, undefined)).toBe(expected));
