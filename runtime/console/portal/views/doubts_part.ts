import { html } from "hono/html";
import { type ReadValue, valueAt } from "../../../contract/document.ts";
import type { Doubt } from "../../../engine/review/doubt.ts";
import type { PartView } from "./document_page.ts";
import type { Html } from "./layout.ts";
import { cropOf } from "./pages_part.ts";
import { seenFields, valueForm } from "./value_form.ts";
import { doubtWords, fieldWords, sureness } from "./words.ts";

/** What a person has to decide, in the order of the document: values first, each beside what the page shows. */
export function doubtsPart(view: PartView): Html {
  const { item: { open }, isOpen } = view;
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
${isOpen ? otherwise(view) : ""}
</section>`;
}

/** What a person may say beyond the values that were read. */
function otherwise(view: PartView): Html {
  const { item: { document: { kind } }, home } = view;
  const plain = html`<form method="post" action="${home}/value" class="swap">${seenFields(view)}
<input type="hidden" name="path" value="kind"><input type="hidden" name="value" value="unknown">
<button>Make it a plain document</button> <span class="why">It goes on as pages and text, without values.</span></form>`;
  return html`<details><summary>Say something else</summary>
<form method="post" action="${home}/value" class="swap by-hand">${seenFields(view)}
<label for="other-path">Field, such as total or lines[3].amount</label>
<input id="other-path" name="path" autocomplete="off" autocapitalize="none" spellcheck="false" required>
<label for="other-value">Value</label>
<input id="other-value" name="value" autocomplete="off" autocapitalize="none" spellcheck="false">
<button>Set</button></form>
${kind === "unknown" ? "" : plain}</details>`;
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
        · ${note.replaceAll("_", " ")}
      `
    )
  }`;
  if (!isOpen) {
    return html`<p class="value doubt"><b>${label}</b> ${picture} ${read.value ?? ""} <i>${words}</i></p>`;
  }
  const value = typed?.path === path ? typed.value : read.value ?? "";
  return valueForm({ path, label, value, kind: "doubt" }, view, { picture, words });
}
