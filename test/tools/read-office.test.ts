import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTool } from "../../tools/read.ts";
import { tempDir } from "../support/temp-dir.ts";
import { paragraph, relations, tinyDocx, tinyPackage, tinyXlsx } from "../support/tiny-office.ts";
import { tinyZip } from "../support/tiny-zip.ts";
import { countTokens, placeAt } from "./tool-bench.ts";

type Args = { pages?: string; offset?: number; limit?: number; last_lines?: number; as?: "raw" };

/** What Read says of a file with this content. */
async function read(name: string, content: string | Buffer, args: Args = {}) {
  using dir = tempDir();
  writeFileSync(join(dir.path, name), content);
  const output = await placeAt(dir.path).run(readTool, { file_path: name, ...args });
  return { ...output, text: output.text.replaceAll(dir.path, "") };
}

const styled = (style: string) => `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;

test("a Word document comes as Markdown", async () => {
  const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`;
  const docx = tinyDocx(
    [
      paragraph("Report &amp; &#x2764;", styled("H1")),
      `<w:p><w:r><w:t>See </w:t></w:r><w:hyperlink r:id="r1"><w:r><w:t>this</w:t></w:r></w:hyperlink><w:r><w:footnoteReference w:id="2"/></w:r></w:p>`,
      paragraph("one", '<w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr>'),
      paragraph("below", '<w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr>'),
      "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>kept</w:t></w:r></w:p>",
      `<w:tbl><w:tr>${cell("a|b")}${cell("c")}</w:tr><w:tr>${cell("1")}${cell("2")}</w:tr></w:tbl>`,
    ].join(""),
    {
      "word/styles.xml": '<w:styles><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>',
      "word/_rels/document.xml.rels": relations({ r1: ["hyperlink", "https://example.com/"] }),
      "word/footnotes.xml": `<w:footnotes><w:footnote w:id="2">${paragraph("a note")}</w:footnote></w:footnotes>`,
    },
  );
  expect((await read("a.docx", docx)).text.split("\n").filter(Boolean)).toEqual([
    "# Report & ❤",
    "See [this](https://example.com/)[^2]",
    "- one",
    "  - below",
    "kept",
    "| a\\|b | c |",
    "| --- | --- |",
    "| 1 | 2 |",
    "[^2]: a note",
  ]);
  expect((await read("a.docx", docx, { as: "raw" })).text).toContain("\tword/document.xml");
});

test("a workbook comes sheet by sheet, rows by their numbers, dates as dates", async () => {
  const xlsx = tinyXlsx(
    {
      Sales:
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>in</t></is></c></row>' +
        '<row r="4"><c r="A4" s="1"><v>45413.5</v></c><c r="B4" t="b"><v>1</v></c><c r="C4"><f>A4*2</f></c></row>',
      Empty: "",
    },
    {
      "xl/sharedStrings.xml": "<sst><si><r><t>two </t></r><r><t>runs</t></r></si></sst>",
      "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
    },
  );
  expect((await read("a.xlsx", xlsx)).text).toBe(
    'Sheets: 1 "Sales", 2 "Empty"\n\n## Sheet 1 "Sales"\n1\ttwo runs\t\tin\n4\t2024-05-01 12:00:00\tTRUE\t=A4*2\n\n## Sheet 2 "Empty"\n(empty)',
  );
  expect((await read("a.xlsx", xlsx, { pages: "2" })).text).toBe('\n## Sheet 2 "Empty"\n(empty)');
  expect(await read("a.xlsx", xlsx, { pages: "3" })).toEqual({
    text: "/a.xlsx has 2 sheets; there is no sheet 3.",
    isError: true,
  });
});

