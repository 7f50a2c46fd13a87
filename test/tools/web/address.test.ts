import { expect, test } from "bun:test";
import { isPublic, readUrl } from "../../../tools/web/address.ts";
import { spellings } from "./spellings.ts";

test("there are at least sixty of them", () => {
  expect(new Set(spellings).size).toBeGreaterThanOrEqual(60);
});

test.each(spellings)("%s is read as an address that is not public", (spelling) => {
  const url = readUrl(`http://${spelling}/`);
  const host = typeof url === "string" ? url : url.hostname.replace(/^\[|\]$|\.$/g, "");
  expect([host, isPublic(host)]).toEqual([host, false]);
});

test("addresses of public hosts are public", () => {
  const open = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "169.253.0.1",
  ];
  const open6 = ["2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2400:cb00::1"];
  for (const address of [...open, ...open6]) expect([address, isPublic(address)]).toEqual([address, true]);
});

test("what is no address is not public", () => {
  for (const text of ["", "localhost", "1.2.3", "example.com", "fe80::1%eth0", "2606:4700::1%1"]) {
    expect([text, isPublic(text)]).toEqual([text, false]);
  }
});

test("a bare host is taken for https; other schemes, credentials and nonsense are told apart", () => {
  expect(String(readUrl(" example.com/a?b#c "))).toBe("https://example.com/a?b#c");
  expect(readUrl("file:///etc/passwd")).toBe("Only http and https can be fetched, not file:");
  expect(readUrl("javascript:alert(1)")).toBe("Only http and https can be fetched, not javascript:");
  expect(readUrl("http://user:secret@example.com/")).toBe(
    "A URL with a user or a password is not fetched; leave them out.",
  );
  expect(readUrl("http://example.com@127.0.0.1/")).toBe(
    "A URL with a user or a password is not fetched; leave them out.",
  );
  expect(readUrl("not a url")).toBe("That is not a URL.");
});
