/** Tells commands that surely only read from all others. */
import { splitCommand, type Words } from "./shell-words.ts";

/** Commands that write nothing whatever their arguments. */
const readers = new Set(
  (
    "arch b2sum basename cat cksum cmp comm cut df diff dirname du echo egrep expand expr false fgrep fold grep groups head " +
    "hexdump id join jq ls md5sum nl nproc od paste printenv ps pwd readlink realpath rev seq sha1sum sha256sum sha512sum " +
    "sleep stat strings tac tail test tr true tty type uname unexpand uptime wc which whoami"
  ).split(" "),
);

/** Commands that write, or run others, only when an argument matches. */
const guarded: Readonly<Record<string, RegExp>> = {
  date: /^(?!\+)/,
  fd: /^(-[^-]*[xX]|--exec)/,
  fdfind: /^(-[^-]*[xX]|--exec)/,
  find: /^-(delete|exec|execdir|ok|okdir|fls|fprint|fprint0|fprintf)$/,
  printf: /^-v/,
  rg: /^--(pre|hostname-bin)/,
  sort: /^(-[^-]*o|--o|--c)/,
  tree: /^(-[^-]*[oR]|--output)/,
};

/** Subcommands of git that only read, but for the options below. */
const gitReaders = new Set(
  (
    "blame cat-file count-objects describe diff diff-tree for-each-ref grep log ls-files ls-tree merge-base name-rev " +
    "rev-list rev-parse shortlog show show-ref status whatchanged"
  ).split(" "),
);
const gitWriting = /^(-O|--op|--ou)/;
/** Subcommands of git that read when they have these arguments only. */
const gitListing: Readonly<Record<string, RegExp>> = {
  branch: /^(-a|-r|-v|-vv|--all|--remotes|--list|--show-current)$/,
  remote: /^(-v|--verbose)$/,
  stash: /^list$/,
  tag: /^(-l|--list)$/,
};

/**
 * Whether a command surely writes no file and changes no state, so that it may run beside others. Anything that is not
 * understood counts as a writer.
 */
export function isReadOnly(command: string): boolean {
  const commands = splitCommand(command);
  return commands !== undefined && commands.length > 0 && commands.every(readsOnly);
}

function readsOnly([name = "", ...args]: Words): boolean {
  if (readers.has(name)) return true;
  const writes = Object.hasOwn(guarded, name) ? guarded[name] : undefined;
  if (writes) return !args.some((arg) => writes.test(arg));
  if (name === "sed") return printsLines(args);
  return name === "git" && gitReads(args);
}

/** `sed -n 10,20p file`, the one use of sed that is both common and easy to prove. */
function printsLines([flag, script = "", ...files]: Words): boolean {
  const prints = /^(\d+|\$)(,(\d+|\$))?p(; *(\d+|\$)(,(\d+|\$))?p)*$/;
  return flag === "-n" && prints.test(script) && !files.some((file) => file.startsWith("-"));
}

function gitReads(args: Words): boolean {
  const rest = [...args];
  while (rest[0] === "--no-pager" || rest[0] === "-C") rest.splice(0, rest[0] === "-C" ? 2 : 1);
  const [subcommand = "", ...options] = rest;
  if (gitReaders.has(subcommand)) return !options.some((option) => gitWriting.test(option));
  const listing = Object.hasOwn(gitListing, subcommand) ? gitListing[subcommand] : undefined;
  if (!listing) return false;
  return options.every((option) => listing.test(option)) && (subcommand !== "stash" || options.length > 0);
}
