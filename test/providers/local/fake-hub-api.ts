/** The hub's interface for models: it finds, sorts, and tells only the fields that it was asked for, as the real one does. */

export interface FakeModel {
  readonly id: string;
  readonly downloads: number;
  readonly likes: number;
  readonly lastModified: string;
  readonly gated: false | "auto" | "manual";
  /** `gguf` and `onnx` among them are what it is filtered by. */
  readonly tags: readonly string[];
  readonly siblings: readonly { readonly rfilename: string; readonly size: number; readonly sha256?: string }[];
}

interface Told {
  readonly status: number;
  readonly body: unknown;
}

/** Undefined for an address that is none of the interface. */
export function askApi({ pathname, searchParams }: URL, models: readonly FakeModel[]): Told | undefined {
  if (pathname === "/api/models") return search(searchParams, models);
  const [, repo, revision] = /^\/api\/models\/([^/]+\/[^/]+)(?:\/revision\/([^/]+))?$/.exec(pathname) ?? [];
  if (repo === undefined) return undefined;
  const model = revision === undefined ? models.find(({ id }) => id === repo) : undefined;
  // Of what is not there the hub says that one may not see it.
  if (!model) return { status: 401, body: { error: "Invalid username or password." } };
  const blobs = searchParams.get("blobs") === "true";
  const siblings = model.siblings.map(({ rfilename, size, sha256 }) => ({
    rfilename,
    ...(blobs ? { size, ...(sha256 ? { lfs: { sha256, size, pointerSize: 135 } } : {}) } : {}),
  }));
  return { status: 200, body: { ...model, siblings } };
}

const expandable = ["downloads", "likes", "lastModified", "gated", "tags", "siblings", "createdAt", "private"];

function search(asked: URLSearchParams, models: readonly FakeModel[]): Told {
  const fields = asked.getAll("expand[]");
  const unknown = fields.find((field) => !expandable.includes(field));
  if (unknown !== undefined) return { status: 400, body: { error: `"expand" must be one of ${expandable}` } };
  const words = (asked.get("search") ?? "").toLowerCase().split(/\s+/);
  const filter = asked.get("filter");
  const found = models
    .filter(({ id }) => words.every((word) => id.toLowerCase().includes(word)))
    .filter(({ tags }) => filter === null || tags.includes(filter))
    .toSorted((a, b) => (asked.get("sort") === "downloads" ? b.downloads - a.downloads : 0))
    .slice(0, Number(asked.get("limit") ?? 1_000));
  const body = found.map((model) => {
    const kept = Object.entries(model).filter(([field]) => field === "id" || fields.includes(field));
    return Object.fromEntries(kept);
  });
  return { status: 200, body };
}