test("a large sheet is cut at a row, says where, and going on shows all of it", async () => {
  const rows = Array.from(
    { length: 5_000 },
    (_, at) => `<row r="${at + 1}"><c><v>${at}</v></c><c><v>${"7".repeat(40)}</v></c></row>`,
  );
  const xlsx = tinyXlsx({ Big: rows.join("") });
  const seen: string[] = [];
  for (let offset: number | undefined = 1; offset !== undefined; ) {
    const { text } = await read("a.xlsx", xlsx, { pages: "1", offset });
    expect(countTokens(text)).toBeLessThanOrEqual(25_000);
    const note = /\n\[Lines \d+-\d+ of 5002\. Go on with pages="1", offset=(\d+)\.\]$/.exec(text);
    seen.push(...text.slice(0, note?.index).split("\n"));
    offset = note ? Number(note[1]) : undefined;
  }
  expect(seen.slice(2).map((line) => line.split("\t")[1])).toEqual(rows.map((_, at) => String(at)));
  expect((await read("a.xlsx", xlsx, { last_lines: 1 })).text).toBe(`5000\t4999\t${"7".repeat(40)}`);
});

test("slides come with their titles, tables and notes", async () => {
  const shape = (text: string, type = "") =>
    `<p:sp><p:ph type="${type}"/><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:sp>`;
  const pptx = tinyPackage({
    "ppt/presentation.xml":
      '<p:presentation><p:sldIdLst><p:sldId id="5" r:id="r2"/><p:sldId id="4" r:id="r1"/></p:sldIdLst></p:presentation>',
    "ppt/_rels/presentation.xml.rels": relations({ r1: ["slide", "slides/a.xml"], r2: ["slide", "slides/b.xml"] }),
    "ppt/slides/a.xml": `<p:sld>${shape("Second", "ctrTitle")}${shape("7", "sldNum")}</p:sld>`,
    "ppt/slides/b.xml": `<p:sld>${shape("First", "title")}${shape("a point", "body")}</p:sld>`,
    "ppt/slides/_rels/b.xml.rels": relations({ n: ["notesSlide", "../notes/n.xml"] }),
    "ppt/notes/n.xml": `<p:notes>${shape("say this", "body")}</p:notes>`,
  });
  expect((await read("a.pptx", pptx)).text.split("\n").filter(Boolean)).toEqual([
    "## Slide 1",
    "### First",
    "- a point",
    "### Notes",
    "- say this",
    "## Slide 2",
    "### Second",
  ]);
  expect((await read("a.pptx", pptx, { pages: "2" })).text).toStartWith("## Slide 2");
});

test("OpenDocument files and books come as text", async () => {
  const odf = (kind: string, content: string) =>
    tinyPackage({
      mimetype: `application/vnd.oasis.opendocument.${kind}`,
      "content.xml": `<office:document>${content}</office:document>`,
    });
  const text = odf(
    "text",
    '<office:body><text:h text:outline-level="2">Head</text:h><text:list><text:list-item><text:p>an<text:s text:c="2"/>item</text:p></text:list-item></text:list></office:body>',
  );
  expect((await read("a.odt", text)).text).toBe("## Head\n\n- an  item");
  const row = (cells: string) => `<table:table-row>${cells}</table:table-row>`;
  const many = '<table:table-cell table:number-columns-repeated="16000"/>';
  const sheet = odf(
    "spreadsheet",
    `<table:table table:name="S"><table:table-row table:number-rows-repeated="9"></table:table-row>${row(
      `<table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell>${many}`,
    )}</table:table>`,
  );
  expect((await read("a.ods", sheet)).text).toBe('Sheets: 1 "S"\n## Sheet 1 "S"\n10\tx\tx\n');
  const book = tinyPackage({
    mimetype: "application/epub+zip",
    "META-INF/container.xml": '<container><rootfile full-path="in/book.opf"/></container>',
    "in/book.opf":
      '<package><item id="b" href="b.xhtml"/><item id="a" href="a%20a.xhtml"/><itemref idref="a"/><itemref idref="b"/></package>',
    "in/a a.xhtml": "<html><body><h1>One</h1></body></html>",
    "in/b.xhtml": "<html><body><p>Two</p></body></html>",
  });
  expect((await read("a.epub", book, { pages: "2-" })).text).toBe("<!-- chapter 2 of 2 -->\nTwo\n");
  expect(
    (await read("a.rtf", "{\\rtf1{\\fonttbl{\\f0 Arial;}}Hello \\b bold\\b0\\par caf\\'e9 \\u8364? {\\*\\x no}}")).text,
  ).toBe("Hello bold\ncafé €");
});

