import {
  type DocumentPatient,
  type RecognisedDocument,
  valueAt,
  valuesOf,
  withValue,
} from "../../runtime/contract/document.ts";
import type { PatientVerdict } from "../../runtime/engine/patients/verdict.ts";
import { contradictionsOf } from "../../runtime/engine/review/contradictions.ts";
import { doubtsOf } from "../../runtime/engine/review/doubts.ts";
import { errors } from "../../runtime/engine/review/errors.ts";
import type {
  Decision,
  Disposition,
  ReviewApi,
  ReviewItem,
  ReviewState,
  ReviewStep,
} from "../../runtime/engine/review/review_api.ts";
import type { By } from "../../runtime/journal/acts.ts";
import { picture } from "./_documents.ts";

interface Held {
  document: RecognisedDocument;
  readonly read: RecognisedDocument;
  readonly verdict: PatientVerdict;
  readonly approvalsNeeded: number;
  state: ReviewState;
  disposition?: Disposition;
  revision: number;
  approvedBy: readonly string[];
  readonly steps: ReviewStep[];
}

/** Documents that wait for people, in memory; doubts are the engine's own. */
export class FakeReviews implements ReviewApi {
  readonly #held = new Map<string, Held>();
  readonly #atMs: number;
  /** Pages that were asked for, in order: `ID 1`. */
  readonly pictures: string[] = [];

  constructor(atMs: number) {
    this.#atMs = atMs;
  }

  put(
    id: string,
    read: RecognisedDocument,
    { approvalsNeeded = 1, verdict = { kind: "unknown" } }: Partial<
      Pick<Held, "approvalsNeeded" | "verdict">
    > = {},
  ): void {
    const by = { person: "program" };
    const document = verdict.kind === "matched" ? { ...read, patient: verdict.patient } : read;
    this.#held.set(id, {
      document,
      read,
      verdict,
      approvalsNeeded,
      state: "waiting",
      revision: 1,
      approvedBy: [],
      steps: [{ atMs: this.#atMs, by, did: "opened" }],
    });
  }

  /** As it stands, with nobody looking. */
  now(id: string): ReviewItem {
    const held = this.#held.get(id) ?? errors.fail("REVIEW_DOCUMENT_UNKNOWN", { id });
    const { document, read, verdict, approvalsNeeded, state, revision, approvedBy, steps } = held;
    const open = state === "waiting" ? doubtsOf(document, verdict, { below: 0.95 }) : [];
    return {
      ...{ id, channel: "faxes", state, kind: document.kind, template: document.template?.name ?? "" },
      ...{ pages: document.pages.length, receivedAtMs: this.#atMs, doubts: open.length },
      ...{ approvals: approvedBy.length, approvalsNeeded, document, read, open, verdict, revision },
      ...(held.disposition === undefined ? {} : { disposition: held.disposition }),
      steps: [...steps],
    };
  }

  async list({ state = "waiting" }: { readonly state?: ReviewState } = {}) {
    return [...this.#held.keys()].map((id) => this.now(id)).filter((item) => item.state === state);
  }

  async show(id: string, by: By): Promise<ReviewItem> {
    this.now(id);
    this.#held.get(id)!.steps.push({ atMs: this.#atMs, by, did: "viewed" });
    return this.now(id);
  }

  async picture(id: string, page: number): Promise<Uint8Array<ArrayBuffer>> {
    this.pictures.push(`${id} ${page}`);
    const boxes = [...valuesOf(this.now(id).document)].flatMap(([, value]) =>
      value.page === page ? value.box ?? [] : []
    );
    return picture(boxes);
  }

  async set(id: string, path: string, value: string, how: Decision): Promise<ReviewItem> {
    const held = this.#change(id, how);
    if (path.startsWith("no")) errors.fail("REVIEW_PATH_UNKNOWN", { kind: held.document.kind });
    if (/total|amount/.test(path) && !/^\d+\.\d\d$/.test(value)) {
      errors.fail("REVIEW_VALUE_INVALID", { path });
    }
    const { box, page } = valueAt(held.document, path) ?? {};
    held.document = withValue(held.document, path, {
      ...{ value, raw: "", confidence: 1, source: "person" },
      ...(box ? { box } : {}),
      ...(page === undefined ? {} : { page }),
    });
    return this.#did(id, how, { did: "set", path });
  }

  async setPatient(
    id: string,
    patient: Omit<DocumentPatient, "source">,
    how: Decision & { readonly despitePage?: boolean },
  ): Promise<ReviewItem> {
    const held = this.#change(id, how);
    const despite = contradictionsOf(held.document, patient);
    if (despite.length > 0 && !how.despitePage) {
      errors.fail("REVIEW_PATIENT_DIFFERS", { fields: despite.join(", ") });
    }
    held.document = { ...held.document, patient: { ...patient, source: "person" } };
    return this.#did(id, how, { did: "patient", ...(despite.length > 0 ? { despite } : {}) });
  }

  async approve(id: string, how: Decision): Promise<ReviewItem> {
    const held = this.#change(id, how), { person } = how.by;
    if (!held.document.patient) errors.fail("REVIEW_PATIENT_MISSING");
    if (held.approvedBy.includes(person)) {
      errors.fail("REVIEW_APPROVAL_REPEATED", { approvals: held.approvedBy.length });
    }
    const approvedBy = [...held.approvedBy, person];
    const item = this.#did(id, how, { did: "approved" });
    held.approvedBy = approvedBy;
    if (approvedBy.length >= held.approvalsNeeded) held.state = "approved";
    return { ...item, ...this.now(id) };
  }

  async reject(id: string, disposition: Disposition, how: Decision): Promise<ReviewItem> {
    const held = this.#change(id, how);
    Object.assign(held, { disposition, state: "rejected" });
    return this.#did(id, how, { did: "rejected", disposition });
  }

  async corrections() {
    return [];
  }

  #change(id: string, { revision }: Decision): Held {
    const { state, revision: now } = this.now(id);
    if (state !== "waiting") errors.fail("REVIEW_STATE_WRONG", { state });
    if (revision !== undefined && revision !== now) errors.fail("REVIEW_REVISION_STALE");
    return this.#held.get(id)!;
  }

  #did(
    id: string,
    { by }: Decision,
    did: Pick<ReviewStep, "did" | "path" | "despite" | "disposition">,
  ): ReviewItem {
    const held = this.#held.get(id)!;
    held.revision++;
    held.approvedBy = [];
    held.steps.push({ atMs: this.#atMs, by, ...did });
    return this.now(id);
  }
}
