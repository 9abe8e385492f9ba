import {
  type Box,
  cellAt,
  type DocumentBody,
  type DocumentPatient,
  isDocumentBody,
} from "../../contract/document.ts";
import { type RecognisedDocument, valueAt, withValue } from "../../contract/document.ts";
import type { Format } from "../../contract/format.ts";
import type { World } from "../../contract/world.ts";
import type { By } from "../../journal/acts.ts";
import type {
  ReviewAct,
  ReviewChanged,
  ReviewContent,
  ReviewRecord,
} from "../../journal/review/operations.ts";
import type { Channel } from "../channel.ts";
import { errors as gatewayErrors } from "../gateway_errors.ts";
import type { JournalKeeper } from "../journal_keeper.ts";
import type { Unstamped } from "../line.ts";
import type { JudgePatient } from "../patients/verdict.ts";
import { contradictionsOf } from "./contradictions.ts";
import { foundByCopies, knownCopy } from "./copies.ts";
import { figuresOf } from "./corrections.ts";
import { doubtsOf, readPatientOf, withVerdict } from "./doubts.ts";
import { errors } from "./errors.ts";
import { Pictures } from "./pictures.ts";
import { maySet, missingIn, plain, withoutEmptyRows } from "./needed.ts";
import type {
  CorrectionFigures,
  Decision,
  Disposition,
  ReviewApi,
  ReviewFilter,
  ReviewItem,
  ReviewStep,
  ReviewSummary,
} from "./review_api.ts";
import { decodeDocument, encodeDocument } from "./stored_document.ts";

/** What reviews are done with. */
export interface ReviewsParts {
  readonly keeper: Pick<JournalKeeper, "journal">;
  readonly world: World;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly judge: JudgePatient;
  /** Folder of the gateway file. */
  readonly folder: string;
  report(event: Unstamped): void;
}

/** A document as it stands at this moment, with what the journal has of it. */
interface Standing {
  readonly content: ReviewContent;
  readonly item: ReviewItem;
}

/** So many documents are listed at once, where nobody says how many; and no more. */
const LISTED = 50, LISTED_MOST = 1000;

/** What a gateway does with documents that wait for people. */
export class Reviews implements ReviewApi {
  readonly #parts: ReviewsParts;
  readonly #pictures: Pictures;

  constructor(parts: ReviewsParts) {
    this.#parts = parts;
    this.#pictures = new Pictures(parts);
  }

  /** Gives up what draws pages. */
  close(): Promise<void> {
    return this.#pictures.close();
  }

