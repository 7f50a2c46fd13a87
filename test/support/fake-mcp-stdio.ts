/** The fake server as a program: `bun fake-mcp-stdio.ts [FAULT…] [die] [child] [stubborn] [crashed=FILE]`. */
import { appendFileSync } from "node:fs";
import { FakeMcp } from "./fake-mcp.ts";
import { faults } from "./fake-mcp-tools.ts";

const words = process.argv.slice(2);
const stateFile = words.find((word) => word.startsWith("log="))?.slice("log=".length);
const note = (line: string) => stateFile !== undefined && appendFileSync(stateFile, `${line}\n`);

note(`started ${process.pid}`);
if (words.includes("die")) {
  process.stderr.write(
    `The config file is missing${process.env.TOKEN === undefined ? "" : ` for ${process.env.TOKEN}`}.\n`,
  );
  process.exit(4);
}
if (words.includes("child")) {
  const child = Bun.spawn(["sleep", "1000"], { stdin: "ignore", stdout: "inherit", stderr: "inherit" });
  note(`child ${child.pid}`);
}
if (words.includes("stubborn")) process.on("SIGTERM", () => {});
if (words.includes("greeting")) process.stdout.write("Welcome to the fake!\n");

const fake = new FakeMcp({
  faults: faults.filter((fault) => words.includes(fault)),
  env: process.env,
  send: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
  crash() {
    process.stderr.write("Segmentation fault (for the test)\n");
    process.exit(3);
  },
});

let rest = "";
for await (const chunk of process.stdin) {
  const lines = (rest + String(chunk)).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    void fake.receive(JSON.parse(line)).then(() => {
      for (const violation of fake.violations.splice(0)) note(`violation ${violation}`);
      for (const id of fake.cancelled.splice(0)) note(`cancelled ${id}`);
    });
  }
}
if (words.includes("stubborn")) await new Promise(() => setInterval(() => {}, 1_000));
