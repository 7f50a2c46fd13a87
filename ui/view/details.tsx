export function Details() {
  return <p class="empty">Nothing here yet.</p>;
}
