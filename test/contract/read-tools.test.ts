import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTool } from "../../tools/read.ts";
import { paragraph, tinyDocx, tinyXlsx } from "../support/tiny-office.ts";
import { tinyPdf } from "../support/tiny-pdf.ts";
import { tinyZip } from "../support/tiny-zip.ts";
import { toolContract } from "./tool.ts";

function prepare(directory: string): void {
  const write = (name: string, data: string | Buffer) => writeFileSync(join(directory, name), data);
  write("a.pdf", tinyPdf(["The first page says this.", "The second page says that."]));
  write("a.docx", tinyDocx(paragraph("text")));
  write("a.zip", tinyZip([{ name: "in.txt", data: "text" }]));
  write("bad.zip", "PK\x03\x04rubbish");
  write("bad.pdf", "%PDF-1.7 rubbish");
  write("bad.png", Buffer.from("\x89PNG\r\n\x1a\nrubbish", "latin1"));
}

toolContract(readTool, {
  prepare,
  works: [
    { file_path: "a.pdf", pages: "2" },
    { file_path: "a.pdf", as: "image", pages: "1-" },
    { file_path: "a.docx" },
    { file_path: "a.zip", member: "in.txt" },
  ],
  fails: [
    { file_path: "a.pdf", pages: "3" },
    { file_path: "a.docx", offset: 99 },
    { file_path: "a.zip", member: "out\n\u001b[31m.txt" },
    { file_path: "bad.zip" },
    { file_path: "bad.pdf" },
    { file_path: "bad.png" },
  ],
  refused: [
    { file_path: "a", pages: 1 },
    { file_path: "a", pages: "" },
    { file_path: "a", member: "" },
    { file_path: "a", as: "pdf" },
  ],
  large: {
    prepare: (directory) => {
      const rows = Array.from({ length: 10_000 }, (_, at) => `<row><c><v>${at}</v></c><c><v>1234567890</v></c></row>`);
      writeFileSync(join(directory, "long.xlsx"), tinyXlsx({ Long: rows.join("") }));
    },
    args: { file_path: "long.xlsx" },
  },
});
