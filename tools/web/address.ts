/** Which addresses of the internet a model may be sent to, and what a text that names one means. */
import { BlockList, isIP } from "node:net";

/**
 * Special IPv4 ranges (IANA, RFC 6890 and its successors): this host, private and carrier networks, loopback, link-local with
 * the clouds' metadata, protocol assignments, documentation, relays, benchmarks, multicast, reserved.
 */
const special4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`;

/** Inside the global unicast range 2000::/3: protocol assignments with Teredo and ORCHID, documentation, 6to4. */
const special6 = "2001::/23 2001:db8::/32 2002::/16 3fff::/20";

const closed = blocked("ipv4", special4);
const closed6 = blocked("ipv6", special6);
const global6 = blocked("ipv6", "2000::/3");

function blocked(family: "ipv4" | "ipv6", ranges: string): BlockList {
  const list = new BlockList();
  for (const range of ranges.split(/\s+/)) {
    const [start = "", bits] = range.split("/");
    list.addSubnet(start, Number(bits), family);
  }
  return list;
}

/**
 * Whether an address, as digits, belongs to a public host. IPv6 outside of global unicast is not public, so that loopback,
 * link-local and unique local addresses, and those that wrap an IPv4 address, are all left out.
 */
export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed.check(address, "ipv4");
    case 6:
      return !address.includes("%") && global6.check(address, "ipv6") && !closed6.check(address, "ipv6");
    default:
      return false;
  }
}

/** A URL that may be looked up, or a sentence that says why not. Its host is still only a name. */
export function readUrl(text: string): URL | string {
  const trimmed = text.trim();
  const url = URL.parse(/^[\w-]+(\.[\w-]+)+(?:[/?#]|$)/.test(trimmed) ? `https://${trimmed}` : trimmed);
  if (!url) return "That is not a URL.";
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return `Only http and https can be fetched, not ${url.protocol}`;
  if (url.username || url.password) return "A URL with a user or a password is not fetched; leave them out.";
  if (!url.hostname) return "The URL names no host.";
  return url;
}

/** The digits of a host that is an address, IPv6 without its brackets; undefined for a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return isIP(bare) ? bare : undefined;
}
