/** What the process that parses and the one that asks it say to each other. */
import type { Definition, Skip } from "./outline.ts";

/** A file to parse, by its absolute path. */
export interface ParseRequest {
  readonly id: number;
  readonly path: string;
}

export interface ParseReply {
  readonly id: number;
  /** Why the file is passed over; its lists are empty then. */
  readonly skip?: Skip;
  readonly definitions: readonly Definition[];
  readonly uses: readonly (readonly [name: string, count: number])[];
}

/** The `id` of the message that it sends first of all. */
export const readyId = -1;
