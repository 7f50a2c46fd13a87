/** DuckDB's own files, and Parquet, CSV and JSON files as one table, by the `duckdb` program where it is installed. */
import { showCell } from "./cell.ts";
import { type Answer, SqlProblem, type SqlRequest } from "./request.ts";
import { oneStatement } from "./statement.ts";

const schemaQuery = `SELECT t.table_name AS "table", t.estimated_size AS "rows", c.column_name AS "column", c.data_type AS "type"
  FROM duckdb_tables() t JOIN duckdb_columns() c USING (table_oid) WHERE NOT t.internal ORDER BY 1, c.column_index`;

const maxOutputBytes = 20_000_000;

/** Throws `SqlProblem`, also where there is no DuckDB here. */
export async function queryDuckdb({ engine, path, query, params, limit }: SqlRequest): Promise<Answer> {
  const program = Bun.which("duckdb");
  if (program === null) {
    throw new SqlProblem(
      `This is a file for DuckDB, which is not installed here. Install its program (https://duckdb.org/docs/installation, or "pip install duckdb-cli") and ask again.`,
    );
  }
  if (params.length > 0) throw new SqlProblem("DuckDB takes no params here; write the values in the query.");
  const isOwn = engine === "duckdb";
  const schema = isOwn ? schemaQuery : "DESCRIBE data";
  const wanted = query === undefined ? schema : oneStatement(query);
  const from = `FROM (\n${wanted}\n) LIMIT ${query === undefined ? 10_000 : limit + 1}`;
  const sql = [
    "SET memory_limit = '512MB'; SET threads = 2; SET temp_directory = '';",
    ...(isOwn
      ? []
      : [`CREATE VIEW data AS FROM ${reader(engine)}(${literal(path)});`, `SET allowed_paths = [${literal(path)}];`]),
    "SET enable_external_access = false; SET lock_configuration = true;",
    `SELECT COLUMNS(*)::VARCHAR ${from};`,
  ].join("\n");
  const argv = [program, "-no-init", "-json", ...(isOwn ? ["-readonly", path] : [":memory:"]), "-c", sql];
  return tableOf(await run(argv), query === undefined ? 10_000 : limit);
}

function reader(engine: SqlRequest["engine"]): string {
  return engine === "parquet" ? "read_parquet" : engine === "csv" ? "read_csv" : "read_json";
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

async function run(argv: readonly string[]): Promise<string> {
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [output, errors, code] = await Promise.all([
    textOf(child.stdout, () => child.kill("SIGKILL")),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (output === undefined) throw new SqlProblem("The result is too large. Ask for fewer columns, or shorten them.");
  if (code === 0 && errors.trim() === "") return output;
  throw new SqlProblem(`DuckDB said: ${errors.trim().slice(0, 1_000)}`);
}

async function textOf(stream: ReadableStream<Uint8Array>, stop: () => void): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > maxOutputBytes) {
      stop();
      return undefined;
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function tableOf(output: string, limit: number): Answer {
  const found: unknown = output.trim() === "" ? [] : JSON.parse(output);
  const records = Array.isArray(found)
    ? found.filter((row): row is object => typeof row === "object" && row !== null)
    : [];
  const columns = Object.keys(records[0] ?? {});
  const rows = records.slice(0, limit).map((record) => Object.values(record).map(showCell));
  return { type: "rows", columns: columns.map(showCell), rows, more: records.length > limit };
}
