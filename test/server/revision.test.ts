/** Prompts that quote files, after these have changed: each made at another time, each with other words around. */
import { expect, test } from "bun:test";
import { Revision } from "../../server/revision.ts";

const prompt = ({ instructions, skills }: { readonly instructions: string; readonly skills: string }) =>
  ["You are one.", instructions, skills, "Own words."].filter(Boolean).join("\n\n");

const versions = ["", "# A\nFirst.", "# A", "# A\nFirst. And more: $& $1", "Other."];

test("a prompt of any time says what is so now, in the place where it stood", () => {
  for (const first of versions) {
    for (const second of versions) {
      for (const third of versions) {
        const revision = new Revision({ cwd: "/w", date: "2026-01-31", instructions: first, skills: "S" });
        revision.begin();
        const made = [prompt(revision.place)];
        for (const next of [second, third]) {
          revision.change({ instructions: next, skills: "S" });
          made.push(prompt(revision.place));
        }
        for (const text of made) {
          const revised = revision.revise(text);
          expect(
            revised
              .replaceAll(/\n{2,}/g, "\n\n")
              .split("\n\n")
              .toSorted(),
          ).toEqual(prompt(revision.place).split("\n\n").toSorted());
        }
      }
    }
  }
});

test("one that nothing has changed for stays the same, to the byte; one that never quoted is left alone", () => {
  const revision = new Revision({ cwd: "/w", date: "2026-01-31", instructions: "I", skills: "S" });
  revision.begin();
  const text = prompt(revision.place);
  expect(revision.revise(text)).toBe(text);
  revision.change({ instructions: "I", skills: "S" });
  expect(revision.revise(text)).toBe(text);
  revision.change({ instructions: "New", skills: "S" });
  expect(revision.revise("of somebody else")).toBe("of somebody else");
});
