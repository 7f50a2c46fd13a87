/** Questions to a person: their types, and what fits as an answer. `ask-schema.ts` has the schemas. Browser-safe. */
import type { Answer, Ask, AskId } from "./ask-schema.ts";
import type { CallId } from "./message.ts";

export type { Answer, Ask, AskId, Scope } from "./ask-schema.ts";

/** A question that waits for a person. */
export interface OpenAsk {
  readonly askId: AskId;
  readonly ask: Ask;
  /** The call that asks. */
  readonly call?: CallId;
  /** Unix time in ms. */
  readonly at: number;
}

/** Why the answer does not fit, as a sentence; undefined where it does. */
export function misfit(ask: Ask, answer: Answer): string | undefined {
  switch (answer.type) {
    case "allow":
      if (ask.type !== "permission") return "This is a question; it is answered with a choice or a text.";
      return ask.scopes.includes(answer.scope)
        ? undefined
        : `"${answer.scope}" is not offered: ${ask.scopes.join(", ")}.`;
    case "deny":
      return ask.type === "permission" ? undefined : "This is a question; it is answered with a choice or a text.";
    case "text":
      if (ask.type !== "question") return "This asks for permission; it is answered with allow or deny.";
      if (!ask.allowText) return `This takes one of its choices: ${labelsOf(ask)}.`;
      return answer.text.trim() === "" ? "The text is empty." : undefined;
    case "choice":
      if (ask.type !== "question") return "This asks for permission; it is answered with allow or deny.";
      return misfitChoice(ask, answer);
  }
}

type Question = Extract<Ask, { type: "question" }>;

function misfitChoice(ask: Question, { labels, text }: Extract<Answer, { type: "choice" }>): string | undefined {
  const unknown = labels.find((label) => !ask.choices.some((choice) => choice.label === label));
  if (unknown !== undefined) return `"${unknown}" is not among the choices: ${labelsOf(ask)}.`;
  if (labels.length === 0) return "Nothing is chosen.";
  if (new Set(labels).size < labels.length) return "A choice is there twice.";
  if (labels.length > 1 && !ask.multiple) return "Only one may be chosen.";
  return text && !ask.allowText ? "This takes no text beside the choice." : undefined;
}

const labelsOf = ({ choices }: Question) => choices.map(({ label }) => label).join(", ") || "none";
