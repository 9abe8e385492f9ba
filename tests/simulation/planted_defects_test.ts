import { assert } from "@std/assert";
import type { AnswerTo, Question } from "../../runtime/journal/questions.ts";
import type { Operation } from "../../runtime/journal/operations.ts";
import type { OutboxRow } from "../../runtime/journal/rows.ts";
import type { Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import type { Defect } from "./simulated_store.ts";

/** What so many schedules do not find counts as not found. */
const SEEDS_MAX = 60;

/** Fails unless one of the first schedules finds a defect, which is made anew for each, and says this of it. */
async function finds(what: RegExp, defect: () => Defect, instead: Partial<Scenario> = {}): Promise<void> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const { violations: [found] } = await simulate(seed, { defect: defect(), instead });
    if (found !== undefined) return assert(what.test(found), `seed ${seed} found something else: ${found}`);
  }
  assert(false, `${SEEDS_MAX} schedules found nothing`);
}

Deno.test("a commit that does not wait for the disk is found out", () =>
  finds(/a commit was over before it was synced/, () => ({
    database: (database) => database.exec("PRAGMA synchronous = OFF"),
  })));

Deno.test("a disk that says it has synced, and has not, is found out at a power cut", () =>
  finds(
    /was committed, and is gone|was committed as \d+, and is gone|is damaged/,
    () => ({ diskLies: true }),
  ));

Deno.test("a log that is built on though a sync has failed is found out", () =>
  finds(/was committed( as \d+)?, and is gone|is damaged/, () => ({ trustsLog: true }), {
    troubles: ["diskDies"],
    troubledMs: 40_000,
    faultEveryMs: 4_000,
    checkpointPages: 1_000,
  }));

Deno.test("an outcome that is dropped is found out, by itself or since its message goes out once more behind others", () =>
  finds(/nothing (is|was) pending|was acknowledged before|has \S+ after \S+ \(last times\)/, () => {
    let isDropped = false;
    return {
      store: (store, random) => ({
        ...store,
        async commit(operations) {
          const kept = operations.filter(({ op }) =>
            op !== "settle" || isDropped || !(isDropped = random.chance(0.2))
          );
          const results = [...await store.commit(kept)];
          return operations.map((operation) =>
            kept.includes(operation)
              ? results.shift()
              : { concluded: true, rest: { queued: 0, quarantined: 0 } }
          );
        },
      }),
    };
  }));

Deno.test("a ledger that loses what some commits tell is found out", () =>
  finds(/of the journal's ledger/, () => ({
    database: (database) =>
      database.exec(
        "CREATE TEMP TRIGGER forgetful AFTER INSERT ON ledger WHEN new.place % 5 = 2 BEGIN " +
          "DELETE FROM main.ledger WHERE place = new.place; END",
      ),
  })));

Deno.test("a document that is read anew though people have decided is found out", () =>
  finds(/was read anew and held|was sent, and nobody has cleared it|differs/, () => ({
    store: (store) => ({
      ...store,
      async ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>> {
        return question.ask === "decided" ? undefined as AnswerTo<Q> : await store.ask(question);
      },
    }),
  })));

Deno.test("an approval that a person is told of, and that is not written, is found out", () =>
  finds(/was told that document \d+ is approved, and that is not durable/, () => ({
    store: (store) => ({
      ...store,
      async commit(operations) {
        const isKept = (operation: Operation) =>
          operation.op !== "reviewChanged" || operation.act.did !== "approved";
        const results = [...await store.commit(operations.filter(isKept))];
        return operations.map((operation) =>
          isKept(operation) ? results.shift() : { kind: "changed", size: 0 }
        );
      },
    }),
  })));

Deno.test("an answer that goes out before its message is kept is found out", () =>
  finds(/was acknowledged before/, () => ({
    store: (store) => ({
      ...store,
      commit(operations) {
        if (!operations.every(({ op }) => op === "append")) return store.commit(operations);
        store.commit(operations).catch(() => {});
        return Promise.resolve(
          operations.map(() => ({ kind: "answered", seq: 0, id: "", receivedAtMs: 0 })),
        );
      },
    }),
  })));

Deno.test("two messages that change places in an outbox are found out", () =>
  finds(/has .* after|again after its outcome was durable/, () => ({
    store: (store) => ({
      ...store,
      async ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>> {
        const answer = await store.ask(question);
        return question.ask === "outbox" ? swapped(answer as readonly OutboxRow[]) as AnswerTo<Q> : answer;
      },
    }),
  })));

/** The first two rows with the message of the other. */
function swapped(rows: readonly OutboxRow[]): readonly OutboxRow[] {
  const [first, second, ...rest] = rows;
  if (!second) return rows;
  const messageOf = ({ id, body, controlId, contentType }: OutboxRow) => ({
    id,
    body,
    controlId,
    contentType,
  });
  return [{ ...first, ...messageOf(second) }, { ...second, ...messageOf(first) }, ...rest];
}