  async list(
    { channel, state = "waiting", limit = LISTED }: ReviewFilter = {},
  ): Promise<readonly ReviewSummary[]> {
    const found = await this.#journal.ask({
      ask: "reviews",
      state,
      limit: Math.min(limit, LISTED_MOST),
      ...(channel === undefined ? {} : { channel }),
    });
    return found.map((record) => summaryOf(this.#asAskedNow(record)));
  }

  async show(id: string, by: By): Promise<ReviewItem> {
    const { item } = await this.#asMatchedNow(await this.#find(id));
    const { mrn } = item.document.fields, number = item.document.patient?.mrn || mrn?.value;
    await this.#journal.write({
      op: "note",
      ids: [item.id],
      act: "viewed",
      patients: [number ? [[{ id: number }]] : []],
      by,
      atMs: this.#nowMs(),
    });
    return item;
  }

  async picture(id: string, page: number, box?: Box): Promise<Uint8Array<ArrayBuffer>> {
    const content = await this.#content(id), { pages } = content;
    if (!Number.isInteger(page) || page < 1 || page > pages) {
      errors.fail("REVIEW_PAGE_UNKNOWN", { page, pages });
    }
    const { received, contentType } = await this.#message(content.id);
    return await this.#pictures.draw(this.#formatOf(content), received, contentType, page, box) ??
      errors.fail("REVIEW_PAGE_UNKNOWN", { page, pages: 0 });
  }

  async set(id: string, path: string, text: string, how: Decision): Promise<ReviewItem> {
    const { content, item: { document } } = await this.#waiting(id, how);
    return await this.#change(content, await this.#amended(content, document, path, text), {
      did: "set",
      path,
    }, how);
  }

  async setPatient(
    id: string,
    patient: Omit<DocumentPatient, "source">,
    how: Decision & { readonly despitePage?: boolean },
  ): Promise<ReviewItem> {
    const { content, item } = await this.#waiting(id, how);
    const said = Object.entries(patient).map(([name, text]) => [name, text.trim()] as const);
    for (const [name, text] of said) {
      if (CONTROL.test(text)) errors.fail("REVIEW_VALUE_INVALID", { path: `patient.${name}` });
    }
    const body = await this.#bodyOf(content, item.document);
    const birthDate = normalised(body, "dob", patient.birthDate);
    if (birthDate === null || !/^\d{8}$/.test(birthDate)) {
      return errors.fail("REVIEW_VALUE_INVALID", { path: "patient.birthDate" });
    }
    for (const name of ["mrn", "family"] as const) {
      if (patient[name].trim() === "") errors.fail("REVIEW_VALUE_INVALID", { path: `patient.${name}` });
    }
    const told = {
      ...Object.fromEntries(said) as typeof patient,
      birthDate,
      source: "person" as const,
    };
    const despite = contradictionsOf(item.document, told);
    if (despite.length > 0 && !how.despitePage) {
      errors.fail("REVIEW_PATIENT_DIFFERS", { fields: despite.join(", ") });
    }
    const act: ReviewAct = { did: "patient", ...(despite.length > 0 ? { despite } : {}) };
    return await this.#change(content, { ...item.document, patient: told }, act, how);
  }

  async approve(id: string, how: Decision): Promise<ReviewItem> {
    const standing = await this.#waiting(id, how), { content, item: { document, read } } = standing;
    const { approvalsNeeded, setBy, below } = content, { by: { person } } = how;
    if (
      document.hasSeveralPatients && (document.kind !== "unknown" || document.patient?.source !== "person")
    ) {
      errors.fail("REVIEW_PATIENTS_SEVERAL");
    }
    if (!document.patient) errors.fail("REVIEW_PATIENT_MISSING");
    if (isMatchedOtherwise(standing)) errors.fail("REVIEW_REVISION_STALE");
    const whole = withoutEmptyRows(document), [missing] = missingIn(whole);
    if (missing !== undefined) errors.fail("REVIEW_VALUE_MISSING", { path: missing });
    const approvedBy = [...content.approvedBy, person];
    const isDecided = approvedBy.length >= approvalsNeeded;
    const isThis = (name: string | undefined) => name !== undefined && isSamePerson(name, person);
    const isRepeated = content.approvedBy.some(isThis) || isDecided && isThis(setBy);
    if (approvalsNeeded > 1 && isRepeated) {
      errors.fail("REVIEW_APPROVAL_REPEATED", { approvals: approvalsNeeded });
    }
    if (!isDecided) return await this.#change(content, document, { did: "approved" }, how, { approvedBy });
    const doubted = doubtsOf(read, { kind: "unasked" }, { below });
    const decided = document.kind === "unknown" ? plain(document) : whole;
    return await this.#change(
      content,
      { ...decided, clearance: { approvedBy, atMs: this.#nowMs() } },
      { did: "approved" },
      how,
      {
        approvedBy,
        isDecided,
        counts: figuresOf(read, document, (path) => doubted.some((doubt) => doubt.path === path)),
      },
    );
  }

  async reject(id: string, disposition: Disposition, how: Decision): Promise<ReviewItem> {
    const { content, item: { document } } = await this.#waiting(id, how);
    return await this.#change(content, document, { did: "rejected", disposition }, how);
  }

  corrections(): Promise<readonly CorrectionFigures[]> {
    return this.#journal.ask({ ask: "corrections" });
  }

  get #journal() {
    return this.#parts.keeper.journal;
  }

  /** Makes a decision durable, and tells whoever waits for it. */
  async #change(
    content: ReviewContent,
    document: RecognisedDocument,
    act: ReviewAct,
    { by }: Decision,
    approval: Pick<ReviewChanged, "approvedBy" | "isDecided" | "counts"> = {},
  ): Promise<ReviewItem> {
    const { seq, id, revision, below } = content;
    const isOver = act.did === "rejected" || approval.isDecided === true;
    const verdict = await this.#parts.judge(readPatientOf(document));
    // What is decided goes on with the patient that was seen.
    const now = isOver ? document : withVerdict(document, verdict);
    const copyOf = isOver ? undefined : await knownCopy(this.#journal, content, now);
    const doubts = isOver ? [] : doubtsOf(now, verdict, { below }, copyOf);
    const written = await this.#journal.write({
      op: "reviewChanged",
      ...{ seq, atMs: this.#nowMs(), by, revision, act, kind: document.kind, doubts: doubts.length },
      ...(act.did === "rejected" ? {} : { document: encodeDocument(now), found: foundByCopies(now) }),
      ...approval,
    });
    if (written.kind === "stale") errors.fail("REVIEW_REVISION_STALE");
    if (written.kind === "changed" && isOver) await this.#decided(content, act, written.size);
    const { content: after, item } = await this.#find(id);
    if (written.kind === "over") errors.fail("REVIEW_STATE_WRONG", { state: after.state });
    return item;
  }

  /** Nobody's approval stands for a patient that was not there when it was given. */
  async #asMatchedNow(standing: Standing): Promise<Standing> {
    if (!isMatchedOtherwise(standing)) return standing;
    const { content: { seq, id, revision, kind }, item: { document, open } } = standing;
    await this.#journal.write({
      op: "reviewChanged",
      ...{ seq, atMs: this.#nowMs(), by: GATEWAY, revision, act: { did: "matched" }, kind },
      ...{ doubts: open.length, document: encodeDocument(document) },
    });
    return await this.#find(id);
  }

  async #decided({ id, seq, channel }: ReviewContent, act: ReviewAct, size: number): Promise<void> {
    const { report, channels } = this.#parts;
    if (act.did === "rejected") {
      report({ name: "documentDecided", channel, id, disposition: act.disposition });
      return report({ name: "messageCancelled", channel, id });
    }
    report({ name: "documentDecided", channel, id });
    this.#journal.countPending(size);
    // Where its channel is gone, it waits in the inbox until there is one again.
    await channels.get(channel)?.putBackMessage(seq, false);
  }

  /** With what a person says stands at a path. */
  async #amended(
    content: ReviewContent,
    document: RecognisedDocument,
    path: string,
    text: string,
  ): Promise<RecognisedDocument> {
    if (path === "kind") {
      if (text !== "unknown") errors.fail("REVIEW_VALUE_INVALID", { path });
      return { ...document, kind: "unknown" };
    }
    if (!maySet(document, path)) errors.fail("REVIEW_PATH_UNKNOWN", { kind: document.kind });
    const body = await this.#bodyOf(content, document);
    const value = normalised(body, path, text) ?? errors.fail("REVIEW_VALUE_INVALID", { path });
    const { raw = "", page, box } = valueAt(document, path) ?? rowOf(document, path);
    return body.withDocument(withValue(document, path, {
      ...{ value, raw, confidence: 1, source: "person" },
      ...(page === undefined ? {} : { page }),
      ...(box === undefined ? {} : { box }),
    })).document;
  }

  async #bodyOf(content: ReviewContent, document: RecognisedDocument): Promise<DocumentBody> {
    const { received, contentType } = await this.#message(content.id);
    const body = this.#formatOf(content).parse(received, contentType);
    return isDocumentBody(body)
      ? body.withDocument(document)
      : errors.fail("REVIEW_PATH_UNKNOWN", { kind: document.kind });
  }

  async #message(id: string) {
    return await this.#journal.archive.show(id) ?? errors.fail("REVIEW_DOCUMENT_UNKNOWN", { id });
  }

  /** Errors: GATEWAY_CHANNEL_UNKNOWN. */
  #formatOf({ channel }: ReviewRecord): Format {
    const { formats, plan } = this.#parts.channels.get(channel) ??
      gatewayErrors.fail("GATEWAY_CHANNEL_UNKNOWN", { channel });
    return formats.named(plan.parse.spec.name);
  }

  /** One that waits, as it was seen. Errors: REVIEW_DOCUMENT_UNKNOWN, REVIEW_STATE_WRONG, REVIEW_REVISION_STALE. */
  async #waiting(id: string, { revision }: Decision): Promise<Standing> {
    const standing = await this.#find(id), { content } = standing;
    if (content.state !== "waiting") errors.fail("REVIEW_STATE_WRONG", { state: content.state });
    if (revision !== undefined && revision !== content.revision) errors.fail("REVIEW_REVISION_STALE");
    return standing;
  }

  async #content(id: string): Promise<ReviewContent> {
    const found = await this.#journal.ask({ ask: "review", id });
    return found ? this.#asAskedNow(found) : errors.fail("REVIEW_DOCUMENT_UNKNOWN", { id });
  }

  /** Where its channel asks for more people by now, so many have to approve it. */
  #asAskedNow<R extends ReviewRecord>(record: R): R {
    const { approvals = 0 } = this.#parts.channels.get(record.channel)?.plan.review ?? {};
    return record.state === "waiting"
      ? { ...record, approvalsNeeded: Math.max(record.approvalsNeeded, approvals) }
      : record;
  }

  async #find(id: string): Promise<Standing> {
    const content = await this.#content(id);
    const stored = decodeDocument(content.document);
    const verdict = await this.#parts.judge(readPatientOf(stored));
    const isOver = content.state !== "waiting";
    const document = isOver ? stored : withVerdict(stored, verdict);
    const copyOf = isOver ? undefined : await knownCopy(this.#journal, content, document);
    const open = isOver ? [] : doubtsOf(document, verdict, content, copyOf);
    const read = decodeDocument(content.read);
    const { revision } = content, steps = stepsOf(content);
    const item = {
      ...summaryOf(content),
      doubts: open.length,
      document,
      read,
      open,
      verdict,
      steps,
      revision,
    };
    return { content, item };
  }

  #nowMs(): number {
    return this.#parts.world.clock.nowMs();
  }
}

