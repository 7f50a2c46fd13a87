/** A sound of the project, as the tool PlayAudio hands it over: `{ type: "custom", name: "audio", data: { path, name, mime } }`. */
import { plain } from "./plain.ts";

export interface AudioCard {
  /** Below the project's directory. */
  readonly path: string;
  readonly name: string;
  readonly mime: string;
}

const kinds = ["audio/wav", "audio/mpeg", "audio/ogg", "audio/flac"];

/** Undefined for other names, for what is no sound, and for one outside of the project, which the page cannot fetch. */
export function audioCardOf(name: string, data: unknown): AudioCard | undefined {
  if (name !== "audio" || typeof data !== "object" || data === null) return undefined;
  const { path, name: shown, mime } = data as Readonly<Record<string, unknown>>;
  if (typeof path !== "string" || typeof mime !== "string" || !kinds.includes(mime)) return undefined;
  if (path === "" || path.startsWith("/")) return undefined;
  return { path, name: plain(typeof shown === "string" ? shown : path), mime };
}
