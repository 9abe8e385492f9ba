import type { ReviewItem, ReviewStep } from "../../runtime/engine/review/review_api.ts";
import { nameOfAct, type ReviewAct } from "../../runtime/journal/review/operations.ts";
import type { LedgerEntry } from "../../runtime/trust/ledger/entry.ts";
import type { Deed } from "./_reviewers.ts";

/** What is known of a document in the end. */
export type Reviewed = Pick<ReviewItem, "id" | "state" | "approvalsNeeded" | "steps"> & {
  readonly total: string | undefined;
};

/**
 * Holds what a gateway says that people decided against what they did: whatever they were told is taken is there once,
 * with who and when; what they were refused is not; what they were not told of is there once, or not; nothing else is. The
 * ledger tells the same. A line for each thing that is not so.
 */
export function auditReviews(
  documents: readonly Reviewed[],
  deeds: readonly Deed[],
  entries: readonly LedgerEntry[],
): readonly string[] {
  const wrong: string[] = [], found = new Set<Deed>();
  for (const { id, state, approvalsNeeded, steps, total } of documents) {
    const decisions = steps.filter(({ did }) => did !== "opened" && did !== "viewed");
    const said = (what: string) => wrong.push(`${id}, ${state}: ${what}`);
    let value: string | undefined, setBy: string | undefined, approvers: string[] = [];
    for (const step of decisions) {
      const deed = deedOf(step, deeds.filter((deed) => deed.id === id && !found.has(deed)));
      if (!deed) said(`nobody ${step.did} it as ${step.by.person} did at ${step.atMs}`);
      else found.add(deed);
      if (deed?.told === "refused") said(`${step.by.person} was refused, and ${step.did} it`);
      if (step.did === "set") value = deed?.value;
      if (step.did === "approved") approvers.push(step.by.person);
      else [approvers, setBy] = [[], step.by.person];
    }
    if (value !== undefined && total !== value) said(`its total is not what was set last, ${value}`);
    const isDecided = approvers.length === approvalsNeeded;
    const last = decisions.at(-1)?.did;
    const expected = last === "rejected" ? "rejected" : isDecided ? "approved" : "waiting";
    if (state !== expected) said(`by what people did it is ${expected}`);
    if (new Set(approvers).size < approvers.length) said("somebody approved it twice");
    if (isDecided && approvalsNeeded > 1 && approvers.at(-1) === setBy) {
      said("who has set the last value approved it last");
    }
    const told = entries.filter(({ kind, message, by, act }) =>
      kind === "act" && message === id && by !== "gateway" && act !== "viewed"
    );
    const inLedger = told.map(({ act, by, atMs }) => `${act} by ${by} at ${atMs}`);
    const inJournal = decisions.map((step) =>
      `${nameOfAct(step as ReviewAct)} by ${step.by.person} at ${step.atMs}`
    );
    if (inLedger.join() !== inJournal.join()) said(`the ledger tells of ${inLedger}, not of ${inJournal}`);
  }
  for (const deed of deeds) {
    if (deed.told === "ok" && !found.has(deed)) {
      wrong.push(`${deed.id}: ${deed.person} was told that it is ${deed.did}, and that is gone`);
    }
  }
  return wrong;
}

/** A person does one thing after the other, so that the time tells which it was, but for one that ended as another began. */
function deedOf({ by, did, atMs }: ReviewStep, deeds: readonly Deed[]): Deed | undefined {
  const fitting = deeds.filter((deed) =>
    deed.person === by.person && deed.did === did && deed.askedMs <= atMs && atMs <= deed.toldMs
  );
  return fitting.find(({ told }) => told === "ok") ?? fitting.find(({ told }) => !told) ?? fitting[0];
}
