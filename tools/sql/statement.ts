/** What a query is, by its words: comments and quoted text aside. */
import { SqlProblem } from "./request.ts";

const tokens =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|;|\w+|[\s\S]/g;
const nothing = /^(?:\s|--|\/\*)/;

/** Pragmas that only tell. */
const tellingPragmas = new Set(
  (
    "application_id collation_list compile_options database_list encoding foreign_key_check foreign_key_list freelist_count " +
    "function_list index_info index_list index_xinfo integrity_check module_list page_count page_size pragma_list quick_check " +
    "schema_version table_info table_list table_xinfo user_version"
  ).split(" "),
);

interface Statement {
  readonly words: readonly string[];
  /** Without its ending `;` and what follows. */
  readonly text: string;
}

/** The one statement that a query is. Throws `SqlProblem` for none or several. */
function readStatement(query: string): Statement {
  const all = [...query.matchAll(tokens)].filter(([token]) => !nothing.test(token));
  const end = all.findIndex(([token]) => token === ";");
  const words = (end < 0 ? all : all.slice(0, end)).map(([token]) => token);
  if (words.length === 0) throw new SqlProblem("The query is empty.");
  if (end >= 0 && all.slice(end).some(([token]) => token !== ";")) {
    throw new SqlProblem("The query holds several statements; give them in calls of their own.");
  }
  return { words, text: query.slice(0, all[end]?.index) };
}

/**
 * Throws `SqlProblem` for what a read-only connection does not refuse by itself but reaches beyond the file: attaching others,
 * copying the database, settings of the connection.
 */
export function checkSqlite(query: string): void {
  const words = readStatement(query).words.filter(
    (word, index) => index > 2 || !/^(?:explain|query|plan)$/i.test(word),
  );
  const [first = "", second = "", dot, third = ""] = words.map((word) => word.toLowerCase());
  if (first === "attach" || first === "detach")
    throw new SqlProblem("Other databases cannot be attached; query each by its own file.");
  if (first === "vacuum") throw new SqlProblem("VACUUM writes, and this is read-only.");
  const name = dot === "." ? third : second;
  if (first === "pragma" && !tellingPragmas.has(name.replace(/["'`[\]]/g, ""))) {
    throw new SqlProblem(
      `PRAGMA ${name} is not allowed, as it may change something. Allowed are ${[...tellingPragmas].join(", ")}.`,
    );
  }
}

/** A query without its ending `;`, so that another can stand around it. Throws `SqlProblem` for none or several statements. */
export function oneStatement(query: string): string {
  return readStatement(query).text;
}