/** Whether the index says another patient by now than when the document was last changed or looked at. */
function isMatchedOtherwise({ content, item: { document: { patient } } }: Standing): boolean {
  const before = decodeDocument(content.document).patient;
  return content.state === "waiting" && JSON.stringify(before) !== JSON.stringify(patient);
}

/** A name is one person's however it is written: the page has small letters, an operating system may have others. */
function isSamePerson(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/** What nobody types, and nobody sees: line ends, and what separates segments. */
const CONTROL = /\p{Cc}/u;

function normalised(body: DocumentBody, path: string, text: string): string | null {
  const typed = text.trim();
  if (CONTROL.test(typed)) return null;
  return typed === "" || !body.normalise ? typed : body.normalise(path, typed);
}

/** Where a new row stands is not known, nor is a new field. */
function rowOf(document: RecognisedDocument, path: string): { raw?: string; page?: number; box?: Box } {
  const cell = cellAt(path), row = cell && document.tables[cell.table]?.[cell.row - 1];
  const page = row && Object.values(row).find((value) => value.page !== undefined)?.page;
  return page === undefined ? {} : { page };
}

function summaryOf(record: ReviewRecord): ReviewSummary {
  const { id, channel, state, kind, template, pages, receivedAtMs, doubts, approvedBy } = record;
  const { approvalsNeeded, disposition } = record;
  return {
    ...{ id, channel, state, template, pages, receivedAtMs, doubts, approvalsNeeded },
    kind: kind as ReviewSummary["kind"],
    approvals: approvedBy.length,
    ...(disposition === undefined ? {} : { disposition }),
  };
}

function stepsOf({ openedAtMs, steps }: ReviewContent): readonly ReviewStep[] {
  return [
    { atMs: openedAtMs, by: GATEWAY, did: "opened" },
    ...steps.map(({ atMs, by, act }): ReviewStep =>
      act === "viewed" ? { atMs, by, did: "viewed" } : { atMs, by, ...act }
    ),
  ];
}

/** Who held a document for people. */
const GATEWAY: By = { person: "gateway" };
