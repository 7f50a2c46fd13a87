/** The page's start. */
import "./style/theme.css";
import "./style/base.css";
import "./style/buttons.css";
import "./style/frame.css";
import "./style/text.css";
import "./style/code.css";
import "./style/diff.css";
import "./style/ansi.css";
import "./style/transcript.css";
import "./style/event.css";
import "./style/call.css";
import "./style/call-body.css";
import "./style/data-table.css";
import "./style/places.css";
import "./style/result.css";
import "./style/graph.css";
import "./style/attachments.css";
import "./style/composer.css";
import "./style/plan.css";
import "./style/queue.css";
import "./style/completions.css";
import "./style/controls.css";
import "./style/header.css";
import "./style/popover.css";
import "./style/models.css";
import "./style/badge.css";
import "./style/menu.css";
import "./style/asks.css";
import "./style/side.css";
import "./style/fleet.css";
import "./style/timeline.css";
import "./style/sidebar.css";
import "./style/dialog.css";
import "./style/toasts.css";
import "./style/find.css";
import "./style/start.css";
import "@xterm/xterm/css/xterm.css";
import "./style/terminal.css";
import "./style/changes.css";
import "./style/files.css";
import "./style/device.css";
import { render } from "solid-js/web";
import { StoreContext } from "./state/context.ts";
import { LiveStore } from "./state/store.ts";
import { App } from "./view/app.tsx";

const root = document.getElementById("app");
if (root) {
  const url = `${location.origin.replace(/^http/, "ws")}/api/socket`;
  const store = new LiveStore(url);
  render(
    () => (
      <StoreContext.Provider value={store}>
        <App />
      </StoreContext.Provider>
    ),
    root,
  );
}
