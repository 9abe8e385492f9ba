import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Journal } from "../../../runtime/journal/journal.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { appendOf, branchTo, deaf, processOf } from "./entries.ts";

/** What version 3 added, undone: the tables as version 2 made them. */
const BACK_TO_2 = `
DROP INDEX message_gathering; DROP TABLE numbering; ALTER TABLE message DROP COLUMN whole;
PRAGMA user_version = 2;
`;

/** What versions 3 and 2 added, undone: the tables as version 1 made them. */
const BACK_TO_1 = `${BACK_TO_2}
DROP INDEX message_parent; DROP INDEX delivery_part; DROP INDEX delivery_held; DROP INDEX delivery_gathering;
DROP INDEX delivery_batch; DROP TABLE state;
ALTER TABLE message DROP COLUMN stages; ALTER TABLE message DROP COLUMN parent;
ALTER TABLE delivery DROP COLUMN part; ALTER TABLE delivery DROP COLUMN built_on;
ALTER TABLE delivery DROP COLUMN held; ALTER TABLE delivery DROP COLUMN batch;
CREATE UNIQUE INDEX delivery_message ON delivery (seq, destination);
PRAGMA user_version = 1;
`;

Deno.test("a journal of the version before is opened, and takes pieces and numbers", async () => {
  await reopened(BACK_TO_2, async (journal) => {
    assertEquals([journal.found.inboxes, journal.found.pieces], [{ lab: 1 }, {}]);
    const numbered = { sender: "S", last: 7 };
    const piece = await journal.write(appendOf({ place: "gathering", answered: "positively", numbered }));
    assertEquals(piece.kind, "appended");
    assertEquals(await journal.ask({ ask: "numbering", channel: "lab", sender: "S" }), { last: 7 });
    const { op: _op, ...whole } = appendOf({ answered: undefined });
    const joined = await journal.write({
      ...whole,
      op: "joinPieces",
      pieces: [piece.seq],
      answered: "positively",
    });
    assertEquals(joined, { seq: piece.seq + 1 });
  });
});

Deno.test("a journal of two versions before is opened with all that is in it", async () => {
  await reopened(BACK_TO_1, async (after) => {
    assertEquals([after.found.inboxes, after.found.outboxes], [{ lab: 1 }, { "lab/ehr": 1 }]);
    const [row] = await after.ask({ ask: "outbox", channel: "lab", destination: "ehr", after: 0, limit: 9 });
    assertEquals([row.part, row.isBuiltOn, row.keys], [0, false, ["k"]]);
    const parts = [branchTo("ehr"), branchTo("ehr", { part: 1 })];
    const state = [{ step: "0", key: "count", value: "7" }];
    await after.write(processOf(2, parts, { state }));
    assertEquals(await after.ask({ ask: "state", channel: "lab", step: "0", key: "count" }), "7");
  });
});

/** A journal with two messages, one of them in an outbox, that was taken back to an earlier version and opened again. */
async function reopened(back: string, look: (journal: Journal) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const before = await Journal.open(denoWorld, folder, deaf);
    await before.write(appendOf());
    await before.write(appendOf());
    await before.write(processOf(1, [branchTo("ehr")]));
    await before.close();
    const file = new DatabaseSync(`${folder}/journal.db`);
    file.exec(back);
    file.close();
    const after = await Journal.open(denoWorld, folder, deaf);
    await look(after);
    await after.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
