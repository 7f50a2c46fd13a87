/** Linear's GraphQL API: https://linear.app/developers/graphql. Errors come with a status of success too, or with 400. */
import { fieldOf, listAt } from "../search/engine.ts";
import { Service, ServiceError } from "../web/service.ts";

export interface LinearOptions {
  readonly key: string;
  /** Of the GraphQL endpoint; Linear's own where absent. */
  readonly url?: string | undefined;
}

export class Linear {
  readonly #service: Service;

  constructor({ key, url = "https://api.linear.app/graphql" }: LinearOptions) {
    this.#service = new Service({ name: "Linear", baseUrl: url, headers: { authorization: key } });
  }

  /** The data of a query. Throws `ServiceError`, for errors that come with data too: half an answer is none. */
  async ask(query: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown> {
    const answer = await this.#service.fetch({
      path: "",
      json: { query, variables },
      accept: [400, 401],
      once: query.startsWith("mutation"),
      signal,
    });
    const body = this.#service.parse(answer);
    const [error] = listAt(body, "errors");
    if (error !== undefined) throw new ServiceError(sentence(error, answer.headers), { status: answer.status });
    const data = fieldOf(body, "data");
    if (answer.status < 400 && typeof data === "object" && data !== null) return data;
    throw new ServiceError(`Linear answered with status ${answer.status} and no data.`, { status: answer.status });
  }
}

function sentence(error: unknown, headers: Headers): string {
  const extensions = fieldOf(error, "extensions");
  const said = text(extensions, "userPresentableMessage") || text(error, "message") || "It does not say why.";
  switch (text(extensions, "code")) {
    case "RATELIMITED":
      return `Linear limits how often it is asked${whenReset(headers)}. Ask for less, or later.`;
    case "AUTHENTICATION_ERROR":
      return "Linear does not take the key. Set LINEAR_API_KEY to a personal API key (lin_api_…) of Settings, Security & access.";
    case "FORBIDDEN":
      return `The key may not do that in Linear: ${said}`;
    default:
      return `Linear refused: ${said}`;
  }
}

/** The headers name a time in ms. */
function whenReset(headers: Headers): string {
  const names = ["requests", "complexity", "endpoint-requests"].map((name) => `x-ratelimit-${name}`);
  const spent = names.find((name) => headers.get(`${name}-remaining`) === "0");
  const resetAt = Number(headers.get(`${spent ?? names[0]}-reset`) ?? Number.NaN);
  return Number.isFinite(resetAt) && resetAt > 0 ? `, until ${new Date(resetAt).toISOString().slice(0, 16)}Z` : "";
}

/** A field that holds a text; empty where it does not. */
export function text(value: unknown, ...path: readonly string[]): string {
  const found = path.reduce((inner, name) => fieldOf(inner, name), value);
  return typeof found === "string" ? found : "";
}
