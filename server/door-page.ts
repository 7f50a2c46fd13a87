/** What a person sees who is not let in: one sentence, and on other machines a place for the secret. Loads nothing. */
import { contentPolicy, hashSource } from "./csp.ts";

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 18vh auto 0; padding: 0 1.5rem; }
h1 { font-size: 1.25rem; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem; }
label { flex-basis: 100%; }
input { flex: 1; min-width: 0; }
input, button { font: inherit; padding: 0.4rem 0.75rem; }
`;

const script = `
const form = document.querySelector("form");
const said = document.querySelector("output");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  said.textContent = "";
  const body = JSON.stringify({ secret: form.elements.secret.value });
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/api/login", { method: "POST", headers, body }).catch(() => undefined);
  if (answer && answer.ok) return location.replace("/");
  said.textContent = answer ? await answer.text() : "The server does not answer. Try again.";
});
`;

const form = `<form>
<label for="secret">The secret that the server was started with</label>
<input id="secret" name="secret" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
<p><output></output></p>
<script>${script}</script>`;

/** The page and the policy that lets it look as it does. `sentence` is ours, never a peer's. */
export function doorPage(sentence: string, withLogin: boolean): { html: string; policy: string } {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sagent</title>
<style>${style}</style>
<main>
<h1>sagent</h1>
<p>${sentence.replaceAll(/`([^`]*)`/g, "<code>$1</code>")}</p>
${withLogin ? form : ""}
</main>
</html>
`;
  const login = withLogin ? [`script-src ${hashSource(script)}`, "connect-src 'self'"] : [];
  return { html, policy: contentPolicy([`style-src ${hashSource(style)}`, ...login]) };
}
