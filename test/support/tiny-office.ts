/** Office files as small as they may be, by their parts. */
import { tinyZip } from "./tiny-zip.ts";

const namespaces =
  'xmlns:w="w" xmlns:a="a" xmlns:p="p" xmlns:r="r" xmlns:text="text" xmlns:table="table" xmlns:draw="draw" xmlns:office="office"';

/** A ZIP of parts, each an XML document whose root gets the namespaces. */
export function tinyPackage(parts: Readonly<Record<string, string>>): Buffer {
  return tinyZip(
    Object.entries(parts).map(([name, xml]) => ({
      name,
      data: xml.startsWith("<") ? `<?xml version="1.0"?>${xml.replace(/^<([\w:]+)/, `<$1 ${namespaces}`)}` : xml,
    })),
  );
}

/** Relations by id, each its type and target. */
export function relations(all: Readonly<Record<string, readonly [type: string, target: string]>>): string {
  const items = Object.entries(all).map(
    ([id, [type, target]]) =>
      `<Relationship Id="${id}" Type="http://x/${type}" Target="${target}"${target.includes("://") ? ' TargetMode="External"' : ""}/>`,
  );
  return `<Relationships>${items.join("")}</Relationships>`;
}

export const paragraph = (text: string, style = "") => `<w:p>${style}<w:r><w:t>${text}</w:t></w:r></w:p>`;

export function tinyDocx(body: string, more: Readonly<Record<string, string>> = {}): Buffer {
  return tinyPackage({ "word/document.xml": `<w:document><w:body>${body}</w:body></w:document>`, ...more });
}

/** A workbook of sheets, each the XML of its rows. */
export function tinyXlsx(
  sheets: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Buffer {
  const names = Object.keys(sheets);
  const list = names.map((name, at) => `<sheet name="${name}" sheetId="${at + 9}" r:id="r${at}"/>`).join("");
  const parts = Object.values(sheets).map((rows, at) => [
    `xl/worksheets/s${at}.xml`,
    `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
  ]);
  return tinyPackage({
    "xl/workbook.xml": `<workbook><sheets>${list}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(
      Object.fromEntries(names.map((_, at) => [`r${at}`, ["worksheet", `worksheets/s${at}.xml`] as const])),
    ),
    ...Object.fromEntries(parts),
    ...more,
  });
}