test("a notebook comes cell by cell, its own JSON on request", async () => {
  const image = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const notebook = JSON.stringify({
    cells: [
      { cell_type: "markdown", source: ["# Title\n", "text"] },
      {
        cell_type: "code",
        execution_count: 3,
        source: "plot()",
        outputs: [
          { output_type: "stream", name: "stderr", text: "careful\n" },
          { output_type: "display_data", data: { "text/plain": "<Figure>", "image/png": image } },
          { output_type: "display_data", data: { "image/png": "iVBORw0KGgo=" } },
          { output_type: "error", ename: "E", evalue: "bad", traceback: ["\u001b[31mTraceback", "E: bad"] },
        ],
      },
    ],
  });
  const { text, attachments } = await read("a.ipynb", notebook);
  expect(text).toBe(
    "--- cell 1 (markdown) ---\n# Title\ntext\n\n--- cell 2 (code, run 3) ---\nplot()\n[stderr]\ncareful\n[output]\n<Figure>\n" +
      "[image/png: attached, number 1 of this notebook]\n[output]\n[a damaged image]\n[error]\nTraceback\nE: bad\n",
  );
  expect(attachments).toEqual([{ mime: "image/png", data: image, name: "a.ipynb image 1" }]);
  expect((await read("a.ipynb", notebook, { pages: "1" })).text).toBe("--- cell 1 (markdown) ---\n# Title\ntext\n");
  expect((await read("a.ipynb", notebook, { as: "raw" })).text).toBe(`1\t${notebook}`);
  expect((await read("a.ipynb", '{ "cells": 1 }')).text).toBe('1\t{ "cells": 1 }');
});

test("hostile documents end in a sentence or in what is sound of them", async () => {
  const bomb = tinyZip([
    { name: "word/document.xml", data: `<w:document>${paragraph("a".repeat(100)).repeat(1_600_000)}`, claims: 10 },
  ]);
  expect(bomb.length).toBeLessThan(2_000_000);
  const entities =
    '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;">]><w:document><w:p><w:r><w:t>&b; ok</w:t></w:r></w:p></w:document>';
  const deep = `${"<w:tbl><w:tr><w:tc>".repeat(200_000)}${paragraph("deep")}${"</w:tc></w:tr></w:tbl>".repeat(200_000)}`;
  const cases: [Buffer, RegExp][] = [
    [bomb, /^\/a\.docx holds "word\/document\.xml" with more than 200,000,000 bytes, which is too large here\.$/],
    [tinyZip([{ name: "word/document.xml", data: entities }]), /^&b; ok$/m],
    [tinyDocx(deep), /deep/],
    [tinyDocx(`${paragraph("whole")}<w:p><w:r><w:t>cut`), /^whole$/m],
    [tinyZip([{ name: "word/document.xml", data: "x", isEncrypted: true }]), /^\/a\.docx is protected by a password/],
    [tinyDocx(paragraph("x")).subarray(0, 150), /^\/a\.docx is a damaged or cut ZIP/],
    [Buffer.from(`PK\x03\x04${"rubbish".repeat(200)}`), /^\/a\.docx is a damaged or cut ZIP/],
    [tinyPackage({ "xl/workbook.xml": '<workbook><sheet name="Gone" r:id="r1"/></workbook>' }), /^Sheets: $/],
  ];
  for (const [content, wanted] of cases) expect((await read("a.docx", content)).text).toMatch(wanted);
});
