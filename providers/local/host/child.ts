/** The program of the child that runs local models; `process.ts` starts it. */
import { createEngines } from "../engines.ts";
import { serveParent } from "./serve.ts";

serveParent(createEngines);
