import { assertEquals } from "@std/assert";
import type { LedgerEntry } from "../../runtime/trust/ledger/entry.ts";
import { auditReviews, type Reviewed } from "./_review_audit.ts";
import type { Deed } from "./_reviewers.ts";

/** What people did to document 1, a second each; the first at 1000. */
const deeds = (...all: readonly Pick<Deed, "person" | "did" | "told" | "value">[]): Deed[] =>
  all.map((deed, at) => ({ id: "1", askedMs: 1000 * (at + 1), toldMs: 1000 * (at + 1) + 900, ...deed }));
const set = { person: "ann", did: "set", value: "5.00", told: "ok" } as const;
const approve = (person: string, told?: Deed["told"]) => ({ person, did: "approved", told } as const);

/** Document 1 as its steps are in the journal: who did what at which second. */
const reviewed = (
  state: Reviewed["state"],
  ...steps: readonly (readonly [string, Deed["did"], number])[]
) => ({
  ...{ id: "1", state, approvalsNeeded: 2, total: "5.00" },
  steps: steps.map(([person, did, second]) => ({
    ...{ by: { person }, did, atMs: 1000 * second + 500 },
    ...(did === "set" ? { path: "total" } : {}),
  })),
});
const ACTS = { set: "set value total", approved: "approved document" } as const;
const ledgerOf = ({ steps }: Reviewed): LedgerEntry[] =>
  steps.map(({ atMs, by, did }) => ({
    ...{ kind: "act", message: "1", atMs, by: by.person, act: ACTS[did as keyof typeof ACTS] },
  }));
const audit = (document: Reviewed, all: readonly Deed[], ledger = ledgerOf(document)) =>
  auditReviews([document], all, ledger);

Deno.test("what people were told is there once; what they never heard of is there, or is not", () => {
  const all = deeds(set, approve("bob", "ok"), approve("bob", "refused"), approve("cy"));
  const both = [["ann", "set", 1], ["bob", "approved", 2]] as const;
  assertEquals(audit(reviewed("waiting", ...both), all), []);
  assertEquals(audit(reviewed("approved", ...both, ["cy", "approved", 4]), all), []);
});

Deno.test("a decision that is gone, that nobody made, that was refused, or that is there twice, is told", () => {
  const all = deeds(set, approve("bob", "ok"), approve("cy", "refused"));
  const [first, second] = [["ann", "set", 1], ["bob", "approved", 2]] as const;
  assertEquals(audit(reviewed("waiting", first), all), [
    "1: bob was told that it is approved, and that is gone",
  ]);
  assertEquals(audit(reviewed("approved", first, second, ["cy", "approved", 3]), all), [
    "1, approved: cy was refused, and approved it",
  ]);
  assertEquals(audit(reviewed("approved", first, second, ["dee", "approved", 2]), all), [
    "1, approved: nobody approved it as dee did at 2500",
  ]);
  assertEquals(audit(reviewed("approved", first, second, second), all), [
    "1, approved: nobody approved it as bob did at 2500",
    "1, approved: somebody approved it twice",
  ]);
});

Deno.test("a state, a value or a ledger that is not what people did is told, and one person who did it all", () => {
  const all = deeds(set, approve("bob", "ok"), approve("ann"));
  const both = [["ann", "set", 1], ["bob", "approved", 2]] as const;
  const waiting = reviewed("waiting", ...both);
  assertEquals(audit(reviewed("approved", ...both), all), ["1, approved: by what people did it is waiting"]);
  assertEquals(audit({ ...waiting, total: "6.00" }, all), [
    "1, waiting: its total is not what was set last, 5.00",
  ]);
  assertEquals(audit(waiting, all, ledgerOf(waiting).slice(1)), [
    "1, waiting: the ledger tells of approved document by bob at 2500, not of set value total by ann at 1500," +
    "approved document by bob at 2500",
  ]);
  assertEquals(audit(reviewed("approved", ...both, ["ann", "approved", 3]), all), [
    "1, approved: who has set the last value approved it last",
  ]);
});
