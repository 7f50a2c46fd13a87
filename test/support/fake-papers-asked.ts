/** What a fake of a service for papers is asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: unknown;
  /** It knows nothing. */
  readonly isEmpty: boolean;
}

export const paperKeysHere = { s2: "s2-test-key", openalex: "openalex-test-key" };
