/** Everything a client may say to an agent, as types; `command-schema.ts` defines each. There is no other door. */
export type { Command, Policy, QueueId, SettingsPatch } from "./command-schema.ts";

/** How hard a model tries, from the least to the most. */
export const efforts = ["none", "min", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof efforts)[number];

/** Where a provider's key is looked up: in the environment, or in the credential file. */
export const keySources = ["env", "credentials"] as const;
export type KeySource = (typeof keySources)[number];
