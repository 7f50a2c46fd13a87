export function Terminal() {
  return <p class="empty">Nothing here yet.</p>;
}
