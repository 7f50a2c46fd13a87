import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToolSettings } from "../../tools/settings.ts";
import { sqlTool } from "../../tools/sql.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

type Args = { query?: string; params?: (string | number | boolean | null)[]; limit?: number };
const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";

/** Asks a database in a directory. */
async function ask(directory: string, file: string, args: Args = {}, settings: string[] = []) {
  return await placeAt(directory).run(sqlTool({ settings: new ToolSettings(settings) }), { file, ...args });
}

function makeLibrary(path: string): void {
  using database = new Database(path);
  database.run("CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
  database.run(
    "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL DEFAULT 'none', by REFERENCES authors(id), cover BLOB)",
  );
  database.run("CREATE INDEX titles ON books (title, by)");
  database.run("CREATE VIEW short AS SELECT title FROM books");
  database.run("INSERT INTO authors VALUES (1, 'Jane')");
  database.run("INSERT INTO books VALUES (9223372036854775807, 'NULL', 1, NULL), (2, 'a\tb', 1, zeroblob(12345))");
}

test("without a query the schema is told", async () => {
  using dir = tempDir();
  makeLibrary(join(dir.path, "a.db"));
  expect(await ask(dir.path, "a.db")).toEqual({
    text: [
      "table authors (1 row)",
      "  id INTEGER PRIMARY KEY",
      "  name TEXT",
      "  unique index sqlite_autoindex_authors_1 (name)",
      "table books (2 rows)",
      "  id INTEGER PRIMARY KEY",
      "  title TEXT NOT NULL DEFAULT 'none'",
      "  by",
      "  cover BLOB",
      "  index titles (title, by)",
      "  foreign key by -> authors.id",
      "view short",
      "  title TEXT",
    ].join("\n"),
  });
});

test("rows keep what they are: large integers, NULL and the text NULL, blobs, reals, tabs, columns of one name", async () => {
  using dir = tempDir();
  makeLibrary(join(dir.path, "a.db"));
  expect((await ask(dir.path, "a.db", { query: "SELECT * FROM books ORDER BY id DESC" })).text).toBe(
    'id\ttitle\tby\tcover\n9223372036854775807\t"NULL"\t1\tNULL\n2\ta\\tb\t1\t<blob 12 kB>\n[2 rows]',
  );
  expect((await ask(dir.path, "a.db", { query: "SELECT 1 AS a, 2 AS a, 1.0, ''; -- ;" })).text).toBe(
    "a\ta\t1.0\t''\n1\t2\t1.0\t\"\"\n[1 row]",
  );
  expect((await ask(dir.path, "a.db", { query: "SELECT title FROM books WHERE id = ?;", params: [2] })).text).toBe(
    "title\na\\tb\n[1 row]",
  );
  expect((await ask(dir.path, "a.db", { query: "SELECT 1 AS one, 'x' AS two" })).details).toEqual({
    type: "custom",
    name: "table",
    data: { columns: ["one", "two"], rows: [["1", "x"]], note: "1 row" },
  });
  expect((await ask(dir.path, "a.db", { query: "SELECT id FROM books ORDER BY 1", limit: 1 })).text).toBe(
    "id\n2\n[The first 1 row; there are more. Narrow the query, or go on with LIMIT and OFFSET in it.]",
  );
});

test("nothing is written, however it is put", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.db");
  makeLibrary(path);
  const before = readFileSync(path);
  const writes = "The query would write, and this is read-only; nothing was changed. Use Bash with sqlite3 to write.";
  const other = join(dir.path, "other.db");
  const cases: [string, string][] = [
    ["INSERT INTO authors VALUES (5, 'x')", writes],
    ["CREATE TEMP TABLE t (a)", writes],
    ["WITH x AS (SELECT 1) DELETE FROM books", writes],
    ["INSERT INTO authors VALUES (5, 'x') RETURNING id", writes],
    [`VACUUM INTO '${other}'`, "VACUUM writes, and this is read-only."],
    [`/* a */ vacuum main INTO '${other}'`, "VACUUM writes, and this is read-only."],
    [`ATTACH '${other}' AS o`, "Other databases cannot be attached; query each by its own file."],
    [`EXPLAIN QUERY PLAN ATTACH '${other}' AS o`, "Other databases cannot be attached; query each by its own file."],
    ["SELECT 1; DROP TABLE books", "The query holds several statements; give them in calls of their own."],
    ["SELECT load_extension('x')", "SQLite said: not authorized."],
    [" ; -- nothing", "The query is empty."],
  ];
  for (const [query, text] of cases)
    expect([query, await ask(dir.path, "a.db", { query })]).toEqual([query, { text, isError: true }]);
  for (const query of ["PRAGMA query_only=OFF", "pragma main.journal_mode = wal", "EXPLAIN PRAGMA user_version"]) {
    const { text } = await ask(dir.path, "a.db", { query });
    expect(text).toMatch(/user_version$|^PRAGMA \w+ is not allowed, as it may change something|addr/);
  }
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(dir.path)).toEqual(["a.db"]);
});

