/** Which names this server answers to. A page that reached it under another, as by DNS rebinding, is a stranger's. */
import { isIPv4, isIPv6 } from "node:net";
import { hostname, networkInterfaces } from "node:os";

const loopbackNames: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];
const anyAddress: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Whether only this machine reaches what listens on `host`. What is not sure to be so is not. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  return name === "localhost" || name === "::1" || (isIPv4(name) && name.startsWith("127."));
}

/** The `Host` headers that are let in, for what listens on `host`. An address that the machine got later counts too. */
export function allowedHosts(host: string, port: number): ReadonlySet<string> {
  const names = isLoopback(host) ? [] : [hostname().toLowerCase(), `${hostname().toLowerCase()}.local`, ...addresses()];
  const given = anyAddress.has(bare(host)) ? [] : [urlHost(host)];
  return new Set([...loopbackNames, ...given, ...names].map((name) => withPort(name, port)));
}

/** The address for a person and a browser on this machine, without a path. */
export function baseUrl(host: string, port: number): string {
  return `http://${withPort(anyAddress.has(bare(host)) ? "127.0.0.1" : urlHost(host), port)}`;
}

/** As it stands in an address: an IPv6 address in brackets. */
function urlHost(host: string): string {
  const name = bare(host).toLowerCase();
  return isIPv6(name) ? `[${name}]` : name;
}

/** Clients leave the port of HTTP itself out. */
function withPort(name: string, port: number): string {
  return port === 80 ? name : `${name}:${port}`;
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/** Of this machine. Link-local IPv6 is left out: no browser can be told which link. */
function addresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return found.map(({ address }) => urlHost(address)).filter((address) => !address.startsWith("[fe80:"));
}
