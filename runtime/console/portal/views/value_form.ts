import { html } from "hono/html";
import type { PartView } from "./document_page.ts";
import { type Html, tokenField } from "./layout.ts";

/** What a form about a document says beside its own fields: who sends it, and what was seen. */
export function seenFields({ reader, item }: PartView): Html {
  return html`${tokenField(reader.token)}<input type="hidden" name="revision" value="${item.revision}">`;
}

/** A form that sets one value. */
export function valueForm(
  { path, label, value, kind }: {
    readonly path: string;
    readonly label: string;
    readonly value: string;
    readonly kind: "doubt" | "edit";
  },
  view: PartView,
  beside: { readonly picture?: Html; readonly words?: Html } = {},
): Html {
  const id = `value-${path}`;
  return html`<form method="post" action="${view.home}/value" class="value ${kind}" data-path="${path}">
${seenFields(view)}<input type="hidden" name="path" value="${path}">
<label for="${id}">${label}</label>
${beside.picture ?? ""}
<input id="${id}" name="value" value="${value}" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="why-${path}">
<button tabindex="-1">Keep</button>
<span id="why-${path}" class="why">${beside.words ?? ""}</span>
</form>`;
}
