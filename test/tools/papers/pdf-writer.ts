/** A process that fetches the same paper again and again and reads what the disk has of it; ends with 1 where that is not whole. */
import { systemClock } from "../../../agent/clock.ts";
import { PdfStore } from "../../../tools/papers/pdf-store.ts";
import { Pacer } from "../../../tools/web/pacer.ts";
import { fakeWeb } from "../../support/fake-web.ts";
import { tinyPdf } from "../../support/tiny-pdf.ts";

const [, , cache = ""] = process.argv;
const pdf = tinyPdf(Array.from({ length: 300 }, (_, at) => `Page ${at}`));
await using web = fakeWeb({ "host.test": () => new Response(new Uint8Array(pdf)) });
const store = new PdfStore({
  env: { XDG_CACHE_HOME: cache },
  arxivUrl: undefined,
  arxivPacer: new Pacer({ everyMs: 0, burst: 1 }, systemClock),
  network: web.network,
});
const id = { type: "doi", value: "10.1000/same" } as const;
for (let round = 0; round < 30; round++) {
  const { signal } = new AbortController();
  await store.fetch(id, ["http://host.test/a.pdf"], signal);
  const kept = await store.kept(id);
  if (!kept?.bytes.equals(pdf)) process.exitCode = 1;
}
