/** A process that asks a model of the provider that `open` makes, and closes the provider at the answer's first chunk. */
export async function closeMidAnswer(open: { readonly module: string; readonly call: string }) {
  const here = (path: string) => JSON.stringify(import.meta.resolve(path));
  const script = `
    import { talk } from ${here("../../support/local-model.ts")};
    import * as opening from ${JSON.stringify(open.module)};
    import { lowestSettings } from ${here("../../../agent/model.ts")};
    const provider = await opening.${open.call};
    const model = await provider.model();
    const request = { system: "", messages: talk(model, "Tell me a story."), tools: [], settings: lowestSettings(model.info) };
    let last, closing;
    for await (const chunk of model.stream(request, new AbortController().signal)) {
      last = chunk.type;
      closing ??= provider.close();
    }
    await closing;
    process.stdout.write(last);
  `;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = [
    await new Response(child.stdout).text(),
    await new Response(child.stderr).text(),
    await child.exited,
  ];
  return { out, err, code };
}
