/** What is in an archive, and one entry of it unpacked. */
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Packing } from "./kind.ts";
import { type Reading, ReadProblem, type ReadRequest } from "./request.ts";
import { looksLikeTar, type TarEntry, tarEntries } from "./tar.ts";
import { unpacked } from "./unpack.ts";
import { type Document, windowOf } from "./window.ts";
import type { Zip } from "./zip.ts";

/** Most bytes of an entry that is unpacked. */
const maxMemberBytes = 64_000_000;
/** How far into a packed tar is looked; a bomb is never unpacked further. */
const maxStreamBytes = 4_000_000_000;

interface Row {
  readonly name: string;
  readonly size: number;
  readonly date: string;
  readonly remark: string;
}

export function listZip(zip: Zip): Document {
  const rows = zip.entries.map(({ name, size, date, isEncrypted }): Row => {
    return { name, size, date, remark: isEncrypted ? " (encrypted)" : "" };
  });
  return listing(rows);
}

export async function unpackZip(zip: Zip, member: string, into: string): Promise<Reading> {
  const entry = zip.find(member);
  if (!entry)
    throw new ReadProblem(
      missing(
        member,
        zip.entries.map(({ name }) => name),
      ),
    );
  if (entry.name.endsWith("/"))
    throw new ReadProblem(`has ${JSON.stringify(member)} as a directory; name one of its entries.`);
  await writeFile(into, zip.read(entry, maxMemberBytes), { flag: "wx", mode: 0o600 });
  return { type: "unpacked", note: "" };
}

/** A tar, packed or not: its list, or the entry that is asked for. A packed file that is no tar is unpacked itself. */
export async function readTar(request: ReadRequest, packing: Packing | undefined): Promise<Reading> {
  const { path, member, into } = request;
  if (packing !== undefined && !(await holdsTar(path, packing))) {
    if (member !== undefined) throw new ReadProblem("is one packed file, not an archive; leave member out.");
    await write(bounded(unpacked(path, packing), maxMemberBytes), into);
    return { type: "unpacked", note: `unpacked from ${packing}` };
  }
  const rows: Row[] = [];
  let note = "";
  try {
    for await (const { entry, content } of tarEntries(bounded(unpacked(path, packing), maxStreamBytes))) {
      if (member === undefined) rows.push(rowOf(entry));
      else if (isNamed(entry, member)) {
        if (entry.type !== "file")
          throw new ReadProblem(`has ${JSON.stringify(member)} as a ${entry.type}, not as a file.`);
        await write(bounded(content(), maxMemberBytes), into);
        return { type: "unpacked", note: "" };
      } else if (rows.length < 5_000) rows.push(rowOf(entry));
    }
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof ReadProblem && rows.length > 0 && member === undefined))
      throw error;
    note = "The archive is damaged or cut after these.";
    if (rows.length === 0) throw new ReadProblem("is a damaged tar.");
  }
  if (member !== undefined)
    throw new ReadProblem(
      missing(
        member,
        rows.map(({ name }) => name),
      ),
    );
  return windowOf(listing(rows, note), request);
}

const isNamed = ({ name }: TarEntry, member: string) => name.replace(/^\.\//, "") === member.replace(/^\.\//, "");

async function holdsTar(path: string, packing: Packing): Promise<boolean> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const piece of unpacked(path, packing)) {
    parts.push(piece);
    size += piece.length;
    if (size >= 512) break;
  }
  return looksLikeTar(Buffer.concat(parts));
}

async function* bounded(bytes: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let left = most;
  for await (const piece of bytes) {
    left -= piece.length;
    if (left < 0)
      throw new ReadProblem(`unpacks to more than ${most.toLocaleString("en")} bytes, which is too much here.`);
    yield piece;
  }
}

async function write(bytes: AsyncIterable<Uint8Array>, into: string): Promise<void> {
  await pipeline(Readable.from(bytes), createWriteStream(into, { flags: "wx", mode: 0o600 }));
}

function rowOf({ name, size, modifiedAt, type, target }: TarEntry): Row {
  const date = new Date(modifiedAt);
  return {
    name: type === "directory" && !name.endsWith("/") ? `${name}/` : name,
    size,
    date: Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 16).replace("T", " "),
    remark: type === "link" ? ` -> ${shown(target)}` : type === "other" ? " (special)" : "",
  };
}

function listing(rows: readonly Row[], note = ""): Document {
  const bytes = rows.reduce((sum, { size }) => sum + size, 0);
  const outside = rows.filter(({ name }) => /^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)/i.test(name)).length;
  const head = [
    `${rows.length.toLocaleString("en")} ${rows.length === 1 ? "entry" : "entries"}, ${bytes.toLocaleString("en")} bytes unpacked. Read one with member="NAME".`,
    ...(outside > 0 ? [`Take care: ${outside} of the names lead outside of where the archive is unpacked.`] : []),
    ...(note === "" ? [] : [note]),
  ];
  const lines = () => rows.map(({ name, size, date, remark }) => `${size}\t${date}\t${shown(name)}${remark}`);
  return { head, sections: [{ name: "the list", lines }] };
}

/** A name on one line, control characters escaped. */
function shown(name: string): string {
  return /\p{Cc}/u.test(name) ? JSON.stringify(name) : name;
}

function missing(member: string, names: readonly string[]): string {
  const last = member.split("/").at(-1)?.toLowerCase() ?? "";
  const near = names.filter((name) => last !== "" && name.toLowerCase().endsWith(last)).slice(0, 3);
  const hint =
    near.length > 0
      ? ` Did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}?`
      : " Read it without member for its list.";
  return `has no entry ${JSON.stringify(member)}.${hint}`;
}
