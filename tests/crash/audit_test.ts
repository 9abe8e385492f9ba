import { assertEquals } from "@std/assert";
import { audit, type Sent } from "./_audit.ts";
import type { Coming } from "./_sink.ts";

const sent = (controlId: string, key = 1): Sent => ({ controlId, key, acknowledgedIn: 1 });
const came = (controlId: string, connection = 1, life = 0): Coming => ({ controlId, connection, life });
/** It is answered AA once so many have come; never without. */
const unanswered = (controlId: string, acceptedAt?: number) => ({
  ...came(controlId),
  acceptedAt,
  isAnswered: false,
});

/** What the audit says, of a sink whose connections above `endedMax` are still there. */
function verdict(
  messages: readonly Sent[],
  comings: readonly (Coming & { readonly isAnswered?: boolean })[],
  { endedMax = 0, unsyncedMax = 64, wrong = [] as string[] } = {},
) {
  const answered = comings.map((coming, at) =>
    coming.isAnswered === false ? coming : { ...coming, acceptedAt: at + 1 }
  );
  const seen = {
    name: "sink",
    comings: answered,
    wrong,
    isOpen: (connection: number) => connection > endedMax,
  };
  return audit(messages, seen, unsyncedMax);
}

Deno.test("what came once, in the order of its key, is in order", () => {
  const messages = [sent("A"), sent("B", 2), sent("C")];
  const { violations, delivered, again } = verdict(messages, [came("B"), came("A"), came("C")]);
  assertEquals([violations, delivered], [[], 3]);
  assertEquals(again, { refused: 0, unread: 0, unsynced: 0 });
});

Deno.test("a message that was acknowledged and never came is missing; one that was not may stay away, or come", () => {
  const { violations } = verdict([sent("A"), sent("B"), { controlId: "C", key: 1 }, {
    controlId: "D",
    key: 1,
  }], [came("A"), came("C")]);
  assertEquals(violations, ["sink: B of key 1, acknowledged in cycle 1, is missing"]);
});

Deno.test("a message that comes first after a later one of its key is out of order", () => {
  const { violations } = verdict([sent("A"), sent("B"), sent("X", 2)], [came("X"), came("B"), came("A")]);
  assertEquals(violations, ["sink: A of key 1 came after what was sent later"]);
});

Deno.test("a message must not come before the one before it is accepted, however often that is refused", () => {
  const refused = unanswered("A");
  const late = unanswered("A", 3);
  assertEquals(
    verdict([sent("A"), sent("B")], [late, came("A", 2), came("B", 2)], { endedMax: 1 }).violations,
    [],
  );
  assertEquals(verdict([sent("A"), sent("B")], [refused, refused, came("A"), came("B")]).again.refused, 2);
  assertEquals(verdict([sent("A"), sent("B")], [refused, came("B"), came("A")]).violations, [
    "sink: B of key 1 came before A was accepted",
  ]);
  assertEquals(verdict([sent("A"), sent("B")], [unanswered("A", 2), came("B")]).violations, [
    "sink: B of key 1 came before A was accepted",
  ]);
});

Deno.test("an answer that may not have been read explains another delivery, one that was read does not", () => {
  const messages = [sent("A"), sent("B", 2)];
  const { violations, again } = verdict(messages, [came("A"), came("A", 2), came("B", 2)], { endedMax: 1 });
  assertEquals([violations, again.unread], [[], 1]);
  const read = ["sink: A came again, and its AA had been read"];
  assertEquals(verdict(messages, [came("A"), came("B"), came("A", 2)], { endedMax: 1 }).violations, read);
  assertEquals(verdict(messages, [came("A"), came("A", 2), came("B", 2)]).violations, read);
});

Deno.test("a crash explains so many deliveries as may be unsynced, and no more", () => {
  const messages = [sent("A", 1), sent("B", 2), sent("C", 3)];
  const comings = [came("A"), came("B"), came("C"), came("A", 2, 1), came("B", 2, 1)];
  const { violations, again } = verdict(messages, comings, { endedMax: 2 });
  assertEquals([violations, again.unsynced], [[], 2]);
  assertEquals(verdict(messages, comings, { endedMax: 2, unsyncedMax: 1 }).violations, [
    "sink: crash 1 lost 2 outcomes, and may lose 1",
  ]);
});

Deno.test("what came with other bytes, or from nowhere, is told", () => {
  assertEquals(verdict([sent("A")], [came("A"), came("Z")], { wrong: ["A"] }).violations, [
    "sink: A came with other bytes than it was sent with",
    "sink: Z was never sent",
  ]);
});
