/** Where in a project a file stands. */

/** Tests, examples and what belongs to others: not what the program is made of. */
export function isAside(path: string): boolean {
  return aside.test(path);
}

const aside =
  /(?:^|\/)(?:tests?|__tests__|specs?|testdata|fixtures?|examples?|bench(?:mark)?s?|docs?|vendor|third_party)\/|[._](?:test|spec)\.\w+$|(?:^|\/)test_/i;
