import { Database } from "bun:sqlite";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToolSettings } from "../../tools/settings.ts";
import { sqlTool } from "../../tools/sql.ts";
import { toolContract } from "./tool.ts";

function prepare(directory: string): void {
  using database = new Database(join(directory, "a.db"));
  database.run("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, cover BLOB)");
  database.run("INSERT INTO books VALUES (1, 'Emma', zeroblob(12345)), (2, 'NULL', NULL)");
  mkdirSync(join(directory, "some"));
  writeFileSync(join(directory, "a.txt"), "text\n");
}

toolContract(sqlTool({ settings: new ToolSettings(["Sql.timeoutMs=500"]) }), {
  prepare,
  works: [
    { file: "a.db" },
    { file: "a.db", query: "SELECT * FROM books" },
    { file: "a.db", query: "SELECT title FROM books WHERE id = ?", params: [1], limit: 1 },
  ],
  fails: [
    { file: "no/such\n\u001b[31mfile" },
    { file: "some" },
    { file: "a.txt" },
    { file: "\0" },
    { file: "a.db", query: "SELEC 1" },
    { file: "a.db", query: "DELETE FROM books" },
    { file: "a.db", query: "SELECT ?", params: [1, 2] },
  ],
  refused: [{}, { file: "" }, { file: "a", query: "" }, { file: "a", limit: 0 }, { file: "a", params: [{}] }],
  stuck: {
    file: "a.db",
    query: "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c",
  },
  large: {
    prepare: (directory) => {
      using database = new Database(join(directory, "long.db"));
      database.run(
        "CREATE TABLE t AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 9000) SELECT n, 'some words' AS words FROM c",
      );
    },
    args: { file: "long.db", query: "SELECT * FROM t", limit: 10_000 },
  },
});
