/** The start of an exported session: the page is one file that holds its data and reaches nothing else. */
import "./style/theme.css";
import "./style/base.css";
import "./style/buttons.css";
import "./style/text.css";
import "./style/code.css";
import "./style/diff.css";
import "./style/ansi.css";
import "./style/transcript.css";
import "./style/event.css";
import "./style/call.css";
import "./style/call-body.css";
import "./style/data-table.css";
import "./style/graph.css";
import "./style/attachments.css";
import "./style/badge.css";
import "./style/toasts.css";
import "./style/replay.css";
import { render } from "solid-js/web";
import { type Recording, recordingId, recordingVersion } from "./state/recording.ts";
import { ReplayPage } from "./view/replay.tsx";

const root = document.getElementById("root");
if (root) {
  const recording = JSON.parse(document.getElementById(recordingId)?.textContent ?? "{}") as Recording;
  if (recording.version === recordingVersion) render(() => <ReplayPage recording={recording} />, root);
  else root.textContent = "This file was made by another version of sagent, and this page cannot show it.";
}
