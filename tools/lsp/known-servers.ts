/** The language servers that are looked for. None is ever fetched: a project that has one, or a machine, is served. */

export interface ServerSpec {
  /** As sentences call it. */
  readonly name: string;
  /** A program by its name or absolute path, with arguments. */
  readonly command: readonly string[];
  /** With their dot. Of an extension, the first server of the table that is there is used. */
  readonly extensions: readonly string[];
  /** A directory with one of these is where the server is started: the nearest above the file, inside the workspace. */
  readonly rootMarkers: readonly string[];
  /** What the server is told at its start, and by section when it asks. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The outermost such directory in place of the nearest: the server knows all projects below it. */
  readonly outermost?: boolean;
  /** The program is a language server from this version of its npm package on. */
  readonly since?: { readonly package: string; readonly major: number };
}

const typescript = {
  extensions: [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"],
  rootMarkers: ["tsconfig.json", "jsconfig.json", "package.json"],
  outermost: true,
};
const python = {
  extensions: [".py", ".pyi"],
  rootMarkers: ["pyproject.toml", "pyrightconfig.json", "setup.py", "setup.cfg", "requirements.txt", "Pipfile"],
};
const c = {
  extensions: [".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".m", ".mm"],
  rootMarkers: ["compile_commands.json", "compile_flags.txt", ".clangd", "CMakeLists.txt", "Makefile", "meson.build"],
};
const ruby = { extensions: [".rb", ".rake", ".gemspec"], rootMarkers: ["Gemfile", ".ruby-version"] };
const php = { extensions: [".php"], rootMarkers: ["composer.json"] };
const elixir = { extensions: [".ex", ".exs"], rootMarkers: ["mix.exs"] };

export const knownServers: readonly ServerSpec[] = [
  {
    name: "typescript",
    command: ["tsc", "--lsp", "--stdio"],
    since: { package: "typescript", major: 7 },
    ...typescript,
  },
  { name: "tsgo", command: ["tsgo", "--lsp", "--stdio"], ...typescript },
  { name: "vtsls", command: ["vtsls", "--stdio"], ...typescript },
  { name: "typescript-language-server", command: ["typescript-language-server", "--stdio"], ...typescript },
  { name: "deno", command: ["deno", "lsp"], ...typescript, rootMarkers: ["deno.json", "deno.jsonc"] },
  { name: "basedpyright", command: ["basedpyright-langserver", "--stdio"], ...python },
  { name: "pyright", command: ["pyright-langserver", "--stdio"], ...python },
  { name: "ty", command: ["ty", "server"], ...python },
  { name: "pyrefly", command: ["pyrefly", "lsp"], ...python },
  { name: "pylsp", command: ["pylsp"], ...python },
  { name: "jedi", command: ["jedi-language-server"], ...python },
  { name: "ruff", command: ["ruff", "server"], ...python },
  { name: "gopls", command: ["gopls"], extensions: [".go"], rootMarkers: ["go.work", "go.mod"] },
  {
    name: "rust-analyzer",
    command: ["rust-analyzer"],
    extensions: [".rs"],
    rootMarkers: ["Cargo.toml"],
    outermost: true,
  },
  { name: "clangd", command: ["clangd"], ...c },
  {
    name: "lua",
    command: ["lua-language-server"],
    extensions: [".lua"],
    rootMarkers: [".luarc.json", ".luarc.jsonc", "stylua.toml", ".stylua.toml"],
  },
  { name: "ruby-lsp", command: ["ruby-lsp"], ...ruby },
  { name: "solargraph", command: ["solargraph", "stdio"], ...ruby },
  { name: "intelephense", command: ["intelephense", "--stdio"], ...php },
  { name: "phpactor", command: ["phpactor", "language-server"], ...php },
  {
    name: "jdtls",
    command: ["jdtls"],
    extensions: [".java"],
    rootMarkers: ["pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle"],
  },
  {
    name: "kotlin",
    command: ["kotlin-language-server"],
    extensions: [".kt", ".kts"],
    rootMarkers: ["build.gradle.kts", "build.gradle", "pom.xml"],
  },
  { name: "metals", command: ["metals"], extensions: [".scala", ".sc"], rootMarkers: ["build.sbt", "build.sc"] },
  { name: "bash", command: ["bash-language-server", "start"], extensions: [".sh", ".bash"], rootMarkers: [] },
  { name: "yaml", command: ["yaml-language-server", "--stdio"], extensions: [".yaml", ".yml"], rootMarkers: [] },
  {
    name: "json",
    command: ["vscode-json-language-server", "--stdio"],
    extensions: [".json", ".jsonc"],
    rootMarkers: ["package.json"],
  },
  {
    name: "css",
    command: ["vscode-css-language-server", "--stdio"],
    extensions: [".css", ".scss", ".less"],
    rootMarkers: ["package.json"],
  },
  { name: "html", command: ["vscode-html-language-server", "--stdio"], extensions: [".html"], rootMarkers: [] },
  { name: "svelte", command: ["svelteserver", "--stdio"], extensions: [".svelte"], rootMarkers: ["package.json"] },
  { name: "vue", command: ["vue-language-server", "--stdio"], extensions: [".vue"], rootMarkers: ["package.json"] },
  { name: "zls", command: ["zls"], extensions: [".zig", ".zon"], rootMarkers: ["build.zig"] },
  { name: "elixir-ls", command: ["elixir-ls"], ...elixir },
  { name: "lexical", command: ["lexical"], ...elixir },
  { name: "gleam", command: ["gleam", "lsp"], extensions: [".gleam"], rootMarkers: ["gleam.toml"] },
  {
    name: "haskell",
    command: ["haskell-language-server-wrapper", "--lsp"],
    extensions: [".hs", ".lhs"],
    rootMarkers: ["hie.yaml", "stack.yaml", "cabal.project"],
  },
  { name: "ocaml", command: ["ocamllsp"], extensions: [".ml", ".mli"], rootMarkers: ["dune-project"] },
  { name: "clojure", command: ["clojure-lsp"], extensions: [".clj", ".cljs", ".cljc"], rootMarkers: ["deps.edn"] },
  { name: "dart", command: ["dart", "language-server"], extensions: [".dart"], rootMarkers: ["pubspec.yaml"] },
  { name: "sourcekit", command: ["sourcekit-lsp"], extensions: [".swift"], rootMarkers: ["Package.swift"] },
  { name: "omnisharp", command: ["OmniSharp", "-lsp"], extensions: [".cs"], rootMarkers: ["global.json"] },
  { name: "terraform", command: ["terraform-ls", "serve"], extensions: [".tf"], rootMarkers: [".terraform"] },
  { name: "nixd", command: ["nixd"], extensions: [".nix"], rootMarkers: ["flake.nix"] },
];

/** Names that the protocol gives languages, where they are not the extension's own. */
const languages: Readonly<Record<string, string>> = {
  ".ts": "typescript",
  ".mts": "typescript",
  ".cts": "typescript",
  ".tsx": "typescriptreact",
  ".js": "javascript",
  ".mjs": "javascript",
  ".cjs": "javascript",
  ".jsx": "javascriptreact",
  ".py": "python",
  ".pyi": "python",
  ".rs": "rust",
  ".h": "c",
  ".cc": "cpp",
  ".cxx": "cpp",
  ".hh": "cpp",
  ".hpp": "cpp",
  ".hxx": "cpp",
  ".m": "objective-c",
  ".mm": "objective-cpp",
  ".rb": "ruby",
  ".rake": "ruby",
  ".gemspec": "ruby",
  ".kt": "kotlin",
  ".kts": "kotlin",
  ".sc": "scala",
  ".sh": "shellscript",
  ".bash": "shellscript",
  ".yml": "yaml",
  ".zon": "zig",
  ".ex": "elixir",
  ".exs": "elixir",
  ".hs": "haskell",
  ".lhs": "haskell",
  ".ml": "ocaml",
  ".mli": "ocaml",
  ".clj": "clojure",
  ".cljs": "clojure",
  ".cljc": "clojure",
  ".cs": "csharp",
  ".tf": "terraform",
};

export const languageOf = (extension: string) => languages[extension] ?? extension.slice(1);
