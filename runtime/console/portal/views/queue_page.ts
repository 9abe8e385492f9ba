import { html } from "hono/html";
import type { ReviewState, ReviewSummary } from "../../../engine/review/review_api.ts";
import { type Html, layout, type Notice, type Reader } from "./layout.ts";

/** What the queue is shown with. */
export interface QueueView {
  readonly reader: Reader;
  readonly documents: readonly ReviewSummary[];
  readonly state: ReviewState;
  readonly idleMs: number;
  readonly notice?: Notice;
  time(atMs: number): string;
}

const STATES = { waiting: "Waiting", approved: "Approved", rejected: "Rejected" } as const;

/** The documents in a state, the oldest first. */
export function queuePage({ documents, state, time, ...page }: QueueView): Html {
  return layout(
    { title: "Documents to review", ...page },
    html`<nav aria-label="State">${
      Object.entries(STATES).map(([each, words]) =>
        html`
          <a href="/?state=${each}" ${each === state
            ? html`
              aria-current="page"
            `
            : ""}>${words}</a>
        `
      )
    }</nav>
${documents.length === 0 ? html`<p>There is none.</p>` : tableOf(documents, time)}`,
  );
}

function tableOf(documents: readonly ReviewSummary[], time: QueueView["time"]): Html {
  return html`
    <table id="queue">
      <thead>
        <tr>
          <th scope="col">Received</th>
          <th scope="col">Channel</th>
          <th scope="col">Kind</th>
          <th scope="col">Template</th>
          <th scope="col">Pages</th>
          <th scope="col">Doubts</th>
          <th scope="col">Approvals</th>
        </tr>
      </thead>
      <tbody>${documents.map((each) =>
        html`
          <tr>
            <th scope="row"><a href="/documents/${encodeURIComponent(each.id)}">${time(
              each.receivedAtMs,
            )}</a></th>
            <td>${each.channel}</td>
            <td>${kindWords(each.kind)}</td>
            <td>${each.template}</td>
            <td>${each.pages}</td>
            <td>${each.doubts}</td>
            <td>${each.approvals} of ${each.approvalsNeeded}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}

/** A kind of document for people. */
export function kindWords(kind: ReviewSummary["kind"]): string {
  return KINDS[kind];
}

const KINDS = {
  invoice: "Invoice",
  lab_report: "Laboratory report",
  referral: "Referral",
  unknown: "Unknown document",
} as const;
