import type { Stage } from "../../contract/actor.ts";
import { isDocumentBody, type RecognisedDocument } from "../../contract/document.ts";
import type { Format } from "../../contract/format.ts";
import type { Outcome } from "../../contract/message.ts";
import type { World } from "../../contract/world.ts";
import type { Journal } from "../../journal/journal.ts";
import type { HoldForReview } from "../../journal/review/operations.ts";
import type { LineStage } from "../line.ts";
import type { JudgePatient } from "../patients/verdict.ts";
import type { ReviewPlan } from "../plan.ts";
import type { Work } from "../work_stage.ts";
import { foundByCopies, knownCopy, PassingCopies } from "./copies.ts";
import { figuresOf } from "./corrections.ts";
import { doubtsOf, readPatientOf, withVerdict } from "./doubts.ts";
import { withoutEmptyRows } from "./needed.ts";
import { decodeDocument, encodeDocument } from "./stored_document.ts";

/** What a message that people are to review is held with. */
export type Held = Omit<HoldForReview, "op" | "seq" | "atMs" | "found" | "stages">;

/** What the stage is made of. */
export interface ReviewStageParts {
  readonly plan: { readonly name: string };
  readonly journal: Journal;
  readonly review: ReviewPlan;
  readonly world: World;
  readonly judge: JudgePatient;
}

/**
 * Lets a document go on that is certain: it is given its patient and its clearance. Any other is held for people, and ends
 * here; once they have decided, it comes by again, and has its clearance.
 */
export function reviewStage(
  { review, world: { clock }, judge, journal, plan: { name: channel } }: ReviewStageParts,
): LineStage<Work, Outcome> {
  const passing = new PassingCopies();
  const look = async (work: Work, life: AbortSignal): Promise<Work> => {
    const [message] = work.messages, { body } = message;
    if (!isDocumentBody(body)) return work;
    if (body.document.clearance) return found(work, body.document);
    const seq = work.entry.position, startedMs = clock.elapsedMs();
    const read = body.document, verdict = await judge(readPatientOf(read));
    // Nobody takes the result of a life that is over.
    life.throwIfAborted();
    const stages = `${work.stages}\nreview ${(clock.elapsedMs() - startedMs).toFixed(3)}`;
    const document = withVerdict(read, verdict);
    const copyOf = await knownCopy(journal, { channel, seq }, document, passing.pass(document, seq));
    life.throwIfAborted();
    const doubts = doubtsOf(document, verdict, review, copyOf);
    if (doubts.length > 0) {
      const held: Held = {
        kind: read.kind,
        template: read.template?.name ?? "",
        pages: read.pages.length,
        doubts: doubts.length,
        below: review.below,
        approvalsNeeded: review.approvals,
        read: encodeDocument(read),
        ...(document.patient ? { document: encodeDocument(document) } : {}),
      };
      return { ...found(work, document), stages, held, ended: { kind: "filtered" } };
    }
    const cleared = { ...withoutEmptyRows(document), clearance: { approvedBy: [], atMs: clock.nowMs() } };
    const counts = figuresOf(read, cleared, () => false);
    return {
      ...found(work, document),
      stages,
      counts,
      messages: [message.derive({ body: body.withDocument(cleared) })],
    };
  };
  return {
    name: "review",
    width: 1,
    open: () => ({ process: (work, life) => work.ended ? work : look(work, life) }),
  };
}

/** It is found by whoever says the same. */
function found(work: Work, document: RecognisedDocument): Work {
  return { ...work, found: [...work.found, ...foundByCopies(document)] };
}

/**
 * Takes what people have approved in place of reading the bytes again: also where the channel asks for no review any more.
 */
export function takingDecided(
  parse: Stage,
  { format, journal }: { readonly format: Format; readonly journal: Journal },
): Stage {
  if (!format.recogniser) return parse;
  return {
    ...parse,
    async process(message, life) {
      const decided = await journal.ask({ ask: "decided", id: message.id });
      const body = decided && format.parse(message.received, message.body.contentType);
      return body && isDocumentBody(body)
        ? message.derive({ body: body.withDocument(decodeDocument(decided)) })
        : await parse.process(message, life);
    },
  };
}
