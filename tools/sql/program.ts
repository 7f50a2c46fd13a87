import { programBeside } from "../child.ts";

/** The program that queries. */
export const querier = programBeside(import.meta, "querier");
