import { afterAll, expect, test } from "bun:test";
import { readUrl } from "../../../tools/web/address.ts";
import { DialError } from "../../../tools/web/dial.ts";
import { get } from "../../../tools/web/get.ts";
import { fakeWeb } from "../../support/fake-web.ts";
import { spellings } from "./spellings.ts";

const to = (location: string, status = 302) => new Response(null, { status, headers: { location } });

const web = fakeWeb({
  "open.test": (_, { pathname }) => new Response(`open ${pathname}`),
  "hop.test": (_, { searchParams, pathname }) => to(searchParams.get("to") ?? "", Number(pathname.slice(1)) || 302),
  "loop.test": (_, { pathname }) => to(`http://loop.test:8080/${Number(pathname.slice(1)) + 1}`),
  "rebind.test": () => new Response("rebound"),
});
afterAll(() => web[Symbol.asyncDispose]());

const wanted = {
  method: "GET",
  accept: "*/*",
  signal: new AbortController().signal,
  maxBytes: 1_000,
  timeoutMs: 5_000,
} as const;

async function reach(text: string) {
  const url = readUrl(text);
  if (typeof url === "string") return url;
  return get(url, wanted, web.network).then(
    ({ body }) => `read: ${body}`,
    (error: unknown) => (error instanceof DialError && error.refused ? "refused" : `${error}`),
  );
}

test.each(spellings)("http://%s/ is not dialled", async (spelling) => {
  const before = web.dialled.length;
  web.name("127.0.0.1.", ["127.0.0.1"]);
  expect(await reach(`http://${spelling}:8080/`)).toBe("refused");
  expect(web.dialled.length).toBe(before);
});

const chains: readonly (readonly [string, string])[] = [
  ["a redirect to loopback", "http://127.0.0.1:8080/"],
  ["a redirect to the metadata of a cloud", "http://169.254.169.254/latest/meta-data/"],
  ["a redirect to a number", "http://2130706433/"],
  ["a redirect to a mapped address", "http://[::ffff:10.0.0.1]/"],
  ["a redirect to another scheme", "file:///etc/passwd"],
  ["a redirect with credentials", "http://a:b@open.test:8080/"],
  ["a redirect to a name of a private address", "http://inside.test:8080/"],
  ["two redirects", `http://hop.test:8080/307?to=${encodeURIComponent("http://10.1.2.3/")}`],
  ["a name with one private address among others", "http://mixed.test:8080/"],
  ["a relative redirect that names a host", "//127.0.0.1:8080/x"],
];

test.each(chains)("%s is not followed", async (_, target) => {
  web.name("inside.test", ["192.168.1.1"]);
  web.name("mixed.test", ["93.184.216.9", "10.0.0.1"]);
  const before = web.dialled.length;
  expect(await reach(`http://hop.test:8080/?to=${encodeURIComponent(target)}`)).toBe("refused");
  const hops = web.dialled.slice(before);
  expect(hops.length).toBeGreaterThan(0);
  expect(hops.every((address) => address.startsWith("93.184.216."))).toBe(true);
});

test("a name that means another address a moment later is reached where it was checked, and checked anew by the next", async () => {
  web.name("rebind.test", ["93.184.216.77"], ["127.0.0.1"]);
  const before = web.dialled.length;
  expect(await reach("http://rebind.test:8080/")).toBe("read: rebound");
  expect(await reach("http://rebind.test:8080/")).toBe("refused");
  expect(web.dialled.slice(before)).toEqual(["93.184.216.77"]);
});

test("a redirect to a public host is followed, and a loop ends", async () => {
  const target = encodeURIComponent("http://open.test:8080/there");
  expect(await reach(`http://hop.test:8080/?to=${target}`)).toBe("read: open /there");
  expect(await reach("http://loop.test:8080/0")).toContain("redirects more than 10 times");
});

test("a host that does not exist, a silent one and one that is stopped are told apart", async () => {
  expect(await reach("http://nowhere.test/")).toContain("There is no host nowhere.test, or no network.");
  await using slow = fakeWeb({ "slow.test": () => new Promise<Response>(() => {}) });
  const url = new URL("http://slow.test:8080/");
  const failed = (promise: Promise<unknown>) => promise.catch((error: Error) => error.message);
  expect(await failed(get(url, { ...wanted, timeoutMs: 100 }, slow.network))).toBe(
    "slow.test:8080 took more than 0.1 s.",
  );
  const stop = new AbortController();
  const stopped = failed(get(url, { ...wanted, signal: stop.signal }, slow.network));
  stop.abort();
  expect(await stopped).toBe("The request was stopped.");
});
