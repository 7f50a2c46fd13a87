import { afterAll } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { skillTool } from "../../tools/skill.ts";
import { SkillBook } from "../../tools/skills/book.ts";
import { tempDir } from "../support/index.ts";
import { toolContract } from "./tool.ts";

const dir = tempDir();
afterAll(() => dir[Symbol.dispose]());
mkdirSync(join(dir.path, "pdf"));
writeFileSync(join(dir.path, "pdf/SKILL.md"), "---\nname: pdf\ndescription: Makes PDFs.\n---\nUse the printer.\n");

toolContract(skillTool(new SkillBook([dir.path])), {
  prepare: () => {},
  works: [{ skill: "pdf" }, { skill: "pdf", args: "a.md" }, { skill: "make PDFs" }],
  fails: [{ skill: "no such\n\u001b[31mskill" }],
  refused: [{}, { skill: "" }, { skill: 1 }, { skill: "pdf", args: 1 }],
});
