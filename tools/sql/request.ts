/** What Sql and the program that queries for it say to each other, as JSON. */

export type Engine = "sqlite" | "duckdb" | "parquet" | "csv" | "json";

export interface SqlRequest {
  readonly engine: Engine;
  /** Canonical. */
  readonly path: string;
  /** The schema where it is undefined. */
  readonly query?: string | undefined;
  readonly params: readonly (string | number | boolean | null)[];
  readonly limit: number;
}

export type Answer =
  | {
      readonly type: "rows" | "schema";
      /** None for a statement without a result. */
      readonly columns: readonly string[];
      /** Cells as they are shown, each on one line. */
      readonly rows: readonly (readonly string[])[];
      /** The query had more rows than were asked for. */
      readonly more: boolean;
      readonly note?: string | undefined;
    }
  /** A sentence. */
  | { readonly type: "problem"; readonly text: string };

/** Why a query is not run, or failed, as a sentence. */
export class SqlProblem extends Error {}
