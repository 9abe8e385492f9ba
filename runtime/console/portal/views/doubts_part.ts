import { html } from "hono/html";
import { type ReadValue, valueAt } from "../../../contract/document.ts";
import type { Doubt } from "../../../engine/review/doubt.ts";
import type { PartView } from "./document_page.ts";
import type { Html } from "./layout.ts";
import { cropOf } from "./pages_part.ts";
import { valueForm } from "./value_form.ts";
import { doubtWords, fieldWords, sureness } from "./words.ts";

/** What a person has to decide, in the order of the document: values first, each beside what the page shows. */
export function doubtsPart(view: PartView): Html {
  const { open } = view.item;
  const values = new Map<string, Doubt[]>();
  for (const doubt of open) {
    if (doubt.path !== undefined) values.set(doubt.path, [...values.get(doubt.path) ?? [], doubt]);
  }
  const others = open.filter(({ path }) => path === undefined);
  return html`<section aria-labelledby="doubts"><h2 id="doubts">${
    open.length === 0 ? "Nothing is doubtful" : `To decide: ${open.length}`
  }</h2>
${
    others.length === 0
      ? ""
      : html`<ul class="doubts">${others.map((doubt) => html`<li>${doubtWords(doubt)}</li>`)}</ul>`
  }
${[...values].map(([path, doubts]) => doubtful(path, doubts, view))}
</section>`;
}

/** A value that a document has not is one that nobody read. */
const NONE: ReadValue = { value: null, raw: "", confidence: 0, source: "ocr" };

function doubtful(path: string, doubts: readonly Doubt[], view: PartView): Html {
  const { item: { document }, typed, isOpen } = view;
  const read = valueAt(document, path) ?? NONE;
  const label = fieldWords(path);
  const picture = cropOf(label, read, view);
  const words = html`${sureness(read)}${
    doubts.filter(({ code }) => code !== "VALUE_UNSURE").map((doubt) => html`. ${doubtWords(doubt)}`)
  }${
    (read.notes ?? []).map((note) =>
      html`
        · ${note}
      `
    )
  }`;
  if (!isOpen) {
    return html`<p class="value doubt"><b>${label}</b> ${picture} ${read.value ?? ""} <i>${words}</i></p>`;
  }
  const value = typed?.path === path ? typed.value : read.value ?? "";
  return valueForm({ path, label, value, kind: "doubt" }, view, { picture, words });
}
