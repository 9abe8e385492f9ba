import { assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { bodyCommitment } from "../../../../runtime/journal/ledger/body_commitment.ts";
import type { Append, Settle } from "../../../../runtime/journal/operations.ts";
import { appendOf, branchTo, by, processOf, trouble } from "../entries.ts";
import { Book } from "./book.ts";

const utf8 = new TextEncoder();
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const exact = { kind: "exact", windowMs: 1e6 } as const;
const settleOf = (seq: number, delivery: number, change: Partial<Settle> = {}): Settle => ({
  op: "settle",
  seq,
  delivery,
  attempts: 1,
  atMs: 4000,
  tellRest: false,
  ...change,
});

/** A message with one delivery: to `ehr`, unless it is said otherwise. */
function delivering(book: Book, change: Partial<Append> = {}, branch = branchTo("ehr")) {
  const append = appendOf(change as object);
  const { seq } = book.write<Append>(append);
  const [{ delivery }] = book.write(processOf(seq, [branch]));
  return { id: append.id, seq, delivery };
}

/** What is told behind what was told before. */
function told(book: Book, act: () => unknown): Record<string, unknown>[] {
  const before = book.told().length;
  act();
  return book.told().slice(before).map((entry) => ({ ...entry }));
}

Deno.test("a message is received, and delivered", () => {
  using book = new Book();
  const { id, seq, delivery } = delivering(book, { answered: "positively" });
  book.write(settleOf(seq, delivery));
  assertEquals(book.told(), [
    { kind: "received", channel: "lab", message: id, body: true, outcome: "accepted" },
    { kind: "delivered", channel: "lab", message: id, destination: "ehr" },
  ]);
});

Deno.test("the ledger commits to the received bytes by a salt that lies with them", () => {
  using book = new Book();
  const body = utf8.encode("what was received");
  const append = appendOf({ body });
  book.write(append);
  const { salt } = book.ask({ ask: "show", id: append.id })!;
  const [{ entry }] = book.numbered().slice(1);
  const outside = sha256(Uint8Array.of(...Uint8Array.fromHex(salt!), ...Uint8Array.fromHex(sha256(body))));
  assertEquals([entry.body, bodyCommitment(salt!, body)], [outside, outside]);
});

Deno.test("what comes again is acknowledged again, and received once", () => {
  using book = new Book();
  const append = appendOf({ answered: "positively", sameness: exact });
  book.write(append);
  assertEquals(told(book, () => book.write({ ...append, id: "again" })), [
    { kind: "acknowledged", channel: "lab", message: append.id, outcome: "accepted" },
  ]);
});

Deno.test("while it is not answered a repetition tells nothing", () => {
  using book = new Book();
  const append = appendOf({ sameness: exact });
  book.write(append);
  assertEquals(told(book, () => book.write({ ...append, id: "again" })), []);
});

Deno.test("a message that is refused when it comes is received and rejected, with the reason", () => {
  using book = new Book();
  const append = appendOf({ trouble });
  book.write(append);
  const { code } = trouble;
  assertEquals(book.told(), [
    { kind: "received", channel: "lab", message: append.id, body: true, outcome: "rejected", code },
  ]);
});

Deno.test("a forged repetition has a story of its own", () => {
  using book = new Book();
  const sameness = { ...exact, conflict: trouble };
  const append = appendOf({ answered: "positively", sameness });
  book.write(append);
  const forged = { ...append, id: "forged", body: utf8.encode("other") };
  assertEquals(told(book, () => book.write(forged)), [
    {
      kind: "received",
      channel: "lab",
      message: "forged",
      body: true,
      outcome: "rejected",
      code: trouble.code,
    },
  ]);
});

Deno.test("a message that came sealed names its sender, and what that signed; its receipt follows", () => {
  using book = new Book();
  const [evidence, receipt] = [utf8.encode("statement"), utf8.encode("receipt")];
  const sameness = { kind: "sealed", from: "north", id: "m1", sealedAtMs: 1, conflict: trouble } as const;
  const append: Append = appendOf({ answered: "positively", sameness, evidence });
  const { seq } = book.write<Append>(append);
  const answer = { bytes: receipt, contentType: "application/jose" };
  book.write({ op: "answered", seq, atMs: 9, positively: true, answer });
  book.write<Append>({ ...append, id: "again" });
  const [received, ...acknowledged] = book.numbered().slice(1).map(({ entry }) => entry);
  assertEquals([received.gateway, received.statement], ["north", sha256(evidence)]);
  assertEquals(acknowledged.map(({ kind, message, receipt }) => [kind, message, receipt]), [
    ["acknowledged", append.id, sha256(receipt)],
    ["acknowledged", append.id, sha256(receipt)],
  ]);
});

Deno.test("a batch that came sealed is acknowledged with its one receipt", () => {
  using book = new Book();
  const exchanged = {
    way: "received",
    gateway: "north",
    feed: "f",
    epoch: 1,
    sequence: 1,
    receipt: "accepted",
  } as const;
  const [statement, receipt] = [utf8.encode("statement"), utf8.encode("receipt")];
  book.write({ op: "exchanged", exchanged, acknowledged: { channel: "lab", atMs: 7, statement, receipt } });
  assertEquals(book.told(), [
    {
      kind: "acknowledged",
      channel: "lab",
      gateway: "north",
      outcome: "accepted",
      statement: true,
      receipt: true,
    },
  ]);
});

Deno.test("a delivery that went out sealed is receipted, with what was signed on both sides, and that is kept", () => {
  using book = new Book();
  const { id, seq, delivery } = delivering(book);
  const sealed = { statement: utf8.encode("our statement"), envelope: sha256(utf8.encode("envelope")) };
  const answer = utf8.encode("their receipt");
  const exchanged = {
    way: "sent",
    gateway: "south",
    feed: "f",
    epoch: 1,
    sequence: 1,
    receipt: "accepted",
  } as const;
  book.write({ op: "attempted", delivery, attempts: 1, trouble, sealed });
  book.write(settleOf(seq, delivery, { exchanged, sealed, answer }));
  const place = { channel: "lab", message: id, destination: "ehr" };
  assertEquals(book.told().slice(1), [
    { ...place, kind: "attempted", code: trouble.code, statement: true, envelope: true },
    {
      ...place,
      kind: "receipted",
      gateway: "south",
      outcome: "accepted",
      receipt: true,
      statement: true,
      envelope: true,
    },
  ]);
  const [payload] = book.ask({ ask: "show", id })!.payloads;
  assertEquals([payload.statement, payload.answer], [sealed.statement, answer]);
});

Deno.test("a partner's refusal is receipted and rejected", () => {
  using book = new Book();
  const { seq, delivery } = delivering(book);
  const exchanged = {
    way: "sent",
    gateway: "south",
    feed: "f",
    epoch: 1,
    sequence: 1,
    receipt: "rejected",
  } as const;
  book.write(settleOf(seq, delivery, { exchanged, trouble }));
  const { kind, outcome, code } = book.told().at(-1)!;
  assertEquals([kind, outcome, code], ["receipted", "rejected", trouble.code]);
});

Deno.test("an answer that is decided later is acknowledged once: after the work, after the last delivery, by a destination", () => {
  using book = new Book();
  const one = book.write<Append>(appendOf()).seq;
  book.write(processOf(one, [branchTo("ehr")], { answers: true }));
  const two = delivering(book);
  book.write(settleOf(two.seq, two.delivery, { tellRest: true }));
  const three = delivering(book);
  const concludes = { positively: false };
  book.write(settleOf(three.seq, three.delivery, { concludes, trouble }));
  book.write(settleOf(three.seq, three.delivery, { concludes, trouble }));
  const acknowledged = book.told().filter(({ kind }) => kind === "acknowledged");
  assertEquals(acknowledged.map(({ outcome }) => outcome), ["accepted", "accepted", "rejected"]);
});

Deno.test("a message for no destination is filtered, and one that cannot go on is quarantined; each says what its sender hears", () => {
  using book = new Book();
  const seqs = [appendOf(), appendOf(), appendOf({ answered: "positively" })].map((each) =>
    book.write<Append>(each).seq
  );
  const entries = told(book, () => {
    book.write(processOf(seqs[0], [], { answers: true }));
    book.write({ op: "quarantine", seq: seqs[1], trouble });
    book.write({ op: "quarantine", seq: seqs[2], trouble });
    // It is there already.
    book.write({ op: "quarantine", seq: seqs[2], trouble });
  });
  assertEquals(entries.map(({ kind, outcome }) => [kind, outcome]), [
    ["filtered", "accepted"],
    ["quarantined", "rejected"],
    ["quarantined", undefined],
  ]);
});

Deno.test("what is handed to another channel is delivered, and received there", () => {
  using book = new Book();
  const handsOn = { channel: "ward", id: "next", receivedAtMs: 3, controlId: "C", type: "T", sender: "S" };
  const branch = branchTo("next", { payload: utf8.encode("changed"), handsOn });
  const { id } = delivering(book, {}, branch);
  assertEquals(
    book.told().slice(1),
    [
      { kind: "received", channel: "ward", message: "next", body: true },
      { kind: "delivered", channel: "lab", message: id, destination: "next" },
    ].toReversed(),
  );
});

Deno.test("pieces are received each, and as the message they make", () => {
  using book = new Book();
  const pieces = [appendOf({ place: "gathering" }), appendOf({ place: "gathering" })];
  const seqs = pieces.map((piece) => book.write<Append>(piece).seq);
  const { op: _, sameness: __, ...whole } = appendOf();
  book.write({ ...whole, op: "joinPieces", answered: "positively", pieces: seqs });
  assertEquals(book.told().map(({ kind, message }) => [kind, message]), [
    ...pieces.map(({ id }) => ["received", id]),
    ["received", whole.id],
  ]);
});

/** Two messages that are sent together, and their batch. */
function batch(book: Book) {
  const members = [1, 2].map(() => delivering(book, {}, branchTo("ehr", { gathers: true })));
  const closed = book.write({
    op: "closeBatch",
    channel: "lab",
    id: "batch",
    atMs: 5,
    type: "B",
    payload: utf8.encode("both"),
    branch: branchTo("ehr"),
    upTo: members[1].delivery,
    members: 2,
  })!;
  return { ids: members.map(({ id }) => id), ...closed };
}

Deno.test("a batch is received, and its end is told of each of its members", () => {
  using book = new Book();
  const { ids, seq, delivery } = batch(book);
  assertEquals(book.told().at(-1), { kind: "received", channel: "lab", message: "batch", body: true });
  const ends = told(book, () => book.write(settleOf(seq, delivery, { isBatch: true, trouble })));
  assertEquals(
    ends.map(({ kind, message }) => [kind, message]),
    ["batch", ...ids].map((id) => ["quarantined", id]),
  );
  // It is put back, and cancelled.
  book.write({ op: "replay", seq, force: false, by, atMs: 6 });
  const cancelled = told(
    book,
    () => book.write({ op: "cancel", seq, deliveries: [delivery], queued: true, by, atMs: 7 }),
  );
  assertEquals(
    cancelled.map(({ kind, act, by, message, destination }) => [kind, act, by, message, destination]),
    [...ids, "batch"].map((id) => ["act", "cancelled", "ann", id, "ehr"]),
  );
});

Deno.test("what a person does is told with the name, and without the reason", () => {
  using book = new Book();
  const { id, seq, delivery } = delivering(book);
  book.write(settleOf(seq, delivery, { trouble }));
  const acts = told(book, () => {
    book.write({ op: "note", ids: [id, "gone"], act: "viewed", by, atMs: 1 });
    book.write({ op: "replay", seq, force: false, by, atMs: 2 });
    book.write({ op: "stand", channel: "lab", destination: "ehr", change: { paused: true }, by, atMs: 3 });
    book.write({ op: "holdSenders", held: true, by, atMs: 4 });
    const ended = { how: "cancelled", by } as const;
    book.write(settleOf(seq, delivery, { ended }));
  });
  assertEquals(acts, [
    { kind: "act", act: "viewed", by: "ann", channel: "lab", message: id },
    { kind: "act", act: "replayed", by: "ann", channel: "lab", destination: "ehr", message: id },
    { kind: "act", act: "paused", by: "ann", channel: "lab", destination: "ehr" },
    { kind: "act", act: "held all senders", by: "ann" },
    { kind: "act", act: "cancelled", by: "ann", channel: "lab", destination: "ehr", message: id },
  ]);
  const all = book.database.prepare("SELECT entries FROM ledger").all();
  assertEquals(
    all.some(({ entries }) => new TextDecoder().decode(entries as Uint8Array).includes(by.reason)),
    false,
  );
});

Deno.test("a message that is corrected says so, and so does the one that takes its place", () => {
  using book = new Book();
  const before = appendOf({ trouble });
  const { seq } = book.write<Append>(before);
  const corrected = appendOf({ corrects: { seq, id: before.id, by } });
  assertEquals(
    told(book, () => book.write(corrected)).map(({ kind, act, message }) => [kind, act, message]),
    [
      ["act", `corrected as ${corrected.id}`, before.id],
      ["received", undefined, corrected.id],
      ["act", `corrects ${before.id}`, corrected.id],
    ],
  );
});

Deno.test("what was committed before a crash and is done again is told once", () => {
  using book = new Book();
  const { seq, delivery } = delivering(book);
  const again = told(book, () => {
    book.write(settleOf(seq, delivery));
    book.write(processOf(seq, [branchTo("ehr")]));
    book.write(settleOf(seq, delivery));
  });
  assertEquals(again.map(({ kind }) => kind), ["delivered"]);
  assertThrows(() => book.write({ op: "attempted", delivery: 4711, attempts: 1, trouble }));
});
