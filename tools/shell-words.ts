/** Splits a shell command into words, for the few shapes that can be read without knowing what they expand to. */

/** One simple command: its name and arguments, quotes removed. */
export type Words = readonly string[];

/** Redirections that write nothing that could be missed: to the null device, or one output to the other. */
const harmlessRedirect = /(?:[12&]?>>?[ \t]*\/dev\/null|2>&1|1?>&2)(?=[\s;|&)]|$)/y;
const separator = /\|\||&&|\|&?|;|\n/y;
/** Characters that mean themselves outside quotes, or have a meaning only where they do not start a word. */
const plain = /[^\s'"\\$`|&;<>(){}*?[\]#!]+|(?<=\S)[*?[\]#!]+/y;
/** A dollar sign that expands to nothing. */
const literalDollar = /\$(?![\w{(@*#?$!'"-])/y;

/**
 * The simple commands of a list or pipeline, in order. Undefined for whatever needs a real shell to read: expansions,
 * substitutions, other redirections, background jobs, groups, loops, comments, globs at the start of a word.
 */
export function splitCommand(command: string): Words[] | undefined {
  const commands: string[][] = [[]];
  let at = 0;
  let word: string | undefined;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(command)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  while (at < command.length) {
    if (word === undefined && take(harmlessRedirect)) continue;
    if (take(/[ \t]+/y)) endWord();
    else if (take(separator)) {
      endWord();
      commands.push([]);
    } else if (take(/\\\n/y)) continue;
    else {
      const piece = quoted(take) ?? take(plain) ?? take(literalDollar);
      if (piece === undefined) return undefined;
      word = (word ?? "") + piece;
    }
  }
  endWord();
  return commands.filter((words) => words.length > 0);
}

/** Takes a quoted piece of a word; undefined if there is none, or none that can be read. */
function quoted(take: (pattern: RegExp) => string | undefined): string | undefined {
  const single = take(/'[^']*'/y);
  if (single !== undefined) return single.slice(1, -1);
  const escaped = take(/\\[^\n]/y);
  if (escaped !== undefined) return escaped.slice(1);
  const double = take(/"(?:[^"\\$`]|\\[\s\S]|\$(?![\w{(@*#?$!-]))*"/y);
  return double?.slice(1, -1).replace(/\\([\\"$`\n])/g, (_, char: string) => (char === "\n" ? "" : char));
}
