/** What went wrong with a vendor's program, in sentences. */
import { AuthError, type ProviderError, StreamInterruptedError } from "../../agent/provider-error.ts";
import { classify } from "../failure.ts";
import type { CliVendor } from "./vendors.ts";

/** The program ended, or cannot be understood; another one may do better. `complaints` is the end of its error output. */
export function programFailed({ label }: CliVendor, why: string, complaints = ""): ProviderError {
  const detail = complaints.trim() === "" ? why : `${why}. Its last words:\n${complaints}`;
  return new StreamInterruptedError({ provider: label, detail });
}

export function notLoggedIn({ label, login }: CliVendor, detail: string): ProviderError {
  const hint = login === undefined ? "Log in with the agent's own program, then try again." : `Log in first: ${login}`;
  return new AuthError({ provider: label, detail, hint });
}

const loginWords = /not logged in|please run \/login|log in again|authentication[_ ]failed|invalid authentication/i;

/** What the vendor's service told the program. */
export function serviceFailed(
  vendor: CliVendor,
  told: { readonly message: string; readonly code?: string | undefined; readonly status?: number | undefined },
): ProviderError {
  const { message, code, status } = told;
  if (status === 401 || loginWords.test(`${code} ${message}`)) return notLoggedIn(vendor, message);
  return classify({
    provider: vendor.label,
    body: code === undefined ? message : { code, message },
    status,
    begun: true,
  });
}
