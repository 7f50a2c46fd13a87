/** Where a browser for checking web work may go: anywhere but to what hands out keys, and of the disk only the workspace. */
import { BlockList, isIP } from "node:net";
import { fileURLToPath } from "node:url";
import type { Workspace } from "../../agent/tool.ts";
import { canonicalPath, isInside } from "../path.ts";

/**
 * Where clouds hand keys and settings to their machines: link-local, Alibaba, Oracle, Azure; over IPv6 link-local, AWS,
 * Google, Scaleway. NAT64 and 6to4 would lead to the same.
 */
const closed4 = ["169.254.0.0/16", "100.100.100.200/32", "192.0.0.0/24", "168.63.129.16/32"];
const closed6 = [
  "fe80::/10",
  "fd00:ec2::/32",
  "fd20:ce::/32",
  "fd00:42::/32",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "2002::/16",
];

const closed = new BlockList();
for (const range of closed4) add(range, "ipv4");
for (const range of closed6) add(range, "ipv6");

function add(range: string, family: "ipv4" | "ipv6"): void {
  const [start = "", bits] = range.split("/");
  closed.addSubnet(start, Number(bits), family);
}

/** Whether an address, as digits, may be dialled. An IPv4 address that is written as one of IPv6 counts as itself. */
export function mayDial(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed.check(address, "ipv4");
    case 6: {
      const wrapped = wrappedAddress(address);
      return wrapped === undefined ? !closed.check(address, "ipv6") : mayDial(wrapped);
    }
    default:
      return false;
  }
}

/** `169.254.1.1` of `::ffff:169.254.1.1`, however that is spelled. */
function wrappedAddress(address: string): string | undefined {
  if (address.includes("%")) return undefined;
  const { hostname } = new URL(`http://[${address}]/`);
  const [, high, low] = /^\[::(?:ffff:)?([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
}

/** What a model asks to open, as a URL; or a sentence that says why it is not opened. Hosts are checked when they are dialled. */
export function readAddress(text: string, workspace: Workspace): URL | string {
  const trimmed = text.trim();
  const url = URL.parse(withScheme(trimmed));
  if (!url) return "That is not a URL.";
  switch (url.protocol) {
    case "http:":
    case "https:":
      return url.hostname ? url : "The URL names no host.";
    case "file:":
      return isOfWorkspace(url, workspace)
        ? url
        : "Of the disk, only files below the directory of the session are opened in the browser.";
    case "about:":
      return url.href === "about:blank" ? url : `${url.href} is not opened; only about:blank is.`;
    default:
      return `Only http, https and file are opened, not ${url.protocol}`;
  }
}

/** `localhost:3000` and `example.com/a` are what people type. */
function withScheme(text: string): string {
  if (/^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d+)?(?:[/?#]|$)/i.test(text)) return `http://${text}`;
  return /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]|$)/.test(text) ? `https://${text}` : text;
}

/** Whether a file URL names what lies below the workspace's root, through every symlink. */
export function isOfWorkspace(url: URL, { root }: Pick<Workspace, "root">): boolean {
  try {
    return isInside(canonicalPath(root), canonicalPath(fileURLToPath(url)));
  } catch {
    return false;
  }
}
