/** One local model: how large it is, whether it fits, where it is, and what becomes of it. */
import { Show } from "solid-js";
import { shownOrigin } from "../state/choose-model.ts";
import { useStore } from "../state/context.ts";
import { shownBytes, shownShare, shownSpeed } from "../state/format.ts";
import { type LocalRow, pulledShare } from "../state/local-list.ts";
import { plain } from "../state/plain.ts";
import { speeds } from "../state/speeds.ts";

export function LocalModel(props: {
  readonly row: LocalRow;
  readonly isSuggested: boolean;
  readonly pull: () => void;
  readonly cancel: () => void;
  readonly use: () => void;
}) {
  const store = useStore();
  const news = () => props.row.news;
  const isPulling = () => news()?.state === "pulling";
  const isInUse = () => {
    const origin = shownOrigin(store);
    return origin?.provider === "local" && (origin.model === props.row.name || origin.model === props.row.model?.path);
  };
  return (
    <section class="local-model" aria-label={props.row.name}>
      <div class="local-what">
        <strong class="cut">{plain(props.row.name)}</strong>
        <Show when={isInUse()}>
          <span class="model-mark small">in use</span>
        </Show>
        <Show when={props.isSuggested && !props.row.isHere}>
          <span class="model-mark small">fits this machine best</span>
        </Show>
        <p class="small dim">{aboutOf(props.row)}</p>
        <Show when={props.row.fits === false}>
          <p class="small warn">
            It asks for about {shownBytes(props.row.model?.memoryBytes ?? 0)} of memory, more than is free: it may not
            load, or slow this machine down.
          </p>
        </Show>
        <Show when={props.row.model?.path ?? undefined}>
          {(path) => <p class="small dim mono cut">{plain(path())}</p>}
        </Show>
      </div>
      <div class="local-do">
        <Show
          when={isPulling()}
          fallback={
            <Show
              when={props.row.isHere}
              fallback={
                <button type="button" class="outlined" onClick={() => props.pull()}>
                  {news()?.state === "failed" ? "Try again" : "Fetch"}
                </button>
              }
            >
              <button type="button" class="outlined" disabled={isInUse()} onClick={() => props.use()}>
                Use
              </button>
            </Show>
          }
        >
          <button type="button" class="outlined" onClick={() => props.cancel()}>
            Cancel
          </button>
        </Show>
      </div>
      <Show when={isPulling() && news()}>{(pulling) => <Progress news={pulling()} />}</Show>
      <Show when={news()?.state === "failed" && news()?.error}>
        {(error) => (
          <p class="small bad local-wide" role="alert">
            {plain([error().message, error().hint].filter(Boolean).join(" "))}
          </p>
        )}
      </Show>
      <Show when={news()?.state === "cancelled" && !props.row.isHere}>
        <p class="small dim local-wide">Cancelled; what came is kept, and the next fetch goes on from there.</p>
      </Show>
    </section>
  );
}

function aboutOf({ name, model, news, isHere }: LocalRow): string {
  const speed = speeds().get(name);
  const loaded = news?.state === "loaded" && `loaded, ${shownBytes(news.memoryBytes ?? 0)} in memory`;
  return [
    model && shownBytes(model.sizeBytes),
    loaded || placeOf(news?.state, isHere),
    model && !loaded && `asks for about ${shownBytes(model.memoryBytes)} of memory`,
    speed !== undefined && `last ${shownSpeed(speed)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function placeOf(state: NonNullable<LocalRow["news"]>["state"] | undefined, isHere: boolean): string {
  if (state === "pulling") return "on its way";
  if (state === "loading") return "being loaded";
  return isHere ? "on this machine" : "to be fetched";
}

function Progress(props: { readonly news: NonNullable<LocalRow["news"]> }) {
  const share = () => pulledShare(props.news);
  const label = () => `Fetching ${props.news.name}`;
  const words = () => {
    const { receivedBytes, totalBytes } = props.news;
    const of = totalBytes > 0 ? ` of ${shownBytes(totalBytes)}` : "";
    return receivedBytes > 0 ? `${shownBytes(receivedBytes)}${of}` : "Asking the hub…";
  };
  return (
    <div class="local-wide local-progress">
      <Show when={share() !== undefined} fallback={<progress aria-label={label()} />}>
        <progress aria-label={label()} max="1" value={share()} />
      </Show>
      <span class="small dim">
        {words()}
        <Show when={share()}>{(known) => <> · {shownShare(known())}</>}</Show>
      </span>
    </div>
  );
}
