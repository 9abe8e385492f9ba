import { html } from "hono/html";
import type { ReviewItem } from "../../../engine/review/review_api.ts";
import { dispositions } from "../../../journal/review/operations.ts";
import type { PartView } from "./document_page.ts";
import type { Html } from "./layout.ts";
import { seenFields } from "./value_form.ts";
import { dispositionWords } from "./words.ts";

/** Who approved so far, and the two ways a document leaves the queue. */
export function decidePart(view: PartView): Html {
  const { item, isOpen, home } = view;
  const approvers = approversOf(item);
  return html`<section aria-labelledby="decide"><h2 id="decide">Decide</h2>
${
    approvers.length === 0
      ? ""
      : html`<p id="approvers">Approved by ${approvers.join(", ")}. ${
        item.state === "waiting" ? "Another person has to approve it, too." : ""
      }</p>`
  }
${item.disposition === undefined ? "" : html`<p>${dispositionWords[item.disposition]}</p>`}
${
    isOpen
      ? html`<form method="post" action="${home}/approve" id="approve">${seenFields(view)}
<button>Approve</button> <span class="why">${standsFor(item)}</span></form>
<form method="post" action="${home}/reject" id="reject">${seenFields(view)}
<label for="disposition">It becomes no message</label>
<select id="disposition" name="disposition" required><option value="">Choose why</option>${
        dispositions.map((each) => html`<option value="${each}">${dispositionWords[each]}</option>`)
      }</select>
<button>Reject</button></form>`
      : ""
  }
</section>`;
}

function standsFor({ open }: ReviewItem): string {
  return open.length === 0
    ? "You stand for all of it."
    : `You stand for all of it, also for what is still doubtful (${open.length}).`;
}

/** Approvals that count: a change takes back those before it. */
function approversOf({ steps, approvals }: ReviewItem): readonly string[] {
  return approvals === 0
    ? []
    : steps.filter(({ did }) => did === "approved").slice(-approvals).map(({ by }) => by.person);
}
