/** What Read and the program that reads for it say to each other, as JSON. */
import type { Kind } from "./kind.ts";

export interface ReadRequest {
  readonly path: string;
  readonly kind: Exclude<Kind, "text" | "binary" | "sqlite" | "parquet" | "duckdb">;
  /** The lines wanted of what has lines; the window of Read. */
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  readonly lastLines?: number | undefined;
  readonly pages?: string | undefined;
  readonly as?: "text" | "image" | "raw" | undefined;
  /** Entry of an archive to unpack, and the new file to put it in; a packed file is unpacked there too. */
  readonly member?: string | undefined;
  readonly into: string;
}

export interface PageReading {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** A JPEG, in base64. */
  readonly image?: string;
}

export interface Picture {
  readonly mime: string;
  /** Base64. */
  readonly data: string;
}

/** A part of a document, and the number of the first of its lines. */
export interface SectionStart {
  readonly name: string;
  readonly line: number;
}

export type Reading =
  | {
      readonly type: "lines";
      readonly lines: readonly string[];
      /** Number of the first, from 1. */
      readonly first: number;
      readonly total: number;
      readonly sections: readonly SectionStart[];
      readonly pictures: readonly Picture[];
    }
  /** `wanted` is the last page that was asked for; those that are missing before it did not fit. */
  | { readonly type: "pages"; readonly pages: readonly PageReading[]; readonly total: number; readonly wanted: number }
  | { readonly type: "image"; readonly picture: Picture; readonly note: string }
  /** The file itself can be shown. */
  | { readonly type: "as-is"; readonly mime: string }
  /** The content is in the file `into`. */
  | { readonly type: "unpacked"; readonly note: string }
  /** Not what it seemed to be; it is to be shown as text. */
  | { readonly type: "text" }
  /** What is wrong, as the rest of a sentence after the file's name; of a PDF that lacks the pages, how many it has. */
  | { readonly type: "problem"; readonly text: string; readonly total?: number | undefined };

/** A reason why a file cannot be read, as the rest of a sentence after its name. */
export class ReadProblem extends Error {
  readonly total: number | undefined;

  constructor(message: string, total?: number) {
    super(message);
    this.total = total;
  }
}
