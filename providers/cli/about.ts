/** How we introduce ourselves to a vendor's program. */
export const version = "0.1.0";

/** In the place of a system prompt: without any, these programs have a long one of their own. */
export const plainSystem = "You are a helpful assistant.";
