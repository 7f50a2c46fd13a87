import { expect, test } from "bun:test";
import { UsageError } from "../../agent/error.ts";
import { flagTable } from "../../server/flag-table.ts";
import { helpText, parseFlags } from "../../server/flags.ts";

function refusal(...argv: string[]): { message: string; hint: string | undefined } {
  try {
    parseFlags(argv);
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}

test("every form of a flag", () => {
  const { flags, words } = parseFlags(["-p", "do it", "--model=opus", "--cwd", "/x", "-c", "--debug", "sessions"]);
  expect({ ...flags }).toEqual({ print: "do it", model: "opus", cwd: "/x", continue: true, debug: true });
  expect(words).toEqual(["sessions"]);
});

test("a value may hold anything after its equals sign", () => {
  expect({ ...parseFlags(["--print=a=b -c", "--system="]).flags }).toEqual({ print: "a=b -c", system: "" });
});

test("a value may begin with a dash after an equals sign", () => {
  expect({ ...parseFlags(["-p=-5 degrees?"]).flags }).toEqual({ print: "-5 degrees?" });
  expect({ ...parseFlags(["--print=--help"]).flags }).toEqual({ print: "--help" });
});

test("everything behind two dashes is a word", () => {
  expect(parseFlags(["--", "--help", "-p"])).toEqual({ flags: { ...parseFlags([]).flags }, words: ["--help", "-p"] });
});

test("the reference's name of a flag still works", () => {
  expect({ ...parseFlags(["--max-tool-call-rounds", "3"]).flags }).toEqual({ "max-rounds": "3" });
  expect({ ...parseFlags(["--max-tool-call-rounds=3"]).flags }).toEqual({ "max-rounds": "3" });
  expect({ ...parseFlags(["-p", "--max-tool-call-rounds=3".slice(2)]).flags }).toEqual({
    print: "max-tool-call-rounds=3",
  });
});

test("an unknown flag is named, with what is close to it", () => {
  expect(refusal("--max-round", "3")).toEqual({
    message: "There is no option --max-round.",
    hint: "Did you mean --max-rounds?",
  });
  expect(refusal("--max")).toEqual({
    message: "There is no option --max.",
    hint: "Did you mean --max-rounds or --max-budget-usd or --max-depth or --max-request-tokens or --max-response-tokens or --max-price?",
  });
  expect(refusal("--tols", "x").hint).toStartWith("Did you mean --tools");
  expect(refusal("--models", "x")).toEqual({ message: "There is no option --models.", hint: "Did you mean --model?" });
  expect(refusal("--zzz")).toEqual({ message: "There is no option --zzz.", hint: "See sagent --help." });
  expect(refusal("-x")).toEqual({ message: "There is no option -x.", hint: "See sagent --help." });
});

test("a flag without its value is named by its long name", () => {
  expect(refusal("--model").message).toBe("--model needs a value.");
  expect(refusal("-p").message).toBe("--print needs a value.");
  expect(refusal("-p", "--debug").message).toBe(
    "--print needs a value; write --print=VALUE for one that begins with a dash.",
  );
  expect(refusal("-cx").message).toBe("There is no option -x.");
  expect(refusal("--debug=yes").message).toBe("--debug takes no value.");
});

test("help names every flag with its help, and each exit code", () => {
  const help = helpText();
  for (const [name, flag] of Object.entries(flagTable)) {
    const line = help.split("\n").find((each) => /^ +(-\w, )?--/.test(each) && each.includes(`--${name} `)) ?? "";
    expect(line).toEndWith(flag.help);
  }
  for (const code of ["0 done", "1 failed", "2 wrong usage", "3 budget", "130 interrupted", "143 terminated"]) {
    expect(help).toContain(code);
  }
  expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(135);
});
