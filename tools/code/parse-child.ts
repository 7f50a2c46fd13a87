/**
 * The program of the process that parses. Files come from anywhere: what makes the parser run wild or out of memory costs this
 * process, and its memory is given back at its end.
 */
import { Grammars } from "./grammars.ts";
import { type ParseReply, type ParseRequest, readyId } from "./parse-messages.ts";
import { readCode } from "./read-code.ts";

const grammars = new Grammars();
let last = Promise.resolve();

process.on("disconnect", () => process.exit());
process.on("message", (request: ParseRequest) => {
  last = last.then(async () => {
    const reply = await answer(request);
    process.send?.(reply);
  });
});

process.send?.({ id: readyId, definitions: [], uses: [] } satisfies ParseReply);

async function answer({ id, path }: ParseRequest): Promise<ParseReply> {
  const read = await readCode(path, grammars);
  if (typeof read === "string") return { id, skip: read, definitions: [], uses: [] };
  return { id, definitions: read.definitions, uses: [...read.uses] };
}
