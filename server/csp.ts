/** The headers of every answer: what a page of ours may load, and who may hold it. */

/** Of one kind of page, from the directives it adds to none at all. */
export function contentPolicy(more: readonly string[]): string {
  const closed = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];
  return [...closed, ...more].join("; ");
}

/** A source that is the very text given, inline. */
export function hashSource(text: string): string {
  return `'sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}'`;
}

/** For the workspace; `hosts` are the names under which its socket may be reached. */
export function pageHeaders(hosts: ReadonlySet<string>): Record<string, string> {
  // Older WebKit does not take a socket for 'self'; a policy has no way to write an IPv6 address.
  const sockets = [...hosts].filter((host) => !host.startsWith("[")).map((host) => `ws://${host}`);
  return {
    "content-security-policy": contentPolicy([
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      // Sounds of the project.
      "media-src blob:",
      // PDFs that messages carry.
      "frame-src blob:",
      "manifest-src 'self'",
      "worker-src 'self'",
      `connect-src ${["'self'", ...sockets].join(" ")}`,
    ]),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=()",
    "cache-control": "no-store",
  };
}
