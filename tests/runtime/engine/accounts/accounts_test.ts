import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { drawUp, readAccount } from "../../../../runtime/engine/accounts/account.ts";
import { compareAccounts, isDispute } from "../../../../runtime/engine/accounts/compare.ts";
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
  epoch = 1,
) {
  const account = drawUp({
    atMs: 1,
    epoch,
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
  const sentLess = accountOf([{ ...feed, way: "sent", accepted: [[1, 12]] }], undefined, 2);
  const gotAll = accountOf([{ ...feed, way: "received", accepted: [[1, 20]] }]);
  const gotLess = accountOf([{ ...feed, way: "received", accepted: [[1, 15]] }]);
  assertEquals(compareAccounts(sentLess, gotAll)[0].unknown, [[13, 20]]);
  assertEquals(compareAccounts(gotAll, sentLess)[0].unknown, [[13, 20]]);
  assertEquals(compareAccounts(gotLess, sentAll)[0].missing, [[16, 20]]);
  const [forgotten] = compareAccounts(accountOf([]), gotAll);
  assertEquals(forgotten.unknown, [[1, 20]]);
});

Deno.test("what was agreed on before a restore, and after its backup, is named all the same, by both sides", () => {
  const one = (agreedUpTo: number, accepted: Ranges, way: "sent" | "received") =>
    [{ ...feed, way, agreedUpTo, accepted }] as const;
  const sentAll = accountOf(one(100, [], "sent"), { last: 100, open: [] });
  const gotLess = accountOf(one(50, [[51, 60]], "received"), undefined, 2);
  const sentLess = accountOf(one(50, [[51, 60]], "sent"), undefined, 2);
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

Deno.test("what has come since the sender drew up its account is no surprise, unless it never gave the number", () => {
  const before = accountOf([{ ...feed, way: "sent", accepted: [[1, 5]] }], { last: 5, open: [] });
  const now = accountOf([{ ...feed, way: "sent", accepted: [[1, 7]] }], { last: 7, open: [] });
  const got = accountOf([{ ...feed, way: "received", accepted: [[1, 7]] }]);
  const [heard] = compareAccounts(got, before);
  assertEquals([isDispute(heard), heard.agreedUpTo], [false, 5]);
  const [answered] = compareAccounts({ ...before, sentNow: now.sent }, got);
  assertEquals([isDispute(answered), answered.agreedUpTo], [false, 5]);
  assertEquals(compareAccounts({ ...before, sentNow: before.sent }, got)[0].unknown, [[6, 7]]);
});

Deno.test("of an account that has too many ranges, both sides compare as much as both tell", () => {
  const odd = Array.from({ length: 6_000 }, (_, at) => [2 * at + 1, 2 * at + 1] as const);
  const even = odd.map(([number]) => [number + 1, number + 1] as const);
  const sent = accountOf([{ ...feed, way: "sent", accepted: odd, rejected: even.slice(0, 4_900) }], {
    last: 12_000,
    open: even.slice(4_900),
  });
  const got = accountOf([{ ...feed, way: "received", accepted: odd, rejected: even }]);
  const [found] = compareAccounts(sent, got);
  assertEquals([isDispute(found), found.agreedUpTo], [false, 9_801]);
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
