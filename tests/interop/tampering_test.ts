/** Somebody who has the whole disk of a gateway changes what is written there, or cuts it. Names say who finds it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { DatabaseSync } from "node:sqlite";
import { leafHash } from "../../runtime/trust/ledger/tree.ts";
import { missing } from "./_evidence.ts";
import {
  alarmAt,
  alarmsAt,
  auditVerify,
  mitral,
  outsider,
  reword,
  send,
  startClinic,
  tamper,
  type Tampering,
  withWitnessed,
  witnessed,
} from "./_tampering.ts";

function test(name: string, fn: (tampering: Tampering) => Promise<void>, ignore = false) {
  Deno.test({ name, ignore, fn: () => withWitnessed(fn) });
}

/** The receipt accepted the message; the ledger shall say that it did not. */
const deny = (database: DatabaseSync) => reword(database, '"out":"accepted"', '"out":"rejected"');

test("an edited entry is found by the gateway at its start, which signs nothing any more, and by audit verify", async ({ clinic, lab }) => {
  await tamper(clinic, deny);
  await startClinic(clinic);
  assertEquals(await alarmAt(clinic), "JOURNAL_LEDGER_CHANGED");
  assertEquals([clinic.gateway.snapshot().ledger.isSigned, await witnessed(clinic)], [false, undefined]);
  // What it does for patients goes on.
  await send(clinic);
  await clinic.seen("messageDelivered", () => true, 2);
  assert((await auditVerify(clinic)).includes("ledgerChanged"));
  assertEquals(alarmsAt(lab), []);
});

/** Entries that fill a tile, whose hashes the gateway does not make again at its start. */
async function fillTile({ clinic }: Tampering): Promise<void> {
  for (let at = 0; at < 256; at++) clinic.gateway.ledger.noteLogin({ by: "ann" });
  await witnessed(clinic);
}

test(
  "an entry edited under a full tile is found by audit verify, and by the outsider's script, not at the start",
  async (tampering) => {
    const { clinic, lab, id } = tampering;
    await fillTile(tampering);
    await tamper(clinic, deny);
    await startClinic(clinic);
    await witnessed(clinic);
    assertEquals([alarmsAt(clinic), alarmsAt(lab)], [[], []]);
    assert((await auditVerify(clinic)).includes("ledgerDamaged"));
    const { code, out } = await outsider(clinic, id, clinic, lab);
    assertEquals(code, 1, out);
    assertStringIncludes(out, "REFUSED: ");
  },
  missing,
);

test("an entry edited with the tile above it is found by the gateway at its start", async (tampering) => {
  const { clinic } = tampering;
  await fillTile(tampering);
  await tamper(clinic, (database) => {
    deny(database);
    const { hashes } = database.prepare("SELECT hashes FROM tile WHERE level = 0 AND number = 0").get()!;
    const changed = (hashes as Uint8Array).slice();
    changed.set(leafHash(new TextEncoder().encode("what it says now")));
    database.prepare("UPDATE tile SET hashes = ? WHERE level = 0 AND number = 0").run(changed);
  });
  await startClinic(clinic);
  assertEquals(await alarmAt(clinic), "JOURNAL_LEDGER_CHANGED");
});

const rows: readonly [what: string, sql: string, found: string][] = [
  ["taken out", "DELETE FROM delivery; DELETE FROM message", "ledgerMessageGone"],
  ["given another id", "UPDATE message SET id = 'another'", "ledgerUntold"],
  [
    "added",
    "INSERT INTO message SELECT 99, 'added', channel, received_ms, day, adapter, sender, recognised, state, answered," +
    " size, body, answer, evidence, trouble, stages, parent, whole FROM message LIMIT 1",
    "ledgerUntold",
  ],
  [
    "told to be refused, where it was delivered",
    "UPDATE delivery SET state = 2 WHERE state = 1",
    "ledgerUntold",
  ],
];

for (const [what, sql, found] of rows) {
  test(`a message row ${what} is found by audit verify`, async ({ clinic }) => {
    await tamper(clinic, sql);
    assert((await auditVerify(clinic)).includes(found), found);
  });
}

test(
  "a message whose body is another's is found by audit verify, and by the outsider's script",
  async ({ clinic, lab, id }) => {
    await clinic.gateway.inject("orders", '{"patient":4712}');
    await clinic.seen("messageDelivered", () => true, 2);
    await tamper(clinic, "UPDATE message SET body = (SELECT max(body) FROM message)");
    assertEquals(await auditVerify(clinic), ["ledgerBodyOther"]);
    await startClinic(clinic);
    const { code, out } = await outsider(clinic, id, clinic, lab);
    assertEquals(code, 1, out);
  },
  missing,
);

test("a body, a receipt and a statement with a byte changed are found by journal verify", async ({ clinic }) => {
  for (
    const sql of [
      "UPDATE body SET sealed = substr(sealed, 1, 30) || x'00' || substr(sealed, 32)",
      "UPDATE delivery SET answer = substr(answer, 1, 30) || x'00' || substr(answer, 32)",
      "UPDATE delivery SET statement = substr(statement, 1, 30) || x'00' || substr(statement, 32)",
    ]
  ) {
    await tamper(clinic, sql);
    const { code, out } = await mitral(clinic, "journal", "verify", "gateway.yaml");
    assertEquals(code, 1, out);
    assertStringIncludes(out, "valueUnreadable");
  }
});

/** All from the message on goes; what came before is as it was. */
const truncate =
  `DELETE FROM ledger WHERE place >= (SELECT min(place) FROM ledger WHERE instr(entries, '"k":"received"') > 0);`;

test("a ledger cut short, its signed heads left, is found by the gateway at its start, and by audit verify", async ({ clinic }) => {
  await tamper(clinic, truncate);
  await startClinic(clinic);
  assertEquals(await alarmAt(clinic), "JOURNAL_LEDGER_SHORTENED");
  assert((await auditVerify(clinic)).includes("ledgerShortened"));
});

test("a ledger cut short with its signed heads is found by the partner, which tells the gateway, and by audit verify", async ({ clinic, lab }) => {
  await tamper(clinic, truncate + "DELETE FROM checkpoint; DELETE FROM cosignature");
  await startClinic(clinic);
  const answer = await witnessed(clinic);
  const code = await alarmAt(lab);
  assert(["LEDGER_ROLLED_BACK", "LEDGER_VIEW_SPLIT"].includes(code), code);
  assertEquals([answer?.hasSigned, answer?.trouble, await alarmAt(clinic)], [false, code, code]);
  assert((await auditVerify(clinic)).includes("ledgerUntold"));
});
