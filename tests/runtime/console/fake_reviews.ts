import type { ReadValue } from "../../../runtime/contract/document.ts";
import { errors } from "../../../runtime/engine/review/errors.ts";
import type { ReviewApi, ReviewItem } from "../../../runtime/engine/review/review_api.ts";

const ID = "0192f0c1-7e57-7abc-8def-000000000009";

function read(value: string | null, confidence: number, x0: number): ReadValue {
  return {
    value,
    raw: value ?? "",
    confidence,
    source: "ocr",
    page: 1,
    box: { x0, y0: 0, x1: x0 + 9, y1: 9 },
  };
}

const document: ReviewItem["document"] = {
  version: 1,
  kind: "invoice",
  template: { name: "acme", version: 1, score: 0.9 },
  pages: [1, 2].map(() => ({
    ...{
      width: 100,
      height: 100,
      quality: 1,
      isGated: false,
      text: "INVOICE",
      barcodes: [],
      damagedLines: 0,
    },
  })),
  fields: { invoiceNo: read("I-1", 0.99, 1), total: { ...read("80.00", 0.42, 2), notes: ["repaired"] } },
  tables: { lines: [{ amount: { ...read(null, 0, 3), page: 2 } }] },
  checks: [],
  hasSeveralPatients: false,
};

/** A document that waits, with two doubtful values and no patient. */
export const waitingDocument: ReviewItem = {
  ...{ id: ID, channel: "faxes", state: "waiting", kind: "invoice", template: "acme", pages: 2 },
  receivedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  ...{ doubts: 3, approvals: 0, approvalsNeeded: 2, revision: 4, document, read: document },
  open: [
    { code: "PATIENT_UNCONFIRMED", why: "unknown" },
    { code: "VALUE_UNSURE", path: "total", page: 1 },
    { code: "VALUE_UNSURE", path: "lines[1].amount", page: 2 },
  ],
  verdict: { kind: "unknown" },
  steps: [
    { atMs: Date.UTC(2026, 0, 2, 3, 5), by: { person: "gateway" }, did: "opened" },
    {
      atMs: Date.UTC(2026, 0, 2, 3, 6),
      by: { person: "bob", reason: "called" },
      did: "set",
      path: "invoiceNo",
    },
  ],
};

/** Reviews of one document, which tell what they were asked. */
export class FakeReviews implements ReviewApi {
  readonly #asked: unknown[][];

  constructor(asked: unknown[][]) {
    this.#asked = asked;
  }

  list: ReviewApi["list"] = (filter) => this.#told([waitingDocument], "list", filter);
  show: ReviewApi["show"] = (id, by) =>
    ID.startsWith(id)
      ? this.#told(waitingDocument, "show", id, by)
      : Promise.reject(errors.error("REVIEW_DOCUMENT_UNKNOWN", { id }));
  picture: ReviewApi["picture"] = (_id, page, box) =>
    Promise.resolve(new TextEncoder().encode(`page ${page} from ${box?.x0 ?? "the edge"}`));
  set: ReviewApi["set"] = (...asked) => this.#told(waitingDocument, "set", ...asked);
  setPatient: ReviewApi["setPatient"] = (...asked) => this.#told(waitingDocument, "setPatient", ...asked);
  approve: ReviewApi["approve"] = (...asked) =>
    this.#told({ ...waitingDocument, approvals: 1 }, "approve", ...asked);
  reject: ReviewApi["reject"] = (...asked) =>
    this.#told(
      { ...waitingDocument, state: "rejected", open: [], disposition: asked[1] },
      "reject",
      ...asked,
    );
  corrections: ReviewApi["corrections"] = () =>
    Promise.resolve([{ template: "acme", field: "total", read: 8, accepted: 5, confirmed: 1, corrected: 2 }]);

  #told<T>(result: T, ...asked: unknown[]): Promise<T> {
    this.#asked.push(asked);
    return Promise.resolve(result);
  }
}
