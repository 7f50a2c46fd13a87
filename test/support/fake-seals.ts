/** Signatures of thoughts: minted per model, checked when they come back. */

export interface Seals {
  /** Proof that `model` produced `content`; `chosen` is registered and used in its place. */
  mint(model: string, content: string, chosen?: string): string;
  /** Whether the fake issued this signature to this model for this content. */
  holds(model: string, content: string, signature: string): boolean;
}

const secret = "fake-provider";

/** Signatures made by one fake hold at another, so a test may restart it; chosen ones hold only where they were issued. */
export function createSeals(): Seals {
  const chosenOnes = new Set<string>();
  const seal = (model: string, content: string) =>
    new Bun.CryptoHasher("sha256", secret).update(JSON.stringify([model, content])).digest("base64");
  const key = (model: string, content: string, signature: string) => JSON.stringify([model, content, signature]);
  return {
    mint(model, content, chosen) {
      if (chosen === undefined) return seal(model, content);
      chosenOnes.add(key(model, content, chosen));
      return chosen;
    },
    holds: (model, content, signature) =>
      signature === seal(model, content) || chosenOnes.has(key(model, content, signature)),
  };
}
