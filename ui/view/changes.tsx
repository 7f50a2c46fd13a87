export function Changes() {
  return <p class="empty">Nothing here yet.</p>;
}