test("a database with a log is read without a file beside it, and a log that was left behind is seen", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.db");
  const writer = new Database(path);
  writer.run("PRAGMA journal_mode=WAL");
  writer.run("CREATE TABLE t (a)");
  const open = await ask(dir.path, "a.db", { query: "SELECT count(*) AS n FROM t" });
  writer.run("INSERT INTO t VALUES (1)");
  mkdirSync(join(dir.path, "left"));
  for (const end of ["", "-wal"]) copyFileSync(`${path}${end}`, join(dir.path, "left", `b.db${end}`));
  writer.close();
  const closed = await ask(dir.path, "a.db", { query: "SELECT count(*) AS n FROM t" });
  const left = await ask(dir.path, "left/b.db", { query: "SELECT count(*) AS n FROM t" });
  expect([open.text, closed.text, left.text]).toEqual(["n\n0\n[1 row]", "n\n1\n[1 row]", "n\n1\n[1 row]"]);
  expect(readdirSync(join(dir.path, "left")).sort()).toEqual(["b.db", "b.db-wal"]);
  const known = readdirSync(dir.path).sort();
  chmodSync(dir.path, 0o500);
  expect((await ask(dir.path, "a.db", { query: "SELECT a FROM t" })).text).toBe("a\n1\n[1 row]");
  chmodSync(dir.path, 0o700);
  expect(readdirSync(dir.path).sort()).toEqual(known);
});

test("a query without an end is stopped by its time and by the call's end, and leaves no process", async () => {
  using dir = tempDir();
  makeLibrary(join(dir.path, "a.db"));
  const late = await ask(dir.path, "a.db", { query: endless }, ["Sql.timeoutMs=300"]);
  expect(late).toEqual({
    text: "The query took longer than 0.3 s and was stopped. Narrow it, e.g. with WHERE or LIMIT.",
    isError: true,
  });
  const place = placeAt(dir.path);
  const running = place.run(sqlTool(), { file: "a.db", query: endless });
  while (queriers() === 0) await Bun.sleep(5);
  place.stop.abort();
  expect(await running).toEqual({ text: "The query was stopped.", isError: true });
  expect(queriers()).toBe(0);
});

/** Querying programs that this process has running. */
function queriers(): number {
  const pids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "latin1").trim().split(" ");
  return pids.filter((pid) => pid !== "" && readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("querier")).length;
}

test("a file for DuckDB where there is none is told with how to get it", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a.csv"), "a,b\n1,2\n");
  const place = placeAt(dir.path, {}, { PATH: dir.path });
  const { text, isError } = await place.run(sqlTool(), { file: "a.csv", query: "SELECT * FROM data" });
  expect([isError, text]).toEqual([true, expect.stringContaining("not installed here. Install its program")]);
});

test("what is no database has a sentence of its own", async () => {
  using dir = tempDir();
  const at = (name: string) => join(dir.path, name);
  writeFileSync(at("empty.db"), "");
  writeFileSync(at("cut.db"), "SQLite format 3\0 and rubbish".repeat(9));
  writeFileSync(at("a.txt"), "text");
  symlinkSync("/dev/zero", at("zero.db"));
  await Bun.spawn(["mkfifo", at("pipe.db")]).exited;
  const cases: [string, string][] = [
    ["empty.db", `${at("empty.db")} is empty; it is no database yet.`],
    ["a.txt", `${at("a.txt")} is no database of a kind that is known here.`],
    ["zero.db", `${at("zero.db")} is not a regular file (a device, a pipe or a socket).`],
    ["pipe.db", `${at("pipe.db")} is not a regular file (a device, a pipe or a socket).`],
    ["emty.db", `Cannot read ${at("emty.db")}: it does not exist. Did you mean ${at("empty.db")}?`],
    ["cut.db", "The database is damaged, encrypted, or no SQLite database: file is not a database."],
  ];
  for (const [file, text] of cases) expect(await ask(dir.path, file)).toEqual({ text, isError: true });
});

test("a database that was left in the middle of a write is told of, and stays as it is", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.db");
  using writer = new Database(path);
  writer.run("CREATE TABLE t (a)");
  writer.run(
    "INSERT INTO t WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 3000) SELECT hex(n) FROM c",
  );
  writer.run("PRAGMA cache_size = 1");
  writer.run("BEGIN");
  writer.run("UPDATE t SET a = 'b'");
  for (const end of ["", "-journal"]) copyFileSync(`${path}${end}`, join(dir.path, `left.db${end}`));
  writer.run("ROLLBACK");
  const before = readFileSync(join(dir.path, "left.db"));
  expect(await ask(dir.path, "left.db", { query: "SELECT count(*) FROM t" })).toEqual({
    text: "The database was left in the middle of a write and has to be recovered first, which would write. Open it once with the program it belongs to.",
    isError: true,
  });
  expect(readFileSync(join(dir.path, "left.db")).equals(before)).toBe(true);
});
