import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Account, drawUp, readAccount } from "../../../../runtime/engine/accounts/account.ts";
import { compareAccounts, compareWith, isDispute } from "../../../../runtime/engine/accounts/compare.ts";
import {
  areRanges,
  common,
  count,
  type Ranges,
  rangesText,
  union,
  within,
  without,
} from "../../../../runtime/engine/accounts/ranges.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { ExchangedRanges } from "../../../../runtime/journal/exchanged.ts";

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }));

function asRanges(given: Iterable<number>): Ranges {
  const ranges: [number, number][] = [];
  for (const number of [...given].sort((one, other) => one - other)) {
    const before = ranges.at(-1);
    if (before?.[1] === number - 1) before[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

Deno.test("sets of numbers as ranges do what sets of numbers do", () => {
  fc.assert(fc.property(numbers, numbers, (one, other) => {
    const [left, right] = [asRanges(one), asRanges(other)];
    assertEquals(union(left, right), asRanges(new Set([...one, ...other])));
    assertEquals(without(left, right), asRanges(one.filter((each) => !other.includes(each))));
    assertEquals(common(left, right), asRanges(one.filter((each) => other.includes(each))));
    assertEquals(within(left, [5, 20]), asRanges(one.filter((each) => each >= 5 && each <= 20)));
    assertEquals(count(left), one.length);
    assertEquals(areRanges(left), true);
  }));
});

Deno.test("ranges that touch, overlap, go backwards or are no numbers are none", () => {
  for (
    const wrong of [[[1, 2], [3, 4]], [[4, 5], [1, 2]], [[2, 1]], [[0, 1]], [[1]], [["1", 2]], "1", null]
  ) {
    assertEquals(areRanges(wrong), false, JSON.stringify(wrong));
  }
  assertEquals(rangesText([[1, 1], [3, 5]]), "1, 3–5");
  assertEquals(rangesText([[1, 1], [3, 5], [9, 19]], 1), "1 and 14 more");
});

const feed = { gateway: "lab.example", feed: "results", epoch: 1, agreedUpTo: 0, rejected: [] as Ranges };

/** What one side draws up and the other reads, through JSON. */
function accountOf(
  exchanged: readonly ExchangedRanges[],
  numbered: { readonly last: number; readonly open: Ranges } | undefined = undefined,
) {
  const account = drawUp({
    atMs: 1,
    epoch: 1,
    exchanged,
    numberedOf: new Map(numbered ? [["results", numbered]] : []),
  });
  return readAccount(JSON.parse(JSON.stringify(account)), "lab");
}

Deno.test("both sides find the same of the same two accounts, and nothing where all was receipted", () => {
  const sent = accountOf([{ ...feed, way: "sent", accepted: [[1, 9]], rejected: [[10, 10]] }], {
    last: 10,
    open: [],
  });
  const received = accountOf([{ ...feed, way: "received", accepted: [[1, 9]], rejected: [[10, 10]] }]);
  for (const [ours, theirs, way] of [[sent, received, "sent"], [received, sent, "received"]] as const) {
    const [compared, ...more] = compareAccounts(ours, theirs);
    assertEquals(more, []);
    assertEquals([compared.way, compared.agreed, compared.agreedUpTo], [way, 10, 10]);
    assertEquals(isDispute(compared), false);
  }
});

Deno.test("each way in which two accounts can differ has its name and its numbers", () => {
  const sent = accountOf([{ ...feed, way: "sent", accepted: [[1, 3], [6, 6]], rejected: [[4, 4]] }], {
    last: 8,
    open: [[5, 5], [7, 7]],
  });
  const received = accountOf([
    { ...feed, way: "received", accepted: [[1, 2], [4, 5], [9, 9]], rejected: [[6, 6]] },
  ]);
  const [{ way: _way, feed: _feed, epoch: _epoch, ...found }] = compareAccounts(sent, received);
  assertEquals(found, {
    agreed: 2,
    agreedUpTo: 2,
    missing: [[3, 3]],
    contradicted: [[4, 4], [6, 6]],
    unknown: [[9, 9]],
    unreceipted: [[5, 5]],
    gaps: [[8, 8]],
  });
});

Deno.test("what was agreed before is passed over, also where one side alone remembers that", () => {
  const sent = accountOf([{ ...feed, way: "sent", agreedUpTo: 100, accepted: [[101, 105]] }], {
    last: 105,
    open: [],
  });
  const received = accountOf([{ ...feed, way: "received", agreedUpTo: 90, accepted: [[91, 105]] }]);
  const [found] = compareAccounts(sent, received);
  assertEquals([found.agreedUpTo, isDispute(found)], [105, false]);
});

Deno.test("a sender that was restored is told what it does not know, a receiver what it has lost", () => {
  const sentAll = accountOf([{ ...feed, way: "sent", accepted: [[1, 20]] }], { last: 20, open: [] });
  const sentLess = accountOf([{ ...feed, way: "sent", accepted: [[1, 12]] }]);
  const gotAll = accountOf([{ ...feed, way: "received", accepted: [[1, 20]] }]);
  const gotLess = accountOf([{ ...feed, way: "received", accepted: [[1, 15]] }]);
  assertEquals(compareAccounts(sentLess, gotAll)[0].unknown, [[13, 20]]);
  assertEquals(compareAccounts(gotLess, sentAll)[0].missing, [[16, 20]]);
  const [forgotten] = compareAccounts(accountOf([]), gotAll);
  assertEquals(forgotten.unknown, [[1, 20]]);
});

Deno.test("what is sent while accounts are compared is in nobody's dispute", () => {
  const sentUpTo = (last: number) =>
    accountOf([{ ...feed, way: "sent", accepted: [[1, last]] }], { last, open: [] });
  const receivedUpTo = (last: number) => accountOf([{ ...feed, way: "received", accepted: [[1, last]] }]);
  // Each draws up its account when more has been exchanged: the sender asks, and the receiver answers.
  const asked = compareWith(sentUpTo(10), { now: receivedUpTo(12) });
  const answered = compareWith(receivedUpTo(12), { before: sentUpTo(10), now: sentUpTo(14) });
  // The receiver asks, and the sender answers.
  const told = compareWith(sentUpTo(12), { before: receivedUpTo(10), now: receivedUpTo(14) });
  for (const [found] of [asked, answered, told]) assertEquals(isDispute(found), false);
  const [lost] = compareWith(sentUpTo(9), { before: receivedUpTo(10), now: receivedUpTo(12) });
  assertEquals(lost.unknown, [[10, 10]]);
});

Deno.test("nobody has agreed on what was never sent, whatever the other side says", () => {
  const sent = accountOf([{ ...feed, way: "sent", accepted: [[1, 9]] }], { last: 9, open: [] });
  const false_ = accountOf([{ ...feed, way: "received", agreedUpTo: 2 ** 53 - 1, accepted: [] }]);
  assertEquals(compareAccounts(sent, false_)[0].agreedUpTo, 9);
});

Deno.test("of what is too much to say at once the first is compared, and nothing is taken for lost", () => {
  const many: Ranges = Array.from({ length: 30_000 }, (_, at) => [at * 4 + 1, at * 4 + 1]);
  const rest: Ranges = Array.from({ length: 30_000 }, (_, at) => [at * 4 + 3, at * 4 + 3]);
  const sent = accountOf([{ ...feed, way: "sent", accepted: many, rejected: rest }], {
    last: 119_999,
    open: [],
  });
  const received = accountOf([{ ...feed, way: "received", accepted: many, rejected: rest }]);
  assertEquals(sent.sent[0].accepted.length + sent.sent[0].rejected.length, 20_000);
  const [found] = compareAccounts(sent, received);
  assertEquals([isDispute(found), found.agreed, found.agreedUpTo], [false, 20_000, 39_999]);
});

Deno.test("what was agreed on before a restore, and after its backup, is named all the same, by both sides", () => {
  const one = (agreedUpTo: number, accepted: Ranges, way: "sent" | "received") =>
    [{ ...feed, way, agreedUpTo, accepted }] as const;
  const sentAll = accountOf(one(100, [], "sent"), { last: 100, open: [] });
  const gotLess = accountOf(one(50, [[51, 60]], "received"));
  const sentLess = accountOf(one(50, [[51, 60]], "sent"));
  const gotAll = accountOf(one(100, [], "received"));
  for (const [ours, theirs] of [[sentAll, gotLess], [gotLess, sentAll]]) {
    const [{ missing, unknown, agreedUpTo }] = compareAccounts(ours, theirs);
    assertEquals([missing, unknown, agreedUpTo], [[[61, 100]], [], 60]);
  }
  for (const [ours, theirs] of [[sentLess, gotAll], [gotAll, sentLess]]) {
    const [{ missing, unknown, agreedUpTo }] = compareAccounts(ours, theirs);
    assertEquals([missing, unknown, agreedUpTo], [[], [[61, 100]], 60]);
  }
});

Deno.test("a number that was withdrawn, and that one side alone has agreed on yet, is not taken for lost", () => {
  const sent = accountOf([{ ...feed, way: "sent", accepted: [[1, 1], [3, 3]] }], { last: 3, open: [] });
  const got = accountOf([{ ...feed, way: "received", agreedUpTo: 3, accepted: [] }]);
  for (const [ours, theirs] of [[sent, got], [got, sent]]) {
    const [found] = compareAccounts(ours, theirs);
    assertEquals([isDispute(found), found.agreedUpTo], [false, 3]);
  }
});

Deno.test("a number that was withdrawn is agreed on with the next that both know, and not before", () => {
  const sent = (accepted: Ranges, last: number) =>
    accountOf([{ ...feed, way: "sent", accepted }], { last, open: [] });
  const got = (accepted: Ranges) => accountOf([{ ...feed, way: "received", accepted }]);
  const agreedUpTo = (ours: Account, theirs: Account) => {
    const [{ agreedUpTo, gaps }] = compareAccounts(ours, theirs);
    return [agreedUpTo, gaps];
  };
  assertEquals(agreedUpTo(sent([], 1), got([])), [0, [[1, 1]]]);
  assertEquals(agreedUpTo(sent([[2, 2]], 3), got([[2, 2]])), [2, [[1, 1], [3, 3]]]);
});

Deno.test("an account that is not as it must be is refused by the field that is wrong", () => {
  const good = JSON.parse(JSON.stringify(accountOf([{ ...feed, way: "sent", accepted: [[1, 2]] }])));
  const wrong = {
    v: { ...good, v: 2 },
    epoch: { ...good, epoch: -1 },
    sent: { ...good, sent: [{ ...good.sent[0], open: [[2, 1]] }] },
    received: { ...good, received: {} },
  };
  for (const [field, body] of Object.entries(wrong)) {
    const error = assertThrows(() => readAccount(body, "lab"), MitralError);
    assertEquals([error.code, error.facts.field], ["ACCOUNT_BODY_INVALID", field]);
  }
});
