/** A program that makes a fleet, leaves a message and a slow call waiting, closes it, and then has nothing left to do. */
import { Fleet } from "../../agent/fleet.ts";
import { scriptedModel } from "../support/index.ts";
import { link } from "./fleet-rig.ts";

const model = scriptedModel((request) => {
  const last = request.messages.at(-1);
  const slow = last?.type === "user" && last.text === "slow";
  return { parts: [{ text: "ok" }], ...(slow ? { wait: 3_600_000 } : {}) };
});
const fleet = new Fleet();
const root = fleet.root({ model });
const labels = () => fleet.living().map(({ label }) => label);
for (const prompt of ["quick", "quick", "slow"]) {
  await fleet.spawn("main", { prompt, persistent: true, label: `w-${labels().length}` }, link());
}
await root.run("begin");
fleet.send("main", { to: "w-1", content: "in an hour", delaySec: 3_600 });
process.stdout.write(`${labels().join(" ")}\n`);
await root.close();
process.stdout.write(`${labels().join(" ")}\n`);
