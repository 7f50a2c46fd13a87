/** Tables, struck words and task lists; the package carries no types. */
declare module "turndown-plugin-gfm" {
  export const gfm: import("turndown").Plugin;
}
