/** Holds what is sampled to a grammar: which tokens it allows next, by xgrammar (WebAssembly). Runs in a browser too. */
import type { CompiledGrammar, GrammarCompiler, TokenizerInfo } from "@mlc-ai/web-xgrammar";
import type { Words } from "./words.ts";

/** Follows one text through a grammar. */
export interface Matcher extends Disposable {
  /** A bit for each token that may come next. */
  allowed(): Promise<Int32Array>;
  /** A token came; whether the grammar allows another. */
  take(token: number): boolean;
}

export interface Grammars extends Disposable {
  /** A matcher at the start of a grammar in GBNF; undefined where xgrammar does not take the grammar. */
  start(grammar: string): Promise<Matcher | undefined>;
}

/** Compiled grammars that are kept; the tools of a conversation seldom change. */
const mostKept = 16;

interface Compiler {
  readonly info: TokenizerInfo;
  readonly compiler: GrammarCompiler;
}

export function createGrammars(words: Words): Grammars {
  let compiler: Promise<Compiler> | undefined;
  const known = new Map<string, Promise<CompiledGrammar | undefined>>();
  const forget = async (grammar: string) => {
    const made = known.get(grammar);
    known.delete(grammar);
    (await made)?.dispose();
  };
  const compile = async (grammar: string) => {
    compiler ??= createCompiler(words);
    try {
      return await (await compiler).compiler.compileGrammar(grammar);
    } catch {
      // Its WebAssembly aborts on a grammar that it cannot read; the answer is then checked instead of held.
      return undefined;
    }
  };
  return {
    async start(grammar) {
      const made = known.get(grammar) ?? compile(grammar);
      known.delete(grammar);
      known.set(grammar, made);
      const compiled = await made;
      const [oldest] = known.keys();
      if (known.size > mostKept && oldest !== undefined) await forget(oldest);
      return compiled && startMatcher(compiled, words);
    },
    [Symbol.dispose]() {
      const kept = [...known.keys()].map(forget);
      const made = compiler;
      compiler = undefined;
      void Promise.all(kept).then(async () => {
        const parts = await made;
        parts?.compiler.dispose();
        parts?.info.dispose();
      });
    },
  };
}

async function createCompiler({ texts, encoding, ends }: Words): Promise<Compiler> {
  const { GrammarCompiler, TokenizerInfo } = await import("@mlc-ai/web-xgrammar");
  const info = await TokenizerInfo.createTokenizerInfo([...texts], encoding, false, texts.length, [...ends]);
  return { info, compiler: await GrammarCompiler.createGrammarCompiler(info) };
}

async function startMatcher(compiled: CompiledGrammar, { ends }: Words): Promise<Matcher> {
  const { GrammarMatcher } = await import("@mlc-ai/web-xgrammar");
  const matcher = await GrammarMatcher.createGrammarMatcher(compiled, [...ends]);
  return {
    allowed: () => matcher.getNextTokenBitmask(),
    take: (token) => matcher.acceptToken(token) && !matcher.isTerminated(),
    [Symbol.dispose]: () => matcher.dispose(),
  };
}
