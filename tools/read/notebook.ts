/** Jupyter notebooks: numbered cells with their source and what they put out. */
import { stripVTControlCharacters } from "node:util";
import type { Picture } from "./request.ts";
import type { Document, Section } from "./window.ts";

const maxPictures = 8;
const maxPictureBytes = 5_000_000;

/** Undefined where the text is no notebook of format 3 or 4. */
export function readNotebook(text: string): Document | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  const cells = list(root, "cells") ?? list(list(root, "worksheets")?.[0], "cells");
  if (!cells) return undefined;
  const pictures: Picture[] = [];
  const sections = cells.map(
    (cell, index): Section => ({ name: `cell ${index + 1}`, lines: () => cellLines(cell, index + 1, pictures) }),
  );
  return { sections, pictures };
}

function* cellLines(cell: unknown, number: number, pictures: Picture[]): Generator<string> {
  const kind = string(cell, "cell_type") || "unknown";
  const count = at(cell, "execution_count") ?? at(cell, "prompt_number");
  yield `--- cell ${number} (${kind}${typeof count === "number" ? `, run ${count}` : ""}) ---`;
  yield* linesOf(joined(at(cell, "source") ?? at(cell, "input")));
  for (const output of list(cell, "outputs") ?? []) yield* outputLines(output, pictures);
  yield "";
}

function* outputLines(output: unknown, pictures: Picture[]): Generator<string> {
  const type = string(output, "output_type");
  if (type === "stream") {
    yield `[${string(output, "name") || "output"}]`;
    yield* linesOf(joined(at(output, "text")));
  } else if (type === "error" || type === "pyerr") {
    yield "[error]";
    yield* linesOf(joined(at(output, "traceback"), "\n") || `${string(output, "ename")}: ${string(output, "evalue")}`);
  } else {
    const data = at(output, "data") ?? output;
    const text = joined(
      at(data, "text/plain") ?? at(data, "text/markdown") ?? at(data, "text") ?? at(data, "text/html"),
    );
    yield "[output]";
    yield* linesOf(text);
    for (const mime of ["image/png", "image/jpeg"]) {
      const image = joined(at(data, mime)).replace(/\s/g, "");
      if (image !== "") yield keep({ mime, data: image }, pictures);
    }
  }
}

function keep(picture: Picture, pictures: Picture[]): string {
  const used = pictures.reduce((sum, { data }) => sum + data.length, 0);
  if (pictures.length >= maxPictures || ((used + picture.data.length) * 3) / 4 > maxPictureBytes) {
    return `[${picture.mime}, not shown: it is past the first ${maxPictures} images or ${maxPictureBytes.toLocaleString("en")} bytes]`;
  }
  pictures.push(picture);
  return pictureLine(picture, pictures.length);
}

/** What stands in the text for a picture that is attached. */
export function pictureLine({ mime }: Picture, number: number): string {
  return `[${mime}: attached, number ${number} of this notebook]`;
}

const linesOf = (text: string) => (text === "" ? [] : stripVTControlCharacters(text).replace(/\n$/, "").split("\n"));

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value
    ? Object.getOwnPropertyDescriptor(value, key)?.value
    : undefined;
}

function list(value: unknown, key: string): readonly unknown[] | undefined {
  const found = at(value, key);
  return Array.isArray(found) ? found : undefined;
}

function string(value: unknown, key: string): string {
  const found = at(value, key);
  return typeof found === "string" ? found : "";
}

/** Text that notebooks write as one string or as a list of them. */
function joined(value: unknown, between = ""): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((part) => typeof part === "string").join(between) : "";
}
