import { html, raw } from "hono/html";

/** HTML in which everything that was filled in is escaped. */
export type Html = ReturnType<typeof html>;

/** Who looks at a page. */
export interface Reader {
  readonly name: string;
  /** Goes with everything that changes something. */
  readonly token: string;
  /** True where this person may decide. */
  readonly decides: boolean;
}

/** Something a person is told at the top of a page. */
export interface Notice {
  readonly kind: "good" | "bad";
  readonly says: string;
}

/** A whole page. `idleMs`: for how long it may stand there; left out where nobody is signed in. */
export function layout(
  { title, reader, notice, idleMs }: {
    readonly title: string;
    readonly reader?: Reader;
    readonly notice?: Notice;
    readonly idleMs?: number;
  },
  main: Html,
): Html {
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title} · Mitral</title>
        <link rel="stylesheet" href="/page.css">
        <script type="module" src="/page.js"></script>
      </head>
      <body data-idle-ms="${idleMs ?? 0}">
        <a class="skip" href="#main">To the content</a>
        <header>
    <a href="/" class="home">Documents to review</a>
    ${reader && signedIn(reader)}
        </header>
        <main id="main" tabindex="-1">
    <h1>${title}</h1>
    ${noticeOf(notice)}
    ${main}
        </main>
      </body>
    </html>
  `;
}

function signedIn({ name, token, decides }: Reader): Html {
  return html`<form method="post" action="/sign-out">
<span>Signed in as <strong>${name}</strong>${decides ? "" : ", to look only"}</span>
${tokenField(token)}
<button>Sign out</button>
</form>`;
}

/** Where people are told what became of what they did; read out when it changes. */
export function noticeOf(notice: Notice | undefined): Html {
  return html`<p id="notice" role="status" aria-live="polite" class="${notice?.kind ?? ""}">${
    notice?.says ?? ""
  }</p>`;
}

/** An attribute without a value, where it is set. */
export function flag(name: "hidden" | "required", isSet: boolean): Html {
  return raw(isSet ? ` ${name}` : "");
}

/** Proof that a form is ours. */
export function tokenField(token: string): Html {
  return html`<input type="hidden" name="token" value="${token}">`;
}
