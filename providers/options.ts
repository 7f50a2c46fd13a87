/** Fields of a request's body that the caller adds in the words of the wire. */
import { isRecord } from "./sse.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The adapter's own body over the caller's fields. Where both have an object they are joined; else the adapter's stands. */
export function overFields<Body extends object>(body: Body, fields: Fields | undefined): Body {
  if (!fields) return body;
  const own = body as Fields;
  const joined = Object.entries(own).map(([name, value]) => {
    const given = fields[name];
    return [name, isRecord(value) && isRecord(given) ? overFields(value, given) : value];
  });
  return { ...fields, ...Object.fromEntries(joined) };
}
