export type PullOptions = {};
export async function pullModel(name: string | undefined, _o: PullOptions): Promise<string> {
  return name ?? "";
}
