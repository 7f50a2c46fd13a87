/** SQLite files, opened so that nothing is written: not to the file, and no `-wal` or `-shm` file beside it. */
import { constants, Database } from "bun:sqlite";
import { closeSync, constants as copying, existsSync, openSync, readSync, statSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { maxCollectedChars } from "../output.ts";
import { showCell } from "./cell.ts";
import { type Answer, SqlProblem, type SqlRequest } from "./request.ts";
import { checkSqlite, oneStatement } from "./statement.ts";

/** Largest database that is copied to read it together with what its log holds. */
const maxCopyBytes = 1_000_000_000;
/** How long rows are counted for the schema. */
const countMs = 3_000;

export async function querySqlite(request: SqlRequest): Promise<Answer> {
  if (request.query !== undefined) checkSqlite(request.query);
  await using opened = await openReadOnly(request.path);
  const { database, note } = opened;
  for (const setting of ["query_only=ON", "trusted_schema=OFF", "temp_store=MEMORY", "busy_timeout=2000"]) {
    database.run(`PRAGMA ${setting}`);
  }
  const answer = request.query === undefined ? schemaOf(database) : rowsOf(database, request.query, request);
  return { ...answer, ...(note !== undefined && { note }) };
}

interface Opened extends AsyncDisposable {
  readonly database: Database;
  readonly note?: string;
}

/**
 * A database that keeps a log (WAL) is opened in place while another program has it open; where its log is empty it is read as
 * a file that does not change; where somebody left a log behind, a copy of both is read.
 */
async function openReadOnly(path: string): Promise<Opened> {
  const log = sizeOf(`${path}-wal`);
  if (!keepsLog(path) || (log > 0 && existsSync(`${path}-shm`)))
    return plain(new Database(path, { readonly: true, safeIntegers: true }));
  if (log === 0) return plain(immutable(path));
  if (sizeOf(path) + log > maxCopyBytes) {
    return { ...plain(immutable(path)), note: "Changes that are still in the -wal file are not seen." };
  }
  const place = await mkdtemp(join(tmpdir(), "sagent-sql-"));
  const copy = join(place, "copy.db");
  await copyFile(path, copy, copying.COPYFILE_FICLONE);
  await copyFile(`${path}-wal`, `${copy}-wal`, copying.COPYFILE_FICLONE);
  const { database } = plain(new Database(copy, { readwrite: true, create: false, safeIntegers: true }));
  return {
    database,
    async [Symbol.asyncDispose]() {
      database.close();
      await rm(place, { recursive: true, force: true });
    },
  };
}

function plain(database: Database): Opened {
  return { database, [Symbol.asyncDispose]: async () => database.close() };
}

function immutable(path: string): Database {
  const flags = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI;
  return new Database(`${pathToFileURL(path).href}?immutable=1`, flags);
}

function keepsLog(path: string): boolean {
  const file = openSync(path, "r");
  const head = Buffer.alloc(20);
  readSync(file, head, 0, 20, 0);
  closeSync(file);
  return head[18] === 2;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

type Table = Answer & { readonly type: "rows" | "schema" };

function rowsOf(database: Database, query: string, { params, limit }: Pick<SqlRequest, "params" | "limit">): Table {
  const statement = database.prepare<Record<string, unknown>, (string | number | boolean | null)[]>(query);
  if (statement.paramsCount !== params.length) {
    throw new SqlProblem(`The query has ${statement.paramsCount} parameters, and ${params.length} were given.`);
  }
  const names = statement.columnNames;
  if (names.length === 0) statement.run(...params);
  const columns = names.map((name) => showCell(name));
  const rows: string[][] = [];
  let chars = 0;
  for (const values of valuesOf(database, query, names, params)) {
    if (rows.length === limit || chars > maxCollectedChars) return { type: "rows", columns, rows, more: true };
    const row = values.map(showCell);
    chars += row.reduce((sum, cell) => sum + cell.length + 1, 0);
    rows.push(row);
  }
  return { type: "rows", columns, rows, more: false };
}

/** Rows one by one. They come by name, so columns of one name are told apart by a query around the query. */
function* valuesOf(
  database: Database,
  query: string,
  names: readonly string[],
  params: SqlRequest["params"],
): Generator<unknown[]> {
  if (names.length === 0) return;
  const aliases = new Set(names).size < names.length ? names.map((_, index) => `c${index}`) : undefined;
  const sql = aliases ? `WITH q(${aliases.join(", ")}) AS (\n${oneStatement(query)}\n) SELECT * FROM q` : query;
  const statement = database
    .prepare<Record<string, unknown>, (string | number | boolean | null)[]>(sql)
    .safeIntegers(true);
  for (const row of statement.iterate(...params)) yield (aliases ?? names).map((name) => row[name]);
}

/** Tables and views with their columns, indexes and numbers of rows. */
function schemaOf(database: Database): Table {
  const stopAt = performance.now() + countMs;
  const tables = database
    .prepare<{ name: string; type: string }, []>(
      "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .all();
  const rows = tables.flatMap(({ name, type }) => {
    const count = type === "view" || performance.now() > stopAt ? "" : countOf(database, name);
    return [
      [`${type} ${showCell(name)}${count}`],
      ...columnsOf(database, name),
      ...indexesOf(database, name),
      ...keysOf(database, name),
    ];
  });
  return { type: "schema", columns: [], rows, more: false };
}

function countOf(database: Database, table: string): string {
  try {
    const row = database.prepare<{ count: bigint }, []>(`SELECT count(*) AS count FROM ${quoted(table)}`).get();
    return row ? ` (${row.count} ${Number(row.count) === 1 ? "row" : "rows"})` : "";
  } catch {
    return " (cannot be read)";
  }
}

function columnsOf(database: Database, table: string): string[][] {
  const columns = database
    .prepare<
      { name: string; type: string; notnull: bigint; pk: bigint; dflt_value: string | null; hidden: bigint },
      [string]
    >("SELECT * FROM pragma_table_xinfo(?)")
    .all(table);
  return columns.map(({ name, type, notnull, pk, dflt_value, hidden }) => {
    const marks = [
      ...(type === "" ? [] : [type]),
      ...(Number(pk) > 0 ? ["PRIMARY KEY"] : []),
      ...(Number(notnull) > 0 ? ["NOT NULL"] : []),
      ...(dflt_value === null ? [] : [`DEFAULT ${dflt_value}`]),
      ...(Number(hidden) > 1 ? ["GENERATED"] : []),
    ];
    return [`  ${[showCell(name), ...marks].join(" ")}`];
  });
}

function indexesOf(database: Database, table: string): string[][] {
  const indexes = database
    .prepare<{ name: string; unique: bigint; columns: string | null }, [string]>(
      "SELECT l.name, l.\"unique\", (SELECT group_concat(i.name, ', ') FROM pragma_index_info(l.name) i) AS columns FROM pragma_index_list(?) l",
    )
    .all(table);
  return indexes.map(({ name, unique, columns }) => [
    `  ${Number(unique) > 0 ? "unique index" : "index"} ${showCell(name)} (${columns ?? "an expression"})`,
  ]);
}

function keysOf(database: Database, table: string): string[][] {
  const keys = database
    .prepare<{ from: string; table: string; to: string | null }, [string]>("SELECT * FROM pragma_foreign_key_list(?)")
    .all(table);
  return keys.map(({ from, table, to }) => [
    `  foreign key ${showCell(from)} -> ${showCell(table)}${to === null ? "" : `.${to}`}`,
  ]);
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
