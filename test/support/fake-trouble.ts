/** What a service on this machine answers that is in trouble, whichever it is. */

export type Trouble = "down" | "page" | "cut" | "loop" | "elsewhere" | "slow";

/** `cut` is the start of an answer, which breaks off there; `self` the path that was asked for. */
export function troubled(trouble: Trouble, cut: string, self: string): Response | Promise<Response> {
  const redirect = (location: string) => new Response(null, { status: 302, headers: { location } });
  switch (trouble) {
    case "down":
      return new Response("<html>bad gateway</html>", { status: 502, headers: { "content-type": "text/html" } });
    case "page":
      return new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } });
    case "cut":
      return new Response(cut, { headers: { "content-type": "application/json" } });
    case "loop":
      return redirect(self);
    case "elsewhere":
      return redirect("http://127.0.0.1:1/steal");
    case "slow":
      return new Promise(() => {});
  }
}
