/** The program that reads for Read what takes long, takes memory, or may be hostile: one request in, one reading out. */
import { readFile } from "node:fs/promises";
import { messageOf } from "../../agent/error.ts";
import { listZip, readTar, unpackZip } from "./archive.ts";
import { readDocx } from "./docx.ts";
import { readEpub } from "./epub.ts";
import { readImage } from "./image.ts";
import { pictureLine, readNotebook } from "./notebook.ts";
import { readOdf } from "./odf.ts";
import { readPdf } from "./pdf.ts";
import { readPptx } from "./pptx.ts";
import { type Picture, type Reading, ReadProblem, type ReadRequest } from "./request.ts";
import { readRtf } from "./rtf.ts";
import { type Document, windowOf } from "./window.ts";
import { readXlsx } from "./xlsx.ts";
import { Zip } from "./zip.ts";

const request: ReadRequest = await Bun.stdin.json();
await Bun.write(Bun.stdout, JSON.stringify(await read(request)));
process.exit(0);

async function read(request: ReadRequest): Promise<Reading> {
  try {
    return await dispatch(request);
  } catch (error) {
    if (error instanceof ReadProblem) return { type: "problem", text: error.message, total: error.total };
    return { type: "problem", text: `could not be read: ${messageOf(error)}.` };
  }
}

async function dispatch(request: ReadRequest): Promise<Reading> {
  const { path, kind } = request;
  switch (kind) {
    case "image":
      return await readImage(path, await readFile(path));
    case "pdf":
      return await readPdf(request);
    case "notebook": {
      const notebook = readNotebook(await readFile(path, "utf8"));
      return notebook ? await withSoundPictures(windowOf(notebook, request)) : { type: "text" };
    }
    case "rtf":
      return windowOf(readRtf(await readFile(path)), request);
    case "zip":
      return await readZip(request);
    case "tar":
      return await readTar(request, undefined);
    case "gzip":
    case "bzip2":
    case "xz":
    case "zstd":
      return await readTar(request, kind);
  }
}

/** Those that models can be shown; a damaged one would spoil the whole conversation. */
async function withSoundPictures(reading: Reading): Promise<Reading> {
  if (reading.type !== "lines") return reading;
  const pictures: Picture[] = [];
  let lines = reading.lines;
  for (const [index, picture] of reading.pictures.entries()) {
    const checked = await readImage("", Buffer.from(picture.data, "base64")).catch(() => undefined);
    if (checked?.type === "as-is") pictures.push({ ...picture, mime: checked.mime });
    else if (checked?.type === "image") pictures.push(checked.picture);
    else lines = lines.map((line) => (line === pictureLine(picture, index + 1) ? "[a damaged image]" : line));
  }
  return { ...reading, lines, pictures };
}

async function readZip(request: ReadRequest): Promise<Reading> {
  using zip = new Zip(request.path);
  if (request.member !== undefined) return await unpackZip(zip, request.member, request.into);
  if (request.as === "image") throw new ReadProblem("has no pages to be shown as images; leave as out.");
  return windowOf(request.as === "raw" ? listZip(zip) : await documentIn(zip), request);
}

/** The document that a ZIP is, by what every such document holds; the list of its entries for any other. */
async function documentIn(zip: Zip): Promise<Document> {
  if (zip.find("word/document.xml")) return readDocx(zip);
  if (zip.find("xl/workbook.xml")) return readXlsx(zip);
  if (zip.find("ppt/presentation.xml")) return readPptx(zip);
  const mark = zip.find("mimetype");
  const mime = mark ? zip.read(mark, 200).toString("latin1").trim() : "";
  if (mime === "application/epub+zip") return await readEpub(zip);
  const odf = /^application\/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)/.exec(mime)?.[1];
  if (odf === "text" || odf === "spreadsheet" || odf === "presentation") return readOdf(zip, odf);
  return listZip(zip);
}
