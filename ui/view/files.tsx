export function Files() {
  return <p class="empty">Nothing here yet.</p>;
}
