/**
 * Every secret that this process has read of a credential file. None is forgotten: a token that was replaced in the
 * meantime may still be quoted by an error.
 */

/** Names by value, by path of the file. */
const seen = new Map<string, Map<string, string>>();

/** Notes a secret under the name that stands for it where it is quoted. */
export function noteSecret(path: string, name: string, value: string): void {
  const known = seen.get(path) ?? new Map<string, string>();
  seen.set(path, known.set(value, name));
}

/** The secrets of one file, as far as they were read. */
export function notedSecrets(path: string): { readonly name: string; readonly value: string }[] {
  return [...(seen.get(path) ?? [])].map(([value, name]) => ({ name, value }));
}
