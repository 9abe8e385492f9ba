import { html } from "hono/html";
import type { DocumentPatient } from "../../../contract/document.ts";
import type { ReviewItem } from "../../../engine/review/review_api.ts";
import { decidePart } from "./decide_part.ts";
import { type Html, layout, type Notice, type Reader } from "./layout.ts";
import { pagesPart } from "./pages_part.ts";
import { patientPart } from "./patient_part.ts";
import { kindWords } from "./queue_page.ts";
import { editTemplate, readPart } from "./read_part.ts";
import { doubtsPart } from "./doubts_part.ts";
import { stepWords } from "./words.ts";

/** What a document is shown with. */
export interface DocumentView {
  readonly reader: Reader;
  readonly item: ReviewItem;
  readonly idleMs: number;
  readonly notice?: Notice;
  /** What was typed and not taken: it is shown again, to be mended. */
  readonly typed?: { readonly path: string; readonly value: string };
  /** Whom somebody has said, and what on the page says another: they have to say so once more. */
  readonly otherPatient?: {
    readonly patient: Omit<DocumentPatient, "source">;
    readonly fields: readonly string[];
  };
  /** What a search for the patient found; left out where nobody searched. */
  readonly found?: readonly Omit<DocumentPatient, "source">[];
  /** What was searched for. */
  readonly searched?: PatientWords;
  /** True where the gateway keeps an index to search. */
  readonly hasIndex: boolean;
  time(atMs: number): string;
}

/** What somebody looks for a patient by, as typed. */
export interface PatientWords {
  readonly number: string;
  readonly name: string;
  readonly born: string;
}

/** What parts of the page are made from. */
export interface PartView extends DocumentView {
  /** True where this person may decide about this document now. */
  readonly isOpen: boolean;
  /** Where forms about it go: `/documents/ID`. */
  readonly home: string;
}

/** A document with all that a person decides by: its pages on the left, on the right what was read, the doubtful first. */
export function documentPage(view: DocumentView): Html {
  const { item, reader, typed, found, otherPatient, notice } = view;
  const part: PartView = {
    ...view,
    isOpen: reader.decides && item.state === "waiting",
    home: `/documents/${encodeURIComponent(item.id)}`,
  };
  const title = `${kindWords(item.kind)}, received ${view.time(item.receivedAtMs)}`;
  const focus = typed?.path ?? (found ?? otherPatient ? "patient" : "");
  return layout(
    { title, reader, idleMs: view.idleMs, ...(notice ? { notice } : {}) },
    html`
      <noscript><p class="bad">This page needs its script, for pictures and to change values.</p></noscript>
      <div class="document">
        <section class="viewer" aria-label="Pages">${pagesPart(part)}</section>
        <div id="panel" data-focus="${focus}">
      ${factsOf(item)}
      ${doubtsPart(part)}
      ${patientPart(part)}
      ${decidePart(part)}
      ${readPart(part)}
      ${stepsOf(part)}
      ${part.isOpen ? editTemplate(part) : ""}
        </div>
      </div>
      ${keysOf(part)}
    `,
  );
}

function factsOf({ channel, template, state, approvals, approvalsNeeded }: ReviewItem): Html {
  const by = template === "" ? "no template" : html`template <span class="name">${template}</span>`;
  return html`
    <p
      class="facts">Channel <span class="name">${channel}</span>, ${by}. <strong>${state}</strong>${approvalsNeeded >
          1
        ? html`, ${approvals} of ${approvalsNeeded} approvals`
        : ""}.</p>
  `;
}

function stepsOf({ item: { steps }, time }: PartView): Html {
  return html`
    <section aria-labelledby="steps">
      <h2 id="steps">What was done</h2>
      <ol class="steps">${steps.map((step) =>
        html`<li><time>${time(step.atMs)}</time> <strong>${step.by.person}</strong> ${stepWords(step)}</li>`
      )}</ol>
    </section>
  `;
}

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["Enter", "keep or set the value, and go on to the next doubtful one"],
  ["Tab", "next value without keeping it"],
  ["Alt+↓ / Alt+↑", "next and previous doubtful value"],
  ["Alt+1 … Alt+9", "page"],
  ["Alt+P", "patient"],
  ["Ctrl+Enter", "approve"],
  ["Alt+R", "reject"],
  ["Alt+Q", "back to the list"],
];

function keysOf({ isOpen }: PartView): Html {
  const keys = isOpen ? KEYS : KEYS.filter(([, does]) => /page|list/.test(does));
  return html`
    <footer aria-label="Keys">
      <dl class="keys">${keys.map(([keys, does]) =>
        html`
          <div>
            <dt><kbd>${keys}</kbd></dt>
            <dd>${does}</dd>
          </div>
        `
      )}</dl>
    </footer>
  `;
}
