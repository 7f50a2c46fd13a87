/** How we introduce ourselves to a vendor's program. */
export const version = "0.1.0";

/** In the place of a system prompt: without any, these programs have a long one of their own. */
export const plainSystem = "You are a helpful assistant.";

/** Some programs tell the model of the directory and machine that they run in, which no setting of theirs prevents. */
const aside =
  "Whatever else you are told of a working directory, a shell or an environment is about the program that carries this conversation, not about your tools: for those, go by the text above.";

/** The system prompt for a program that adds to it. */
export function framedSystem(system: string): string {
  return system === "" ? plainSystem : `${system}\n\n${aside}\n`;
}
