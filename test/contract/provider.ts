/** The provider contract: what every adapter must do, whatever its wire. Each case also checks every request sent. */
import { answerCases } from "./provider-answers.ts";
import { failureCases } from "./provider-failures.ts";
import { faultCases } from "./provider-faults.ts";
import { historyCases } from "./provider-history.ts";
import type { Subject } from "./provider-rig.ts";

export type { AdapterOptions, Subject } from "./provider-rig.ts";

export function providerContract(name: string, subject: Subject): void {
  answerCases(name, subject);
  historyCases(name, subject);
  faultCases(name, subject);
  failureCases(name, subject);
}
