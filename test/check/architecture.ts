/** Who may import whom. The table is the documentation; `test/architecture.test.ts` holds every file against it. */
import { builtinModules } from "node:module";
import { posix } from "node:path";
import { type Import, importsOf } from "./imports.ts";

/** Source text by path from the repository's root. */
export type Sources = ReadonlyMap<string, string>;

interface Rule {
  /** The first rule whose pattern matches a file's path governs it. */
  readonly files: RegExp;
  /** Own files that it may import. */
  readonly own: RegExp;
  /** Own files of which it may import types. */
  readonly types?: RegExp;
  readonly nodeBuiltins?: boolean;
  /** May import what it finds out only when it runs. */
  readonly computes?: boolean;
  /** Packages: those named, or any declared dependency. */
  readonly packages: readonly string[] | "declared" | "any";
}

const contracts = /^agent\/(message|model|tool|ask|fleet-port|error|provider-error|clock)\.ts$/;
const words = /^agent\/(message|command|event|ask)\.ts$/;
const vocabulary = /^agent\/(message|command|event|ask)(-schema)?\.ts$/;
/** What the page shares with the server. Schemas stay on the server's side: they cost the page a library. */
const shared = /^server\/(protocol|codec|card|slash|slash-command)\.ts$/;
const or = (...patterns: RegExp[]) => new RegExp(patterns.map((pattern) => `(?:${pattern.source})`).join("|"));

export const table: readonly Rule[] = [
  { files: words, own: words, types: vocabulary, packages: [] },
  { files: vocabulary, own: vocabulary, packages: ["zod"] },
  { files: /^agent\/index\.ts$/, own: /^(agent|providers|tools)\//, packages: [] },
  { files: /^agent\//, own: /^agent\/(?!index\.ts$)/, nodeBuiltins: true, packages: ["zod"] },
  { files: /^providers\//, own: or(contracts, /^providers\//), nodeBuiltins: true, packages: "declared" },
  { files: /^tools\//, own: or(contracts, /^tools\//), nodeBuiltins: true, packages: "declared" },
  {
    files: shared,
    own: or(words, shared),
    types: or(
      vocabulary,
      contracts,
      /^server\/protocol-schema\.ts$/,
      /^providers\/local\/(host\/messages|ref-options)\.ts$/,
    ),
    packages: [],
  },
  // Plug-ins are where the person has them.
  {
    files: /^server\/plugin-build\.ts$/,
    own: /^(agent|providers|tools)\//,
    nodeBuiltins: true,
    packages: ["zod"],
    computes: true,
  },
  {
    files: /^server\//,
    own: /^(agent|providers|tools|server)\/|^package\.json$/,
    nodeBuiltins: true,
    packages: "declared",
  },
  // Models in the page: the same engine as in the process, without Node.
  {
    files: /^ui\/model\.worker\.ts$/,
    own: /^providers\/local\/(host|onnx)\//,
    types: or(contracts, shared),
    packages: "any",
  },
  {
    files: /^ui\//,
    own: or(words, shared, /^ui\//),
    types: or(vocabulary, /^server\//),
    packages: "any",
  },
  { files: /^examples\//, own: /^examples\//, nodeBuiltins: true, packages: ["sagent", "zod"] },
  { files: /^test\//, own: /^/, nodeBuiltins: true, packages: "any" },
  { files: /^build\//, own: /^build\//, nodeBuiltins: true, packages: "any" },
  { files: /^[^/]+\.ts$/, own: /^(providers\/local|build)\/|^setup-[a-z]+\.ts$/, nodeBuiltins: true, packages: [] },
];

const builtins = new Set([...builtinModules, "bun"]);

/** Every import against the table, as `file:line: what is wrong`. `declared` are the packages a user gets. */
export function forbiddenImports(sources: Sources, declared: ReadonlySet<string>): string[] {
  return [...sources].flatMap(([file, source]) => {
    const rule = table.find((each) => each.files.test(file));
    if (!rule) return [`${file}: no rule says what this file may import`];
    return importsOf(source)
      .filter((each) => !isAllowed(rule, file, each, declared))
      .map((each) => `${file}:${each.line}: may not import ${each.specifier ?? "what it computes"}`);
  });
}

function isAllowed(rule: Rule, file: string, { specifier, typeOnly }: Import, declared: ReadonlySet<string>): boolean {
  if (specifier === undefined) return rule.computes === true || file.startsWith("test/");
  const target = ownFile(file, specifier);
  if (target !== undefined) {
    return rule.own.test(target) || (typeOnly && rule.types?.test(target) === true);
  }
  if (isBuiltin(specifier)) return rule.nodeBuiltins === true;
  const name = packageName(specifier);
  if (rule.packages === "any") return true;
  return rule.packages === "declared" ? declared.has(name) : rule.packages.includes(name);
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || specifier.startsWith("bun:") || builtins.has(specifier);
}

/** The own file that a relative specifier names; undefined for a package or builtin. */
function ownFile(file: string, specifier: string): string | undefined {
  return /^\.{0,2}\//.test(specifier) ? posix.join(posix.dirname(file), specifier) : undefined;
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Groups of files that import each other at run time, each as `a -> b -> a`. */
export function importCycles(sources: Sources): string[] {
  const edges = new Map([...sources].map(([file, source]) => [file, valueImports(file, source)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const seenAt = path.indexOf(file);
    if (seenAt >= 0) cycles.push([...path.slice(seenAt), file].join(" -> "));
    if (seenAt >= 0 || done.has(file)) return;
    for (const target of edges.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return cycles;
}

function valueImports(file: string, source: string): string[] {
  return importsOf(source)
    .filter((each) => !each.typeOnly)
    .map((each) => (each.specifier === undefined ? undefined : ownFile(file, each.specifier)))
    .filter((target) => target !== undefined);
}

const exemption = /biome-ignore|@ts-(?:ignore|expect-error|nocheck)|\bas any(?=[\s)\]};,.]*$|[)\];,.])|eslint-disable/;
const unrun = /\b(?:test|it|describe)\.(?:skip|only|todo|skipIf|todoIf|if)\b/;

/** Files over 300 lines, components over 200, checks switched off, tests that do not run. */
export function lapses(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) => {
    const lines = source.trimEnd().split("\n");
    const most = /^ui\/.*\.tsx$/.test(file) ? 200 : 300;
    const found = lines.length > most ? [`${file}: ${lines.length} lines, more than ${most}`] : [];
    for (const [index, line] of lines.entries()) {
      if (exemption.test(line)) found.push(`${file}:${index + 1}: switches a check off`);
      if (unrun.test(line)) found.push(`${file}:${index + 1}: a test that may not run`);
    }
    return found;
  });
}
