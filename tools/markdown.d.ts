/** A description beside its tool, imported as text. */
declare module "*.md" {
  const text: string;
  export default text;
}
