export function FleetTab() {
  return <p class="empty">Nothing here yet.</p>;
}
