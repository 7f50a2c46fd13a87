/** Providers that plug-ins add: described, or objects of their own that make models. */
import type { Provider } from "../agent/model.ts";
import type { UserModels } from "../providers/user-models.ts";
import type { UserProvider } from "../providers/user-models-schema.ts";

/** By the name that users type. */
export type PluggedProviders = Readonly<Record<string, UserProvider | Provider>>;

export function isProvider(value: unknown): value is Provider {
  return typeof value === "object" && value !== null && "model" in value && typeof value.model === "function";
}

/** Nobody dials it: the object makes the models. */
const ownAddress = "http://plug-in.invalid/";

/** A person's own words on a provider count before a plug-in's. */
export function withPlugged(user: UserModels, plugged: PluggedProviders): UserModels {
  const told = Object.entries(plugged).map(([name, each]) => [
    name,
    isProvider(each) ? { label: `The plug-in's provider ${name}`, baseUrl: ownAddress } : each,
  ]);
  return { ...user, providers: { ...Object.fromEntries(told), ...user.providers } };
}
