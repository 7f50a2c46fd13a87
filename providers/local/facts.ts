/** What weights on the disk say of themselves, without being loaded. */

export interface Facts {
  readonly architecture: string;
  /** Absent where the files do not tell. */
  readonly parameters?: number;
  /** As references name it: `Q4_K_M`, `q4`. */
  readonly quant: string;
  /** Longest conversation that it was trained on, in tokens. */
  readonly trainedWindow?: number;
  /** Tokens that it knows. */
  readonly vocabulary: number;
  /** It brings a chat template of its own. */
  readonly template: boolean;
  /** `native`: calls tools as it was trained to; `guided`: is brought to it, see `guide.ts`. */
  readonly tools: "native" | "guided";
  /** Its thinking can be turned on and off. */
  readonly thinking: boolean;
  /** The window that it gets where nobody says, as far as the memory goes. */
  readonly window: number;
  /** Memory that it takes with a window, in bytes; at once, and rather too much. */
  roughBytes(window: number): Promise<number>;
  /** The same as it is counted before a load. Takes a moment. */
  bytes(window: number): Promise<number>;
}

/** What a model gets where nobody says, in tokens. */
export const usualWindow = 16_384;
