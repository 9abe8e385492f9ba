import { html } from "hono/html";
import { type Html, layout, type Notice } from "./layout.ts";

/** Where people say who they are; `next` is where they go then. */
export function signInPage(next: string, notice?: Notice): Html {
  return layout(
    { title: "Sign in", ...(notice ? { notice } : {}) },
    html`
      <form method="post" action="/sign-in" class="sign-in">
        <input type="hidden" name="next" value="${next}">
        <label for="name">Name</label>
        <input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required
          autofocus>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required>
        <button>Sign in</button>
      </form>
    `,
  );
}
