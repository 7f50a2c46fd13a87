/** What the tools that reach other agents share. */
import { SagentError } from "../agent/error.ts";
import type { FleetPort } from "../agent/fleet-port.ts";
import type { ToolContext, ToolOutput } from "../agent/tool.ts";
import { failure } from "./output.ts";

type Act = (fleet: FleetPort) => Promise<ToolOutput> | ToolOutput;

/** Does something with the fleet; what it refuses becomes a failed result that says why. */
export async function withFleet({ fleet, signal }: ToolContext, act: Act): Promise<ToolOutput> {
  if (!fleet) return failure("There are no other agents: this one was made on its own.");
  if (signal.aborted) return failure("The call was stopped before anything was done.");
  try {
    return await act(fleet);
  } catch (error) {
    if (!(error instanceof SagentError)) throw error;
    return failure(error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
  }
}
