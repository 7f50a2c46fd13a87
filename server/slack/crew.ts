/** The agents of the service: made from personas, children of the session's root that stay. Without personas the root is the only one. */
import type { Agent } from "../../agent/agent.ts";
import { ConfigError, UsageError } from "../../agent/error.ts";
import type { Fleet } from "../../agent/fleet.ts";
import type { Journal } from "./journal.ts";
import { channelName, type Office } from "./office.ts";
import type { Persona } from "./personas.ts";

export interface CrewOptions {
  readonly fleet: Fleet;
  readonly root: Agent;
  readonly journal: Journal;
  readonly office: Office;
  /** By name; none where the root is to answer. */
  readonly personas: ReadonlyMap<string, Persona>;
  /** Channels of logs are called so and then as their agents. */
  readonly logPrefix: string;
  readonly note: (words: string) => void;
}

export class Crew {
  readonly #options: CrewOptions;
  #making: Promise<unknown> = Promise.resolve();

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** Those who came back with the session are there already; personas that no agent was ever made of get one. */
  async gather(): Promise<void> {
    const { root, journal, personas, note } = this.#options;
    if (personas.size === 0) {
      if (!journal.agents.has(root.label)) await this.#settle(root.label, "");
      return;
    }
    const used = new Set([...journal.agents.values()].map(({ persona }) => persona));
    for (const { name } of personas.values()) {
      if (used.has(name)) continue;
      try {
        await this.create(name, name);
      } catch (error) {
        if (!(error instanceof ConfigError || error instanceof UsageError)) throw error;
        note(`There is no agent of the persona ${name}: ${error.message}`);
      }
    }
  }

  /** The living, oldest first. */
  get all(): readonly { readonly label: string; readonly persona: string; readonly logChannel: string | undefined }[] {
    const { journal } = this.#options;
    return [...journal.agents]
      .filter(([label]) => this.get(label) !== undefined)
      .map(([label, { persona, channel }]) => ({ label, persona, logChannel: channel }));
  }

  /** Undefined for one that is gone. */
  get(label: string): Agent | undefined {
    return this.#options.journal.agents.has(label) ? this.#options.fleet.get(label) : undefined;
  }

  /** The agent of the service that an agent is, or is below; by its path from the root. */
  ownerOf(path: string): string | undefined {
    return path.split("/").findLast((label) => this.get(label) !== undefined);
  }

  /** Resolves to its label. Throws `UsageError` for a persona that is not there or a label that is taken. */
  create(persona: string, label: string): Promise<string> {
    const made = this.#making.then(() => this.#create(persona, label));
    this.#making = made.catch(() => {});
    return made;
  }

  /** Throws `UsageError` for one that is not there. */
  async stop(label: string): Promise<void> {
    const { fleet, root } = this.#options;
    const names = this.all.map((each) => each.label).join(", ");
    if (!this.get(label)) throw new UsageError(`There is no agent ${label}; there are: ${names || "none"}.`);
    if (label === root.label) throw new UsageError(`${label} is the only agent; to stop it, end sagent.`);
    await fleet.get(label)?.close();
  }

  async #create(name: string, label: string): Promise<string> {
    const { fleet, root, personas } = this.#options;
    const persona = personas.get(name);
    if (!persona) {
      const names = [...personas.keys()].join(", ");
      throw new UsageError(
        `There is no persona ${name}; ${names === "" ? "sagent was started without any" : `there are: ${names}`}.`,
      );
    }
    if (fleet.get(label)) throw new UsageError(`There is an agent ${label} already.`);
    let made = label;
    using _ = fleet.subscribe((event) => {
      if (event.type === "spawned" && event.agent === root.label) made = event.child;
    });
    const call = { callId: "c0" as const, signal: new AbortController().signal, progress: () => {} };
    await fleet.spawn(root.label, { ...persona.request, label, prompt: "" }, call);
    await this.#settle(made, name);
    return made;
  }

  async #settle(agent: string, persona: string): Promise<void> {
    const { office, journal, logPrefix } = this.#options;
    const channel = await office.channel(channelName(logPrefix + agent));
    await journal.write({ type: "agent", agent, persona, channel });
  }
}
