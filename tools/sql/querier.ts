/** The program that queries for Sql: one request in, one answer out. It is killed where a query does not end. */
import { SQLiteError } from "bun:sqlite";
import { messageOf } from "../../agent/error.ts";
import { queryDuckdb } from "./duckdb.ts";
import { type Answer, SqlProblem, type SqlRequest } from "./request.ts";
import { querySqlite } from "./sqlite.ts";

const request: SqlRequest = await Bun.stdin.json();
await Bun.write(Bun.stdout, JSON.stringify(await answer(request)));
process.exit(0);

async function answer(request: SqlRequest): Promise<Answer> {
  try {
    return request.engine === "sqlite" ? await querySqlite(request) : await queryDuckdb(request);
  } catch (error) {
    return { type: "problem", text: sentence(error) };
  }
}

function sentence(error: unknown): string {
  if (error instanceof SqlProblem) return error.message;
  if (!(error instanceof SQLiteError)) return `The query could not be run: ${messageOf(error)}.`;
  if (error.code?.startsWith("SQLITE_READONLY_")) {
    return "The database was left in the middle of a write and has to be recovered first, which would write. Open it once with the program it belongs to.";
  }
  switch (error.code?.split("_").slice(0, 2).join("_")) {
    case "SQLITE_READONLY":
      return "The query would write, and this is read-only; nothing was changed. Use Bash with sqlite3 to write.";
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return `The database is damaged, encrypted, or no SQLite database: ${error.message}.`;
    case "SQLITE_BUSY":
      return "The database is locked by another program that writes to it. Ask again later.";
    case "SQLITE_NOMEM":
      return "The query took too much memory. Narrow it, e.g. with WHERE or LIMIT.";
    default:
      return `SQLite said: ${error.message}.`;
  }
}
