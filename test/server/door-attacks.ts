/** What a hostile page, a rebound name or a stranger's program may send to any route of the server, byte for byte. */
import { connect } from "node:net";

/** A route as the server's table has it; parameters filled in. */
export interface Target {
  readonly method: string;
  readonly path: string;
  /** Reached by an upgrade to a WebSocket. */
  readonly isSocket?: boolean;
}

/** Where the server is, and what would open its doors. */
export interface Place {
  readonly port: number;
  readonly token: string;
}

export interface Attack {
  readonly name: string;
  readonly fits: (target: Target) => boolean;
  readonly bytes: (target: Target) => string;
  /** What an answer may be: 400 is of the parser, before any code of ours. */
  readonly statuses: readonly number[];
}

export interface Answer {
  /** 0 where the connection was closed without one. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Lines = readonly string[];

const isWrite = ({ method }: Target) => method !== "GET" && method !== "HEAD";

/** The lines that make a request of a target pass but for the `Host` header and the token. */
export function goodLines(target: Target, origin: string): Lines {
  return [
    ...(isWrite(target) || target.isSocket ? [`Origin: ${origin}`] : []),
    ...(isWrite(target) ? ["Content-Type: application/json", "Content-Length: 2"] : []),
    ...(target.isSocket ? upgrade : ["Connection: close"]),
  ];
}

const upgrade: Lines = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A request as it goes over the wire; a write carries `{}`. */
export function requestBytes(target: Target, lines: Lines, version = "1.1"): string {
  const body = lines.some((line) => line === "Content-Length: 2") ? "{}" : "";
  return [`${target.method} ${target.path} HTTP/${version}`, ...lines, "", body].join("\r\n");
}

/** Names of this machine, and of others that lead to it, none of which is the server's own; each as header lines. */
export function badHosts(port: number): Readonly<Record<string, Lines>> {
  const names: Record<string, string> = {
    "an empty name": "",
    "another site": "evil.example",
    "another site with our port": `evil.example:${port}`,
    "a name that is rebound to loopback": `127.0.0.1.nip.io:${port}`,
    "our name as a subdomain of another": `localhost.evil.example:${port}`,
    "our name as another's suffix": `evil-localhost:${port}`,
    "a subdomain of localhost": `evil.localhost:${port}`,
    "no port": "127.0.0.1",
    "another port": `127.0.0.1:${port === 65_535 ? 1 : port + 1}`,
    "a port with a zero before it": `127.0.0.1:0${port}`,
    "a trailing dot": `localhost.:${port}`,
    "user information": `me@127.0.0.1:${port}`,
    "our name as user information": `127.0.0.1:${port}@evil.example`,
    "a path in the name": `127.0.0.1:${port}/x`,
    "a fragment in the name": `127.0.0.1:${port}#@evil.example`,
    "a backslash": `127.0.0.1:${port}\\@evil.example`,
    "two names with a comma": `127.0.0.1:${port}, evil.example`,
    "two names with a space": `127.0.0.1:${port} evil.example`,
    "an address as one number": `2130706433:${port}`,
    "an address in hexadecimal": `0x7f000001:${port}`,
    "an address in octal": `0177.0.0.1:${port}`,
    "a short address": `127.1:${port}`,
    "every address": `0.0.0.0:${port}`,
    "another address of loopback": `127.0.0.2:${port}`,
    "IPv6 without brackets": `::1:${port}`,
    "IPv6 written out": `[0:0:0:0:0:0:0:1]:${port}`,
    "IPv4 inside IPv6": `[::ffff:127.0.0.1]:${port}`,
    "IPv6 with a zone": `[::1%25lo]:${port}`,
    "a full-width name": `ｌocalhost:${port}`,
    "upper case": `LOCALHOST:${port}`,
  };
  const single = Object.entries(names).map(([name, host]) => [name, [`Host: ${host}`]] as const);
  return {
    ...Object.fromEntries(single),
    "no name at all": [],
    "two headers, ours first": [`Host: 127.0.0.1:${port}`, "Host: evil.example"],
    "two headers, ours last": ["Host: evil.example", `Host: 127.0.0.1:${port}`],
    "the same header twice": [`Host: 127.0.0.1:${port}`, `Host: 127.0.0.1:${port}`],
    "a folded header": ["Host: evil.example", ` 127.0.0.1:${port}`],
    "a forwarded name": [
      "Host: evil.example",
      `X-Forwarded-Host: 127.0.0.1:${port}`,
      `Forwarded: host=127.0.0.1:${port}`,
    ],
  };
}

/** Origins that are not the page's own, for a request that names `127.0.0.1` as its host. */
export function badOrigins(port: number): readonly string[] {
  return [
    "null",
    "file://",
    "https://evil.example",
    `http://evil.example:${port}`,
    `http://127.0.0.1.evil.example:${port}`,
    `http://localhost.evil.example:${port}`,
    `http://evil-127.0.0.1:${port}`,
    "http://127.0.0.1",
    `http://127.0.0.1:${port}0`,
    `http://127.0.0.1:${port === 65_535 ? 1 : port + 1}`,
    `https://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    `http://[::1]:${port}`,
    `http://127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}@evil.example`,
    `http://127.0.0.1:${port}, https://evil.example`,
    `HTTP://127.0.0.1:${port}`,
    `ws://127.0.0.1:${port}`,
    `chrome-extension://127.0.0.1:${port}`,
  ];
}

/** Types of a body that a page of another site can send unasked, and some that only look like JSON's. */
export const simpleTypes: readonly string[] = [
  "text/plain",
  "text/plain; application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain;charset=application/json",
  "text/json",
  "application/jsonp",
  "application/json, text/plain",
  "application/json\r\nContent-Type: text/plain",
];

/** Ways out of a directory, to be put behind a path's last slash or in place of a file's name. */
export const traversals: readonly string[] = [
  "../../package.json",
  "..%2f..%2fpackage.json",
  "%2e%2e/%2e%2e/package.json",
  "%2e%2e%2f%2e%2e%2fpackage.json",
  "..%5c..%5cpackage.json",
  "..\\..\\package.json",
  "....//....//package.json",
  "%252e%252e%252fpackage.json",
  "..%c0%af..%c0%afpackage.json",
  "..;/..;/package.json",
  "%00/../../package.json",
  "index.html%00.js",
  "/etc/passwd",
  "%2fetc%2fpasswd",
  "file:///etc/passwd",
];

/** Ways to show a token that is not the server's. */
function badTokens({ port, token }: Place): Readonly<Record<string, Lines>> {
  const wrong = [...token].reverse().join("") === token ? "A".repeat(22) : [...token].reverse().join("");
  return {
    "no token": [],
    "an empty token": ["Authorization: Bearer "],
    "a wrong token": [`Authorization: Bearer ${wrong}`],
    "a token cut short": [`Authorization: Bearer ${token.slice(0, -1)}`],
    "a token and more": [`Authorization: Bearer ${token}A`],
    "the token by another scheme": [`Authorization: Basic ${btoa(`x:${token}`)}`],
    "two tokens in one header": [`Authorization: Bearer ${wrong}`, `Authorization: Bearer ${token}`],
    "a wrong cookie": [`Cookie: sagent_${port}=${wrong}`],
    "the cookie of another port": [`Cookie: sagent_${port + 1}=${token}`],
    "a cookie in quotes": [`Cookie: sagent_${port}="${token}"`],
  };
}

/** Every attack. Each is without fault but for the one thing it is named after. */
export function attacks(place: Place): readonly Attack[] {
  const { port, token } = place;
  const host = `Host: 127.0.0.1:${port}`;
  const origin = `http://127.0.0.1:${port}`;
  const key = `Authorization: Bearer ${token}`;
  const all = () => true;
  const guarded = ({ isSocket, ...target }: Target) => isSocket === true || isWrite(target);
  const without = (target: Target, header: string) =>
    goodLines(target, origin).filter((line) => !line.startsWith(header));
  const attack = (
    name: string,
    statuses: readonly number[],
    lines: (target: Target) => Lines,
    fits: Attack["fits"] = all,
  ): Attack => ({ name, statuses, fits, bytes: (target) => requestBytes(target, lines(target)) });
  return [
    ...Object.entries(badHosts(port)).map(([name, hosts]) =>
      attack(`host: ${name}`, [400, 403], (target) => [...hosts, key, ...goodLines(target, origin)]),
    ),
    {
      name: "host: none, in the older version",
      statuses: [400, 403],
      fits: all,
      bytes: (target) => requestBytes(target, [key, ...goodLines(target, origin)], "1.0"),
    },
    ...badOrigins(port).map((bad) =>
      attack(`origin: ${bad}`, [403], (target) => [host, key, `Origin: ${bad}`, ...without(target, "Origin")]),
    ),
    attack("origin: none", [403], (target) => [host, key, ...without(target, "Origin")], guarded),
    ...["cross-site", "same-site", "anything"].map((site) =>
      attack(`site: ${site}`, [403], (target) => [host, key, `Sec-Fetch-Site: ${site}`, ...goodLines(target, origin)]),
    ),
    ...simpleTypes.map((type) =>
      attack(
        `type: ${JSON.stringify(type)}`,
        [400, 415],
        (target) => [host, key, `Content-Type: ${type}`, ...without(target, "Content-Type")],
        isWrite,
      ),
    ),
    attack("type: none", [415], (target) => [host, key, ...without(target, "Content-Type")], isWrite),
    ...Object.entries(badTokens(place)).map(([name, tokens]) =>
      attack(name, [401, 429], (target) => [host, ...tokens, ...goodLines(target, origin)]),
    ),
  ];
}

/** Sends bytes over a connection of their own, and reads what comes back until the end or until the answer is whole. */
export function send(port: number, bytes: string, hostname = "127.0.0.1"): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let text = "";
  const socket = connect(port, hostname, () => socket.write(bytes));
  const done = () => {
    socket.destroy();
    resolve(parse(text));
  };
  socket.setTimeout(5_000, () => reject(new Error(`No whole answer came to ${JSON.stringify(bytes)}: ${text}`)));
  socket.on("data", (data) => {
    text += data.toString("latin1");
    if (isWhole(text)) done();
  });
  socket.on("close", done);
  socket.on("error", (error) => (text === "" ? reject(error) : done()));
  return promise;
}

function isWhole(text: string): boolean {
  const { status, headers, text: body } = parse(text);
  if (!text.includes("\r\n\r\n")) return false;
  return status === 101 || body.length >= Number(headers.get("content-length") ?? Number.POSITIVE_INFINITY);
}

function parse(text: string): Answer {
  const [head = "", ...body] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const pairs = lines.map(
    (line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as const,
  );
  const headers = new Headers(pairs.map(([name, value]): [string, string] => [name, value]));
  return { status: Number(first.split(" ")[1] ?? 0), headers, text: body.join("\r\n\r\n") };
}
