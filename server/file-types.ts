/** What the page is told of files and changes. Types only, so that it can import them. */
import type { Hunk } from "../agent/message.ts";

/** A file or, with a slash at its end, a directory that a search found. */
export interface FoundFile {
  /** From the project's root. */
  readonly path: string;
  /** Higher is better; only the order within one search means something. */
  readonly score: number;
  /** What of the path matched, as half-open ranges of UTF-16 positions. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

/** `link` is a symlink that leads nowhere, or out of the project. */
export type EntryType = "file" | "directory" | "link" | "other";

export interface TreeEntry {
  readonly name: string;
  /** Of what a symlink leads to, where that is in the project. */
  readonly type: EntryType;
  readonly isLink: boolean;
  /** In bytes; 0 for what is not a file. */
  readonly size: number;
  /** Unix time in ms. */
  readonly modifiedAt: number;
  /** An ignore file names it or a directory above it. */
  readonly isIgnored: boolean;
  /** Git shows a change of it or below it. */
  readonly isChanged: boolean;
}

/** One level of the project: directories first, then by name. */
export interface Tree {
  /** From the project's root; empty for the root itself. */
  readonly path: string;
  readonly entries: readonly TreeEntry[];
  /** How many there are; `entries` may hold only the first. */
  readonly total: number;
}

export type FileKind = "text" | "image" | "pdf" | "binary";

/** A file as the viewer shows it. */
export interface FileView {
  readonly path: string;
  readonly kind: FileKind;
  /** What it is, which is not always what it is served as. */
  readonly mime: string;
  readonly size: number;
  readonly modifiedAt: number;
  /** Absent for anything but text. */
  readonly text?: TextWindow;
}

/** A run of whole lines of a file; a line too long for it is cut. */
export interface TextWindow {
  readonly text: string;
  /** Bytes of the file before it, and up to its end. */
  readonly from: number;
  readonly to: number;
  /** Number of its first line, from 1. */
  readonly firstLine: number;
  /** Lines of the whole file; null where it is too big to count them. */
  readonly lines: number | null;
  /** False when some of its bytes are not UTF-8 and are shown as U+FFFD. */
  readonly isExact: boolean;
}

/** `unchanged` is a file that the fleet changed and that is now as it was. */
export type ChangeStatus = "added" | "modified" | "deleted" | "renamed" | "untracked" | "unchanged";

/** What a change is measured from: the session's first touch of the file, or the last commit. */
export type ChangeBase = "session" | "git";

/** A file that the fleet touched, or that git shows changed. */
export interface FileChange {
  /** From the project's root; absolute for a file outside it. */
  readonly path: string;
  /** What it was called before. */
  readonly from?: string;
  readonly status: ChangeStatus;
  /** What `status`, `added` and `removed` are measured from: the session for what the fleet touched. */
  readonly against: ChangeBase;
  /** Lines; null for what is not text or is too big to compare. */
  readonly added: number | null;
  readonly removed: number | null;
  /** Labels of the agents that changed it with Edit or Write, the first one first. */
  readonly agents: readonly string[];
  /** How often they did. */
  readonly times: number;
  /** When they last did, Unix time in ms; null if none did. */
  readonly lastAt: number | null;
  /** What git shows, if it shows a change. */
  readonly git?: Exclude<ChangeStatus, "unchanged">;
}

export interface FileDiff {
  readonly path: string;
  readonly from?: string;
  readonly against: ChangeBase;
  readonly created: boolean;
  readonly deleted: boolean;
  /** One side is not text; there are no hunks then. */
  readonly binary: boolean;
  readonly hunks: readonly Hunk[];
  /** There is more to show than a page can; there are no hunks then. */
  readonly tooBig?: boolean;
  /**
   * What the file was at first is not known, since something else changed it too: the hunks are those of each edit, one
   * after another.
   */
  readonly isPiecewise?: boolean;
}

/** How a file was opened in an editor: in a window of its own, or by a command for the page's terminal to run. */
export type EditorOpening =
  | { readonly type: "opened"; readonly editor: string }
  | { readonly type: "terminal"; readonly argv: readonly string[]; readonly command: string };
