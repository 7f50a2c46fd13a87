/** Everything a client may say to an agent, as types; `command-schema.ts` defines each. There is no other door. */
export type { Command, Policy, SettingsPatch } from "./command-schema.ts";
