import { expect, test } from "bun:test";
import { Client } from "../../server/client.ts";
import { PageModels } from "../../server/page-models.ts";
import type { ClientFrame } from "../../server/protocol.ts";
import { clientFrameSchema } from "../../server/protocol-schema.ts";
import { testOnnxFolder } from "../support/onnx-model.ts";

/** A tab that notes what it gets. */
function tab() {
  const got: string[] = [];
  const wire = { send: (text: string) => got.push(text), getBufferedAmount: () => 0, close: () => {} };
  return { got, client: new Client(wire) };
}

const offer = clientFrameSchema.parse({ type: "models", what: "offer" }) as Extract<ClientFrame, { type: "models" }>;

test("without a tab that can, there is no model, and what to do is said", async () => {
  await using models = new PageModels();
  const folder = await testOnnxFolder();
  expect(models.provider.model(`onnx:${folder}`)).rejects.toThrow("No tab that can run a model is open.");
  expect(models.provider.model("gpt-5")).rejects.toThrow("A model in the browser is an ONNX model of this machine.");
});

test("the latest tab is asked, may read the model's files and no others, and what waits for it fails when it is gone", async () => {
  await using models = new PageModels();
  const [first, latest] = [tab(), tab()];
  models.take(first.client, offer);
  models.take(latest.client, offer);
  const opening = models.provider.model(`onnx:${await testOnnxFolder()}`).catch((error: Error) => error.message);
  while (latest.got.length < 2) await Bun.sleep(1);
  expect(first.got).toEqual([]);
  const { message } = JSON.parse(latest.got[1] ?? "{}");
  const { folder, type } = JSON.parse(message.name);
  expect(await models.file(folder, `onnx/model_${type}.onnx`)?.exists()).toBe(true);
  for (const path of ["../config.json", "/etc/passwd", "onnx/../config.json", ".hidden", "a/b"]) {
    expect([path, models.file(folder, path)]).toEqual([path, undefined]);
  }
  expect(models.file("0000000000000000", "config.json")).toBeUndefined();
  models.left(latest.client);
  expect(await opening).toBe("The tab that ran the model was closed or cut off.");
});
