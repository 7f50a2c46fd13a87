/** The provider contract: what every adapter must do, whatever its wire. Each case also checks every request sent. */
import { answerCases } from "./provider-answers.ts";
import { failureCases } from "./provider-failures.ts";
import { faultCases } from "./provider-faults.ts";
import { fieldCases } from "./provider-fields.ts";
import { fileCases } from "./provider-files.ts";
import { historyCases } from "./provider-history.ts";
import { phaseCases } from "./provider-phases.ts";
import { prefixCases } from "./provider-prefix.ts";
import type { Subject } from "./provider-rig.ts";

export type { Abilities, AdapterOptions, Subject } from "./provider-rig.ts";

export function providerContract(name: string, subject: Subject): void {
  answerCases(name, subject);
  historyCases(name, subject);
  prefixCases(name, subject);
  fileCases(name, subject);
  fieldCases(name, subject);
  faultCases(name, subject);
  phaseCases(name, subject);
  failureCases(name, subject);
}
