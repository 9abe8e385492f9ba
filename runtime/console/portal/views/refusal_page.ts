import { html } from "hono/html";
import { type Html, layout } from "./layout.ts";

/** A page for what is not done. */
export function refusalPage(says: string): Html {
  return layout(
    { title: "Not done", notice: { kind: "bad", says } },
    html`<p><a href="/">Documents to review</a></p>`,
  );
}
