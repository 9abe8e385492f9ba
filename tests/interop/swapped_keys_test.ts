/** Somebody who has the whole disk of a gateway swaps keys, or has the master key, too. Names say who finds it. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { MitralError } from "../../runtime/contract/error.ts";
import { createIdentity } from "../../runtime/trust/identity.ts";
import { readCheckpoint, signCheckpoint } from "../../runtime/trust/ledger/checkpoint.ts";
import { readPrivateFile, writePrivateFile } from "../../runtime/trust/private_file.ts";
import { masterKey } from "../world/master_key.ts";
import { Site, takesFrom } from "../runtime/engine/exchange/exchange_rig.ts";
import { missing } from "./_evidence.ts";
import {
  alarmAt,
  alarmsAt,
  auditVerify,
  mitral,
  outsider,
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

/** Keys that somebody has made under the clinic's name. */
const forged = await createIdentity({ gateway: "clinic", nowMs: Date.now(), masterKey });

test("a ledger key swapped in the private key file without the master key is found by the gateway, which does not start: IDENTITY_FILE_ALTERED", async ({ clinic }) => {
  await clinic.stop();
  const path = join(clinic.folder, "gateway.json");
  const ours = JSON.parse(await Deno.readTextFile(path));
  const { ledger } = JSON.parse(new TextDecoder().decode(forged.privateFile));
  await Deno.writeTextFile(path, JSON.stringify({ ...ours, ledger }));
  const error = await assertRejects(() => startClinic(clinic), MitralError);
  assertEquals(error.code, "IDENTITY_FILE_ALTERED");
});

test("a ledger key swapped in the private key file with the master key is found by the partner, which signs nothing of it: LEDGER_CHECKPOINT_UNSIGNED", async ({ clinic, lab }) => {
  await clinic.stop();
  const path = join(clinic.folder, "gateway.json");
  const ours = await readPrivateFile(await Deno.readFile(path), path, masterKey);
  const { ledger } = await readPrivateFile(forged.privateFile, "forged", masterKey);
  await Deno.writeFile(
    path,
    await writePrivateFile({ ...ours, master: ours.master!, ledger: ledger! }, masterKey),
  );
  await startClinic(clinic);
  assertEquals((await witnessed(clinic))?.hasSigned, false);
  const { error } = await lab.seen("checkpointRefused");
  assertEquals(error.code, "LEDGER_CHECKPOINT_UNSIGNED");
});

/** Signs every head again. */
function resign(database: DatabaseSync): void {
  for (const { size, note } of database.prepare("SELECT size, note FROM checkpoint").all()) {
    const signed = signCheckpoint(readCheckpoint(String(note)), forged.identity.ledger!);
    database.prepare("UPDATE checkpoint SET note = ? WHERE size = ?").run(signed, size!);
  }
}

test("heads signed again with another key are found by the gateway at its start, LEDGER_KEY_STRANGE, and by audit verify", async ({ clinic }) => {
  await tamper(clinic, resign);
  await startClinic(clinic);
  assertEquals(await alarmAt(clinic), "LEDGER_KEY_STRANGE");
  assert((await auditVerify(clinic)).includes("ledgerSignatureWrong"));
});

test("all keys swapped for others under the master key are found by the gateway at its start, LEDGER_KEY_STRANGE, and by the partner", async ({ clinic, lab }) => {
  await clinic.stop();
  await Deno.writeFile(join(clinic.folder, "gateway.json"), forged.privateFile);
  await startClinic(clinic);
  assertEquals(await alarmAt(clinic), "LEDGER_KEY_STRANGE");
  assertEquals((await witnessed(clinic))?.hasSigned, false);
  await send(clinic);
  await clinic.seen("deliveryFailed");
  assertEquals((await lab.gateway.archive.list({})).length, 1);
});

test(
  "a partner's file swapped for another's is in the ledger, and what that one signs is refused by the outsider's script",
  async ({ clinic, lab }) => {
    const [entry] = await partnersIn(clinic);
    await clinic.stop();
    await lab.stop();
    await using another = await Site.open("lab");
    await clinic.introduceTo(another);
    await another.start({ inbox: takesFrom("clinic") }, { partners: ["clinic"] });
    await another.introduceTo(clinic);
    await startClinic(clinic);
    await send(clinic);
    await clinic.seen("messageDelivered", () => true, 2);
    const entries = await partnersIn(clinic);
    assertEquals(entries.length, 2);
    assert(entries[1]!.hash !== entry!.hash);
    const [{ id }] = await clinic.gateway.archive.list({});
    const { code, out } = await outsider(clinic, id, clinic, lab);
    assertEquals(code, 1, out);
    assertStringIncludes(out, "REFUSED: ");
  },
  missing,
);

/** What the ledger says of partners' files. */
async function partnersIn({ gateway }: Site) {
  await gateway.ledger.head();
  const { entries } = await gateway.ledger.ask({ ask: "entries", from: 0, limit: 1_000 });
  return entries.map(({ entry }) => entry).filter(({ kind }) => kind === "partner");
}

/** Rewrites the journal as if the last message had never come, with its ledger from a number on, and signs a head of what is left. */
function undo(from: number) {
  return (database: DatabaseSync): void => {
    const place = 2 ** 40 + from;
    const { first } = database.prepare("SELECT max(place) AS first FROM ledger WHERE place <= ?").get(place)!;
    database.prepare("DELETE FROM ledger WHERE place >= ?").run(Number(first));
    database.prepare("DELETE FROM cosignature WHERE size > ?").run(Number(first) - 2 ** 40);
    database.prepare("DELETE FROM checkpoint WHERE size > ?").run(Number(first) - 2 ** 40);
    database.exec("DELETE FROM delivery WHERE seq = (SELECT max(seq) FROM message)");
    database.exec("DELETE FROM message WHERE seq = (SELECT max(seq) FROM message)");
  };
}

test(
  "what no witness has signed yet, rewritten by whoever has the master key, is found by nobody at that gateway, but by what the partner proves",
  async ({ clinic, lab }) => {
    const { size } = (await clinic.gateway.ledger.ask({ ask: "checkpoints", limit: 1 }))[0]!;
    await send(clinic);
    await clinic.seen("messageDelivered", () => true, 2);
    await tamper(clinic, undo(size));
    await startClinic(clinic);
    assertEquals((await witnessed(clinic))?.hasSigned, true);
    assertEquals([alarmsAt(clinic), alarmsAt(lab), await auditVerify(clinic)], [[], [], []]);
    assertEquals((await clinic.gateway.archive.list({})).length, 1);
    // The partner still has it, signed by the clinic, and in a ledger that the clinic has witnessed.
    const [{ id }] = await lab.gateway.archive.list({});
    const { code, out } = await outsider(lab, id, clinic, lab);
    assertEquals(code, 0, out);
    assertStringIncludes(out, "clinic signed");
  },
  missing,
);

test("what a witness has signed, rewritten by whoever has the master key, is found by the partner, and so by the gateway: LEDGER_ROLLED_BACK", async ({ clinic, lab }) => {
  await send(clinic);
  await clinic.seen("messageDelivered", () => true, 2);
  const { size } = (await clinic.gateway.ledger.ask({ ask: "checkpoints", limit: 1 }))[0]!;
  for (let at = 0; at < 20; at++) clinic.gateway.ledger.noteLogin({ by: "ann" });
  await witnessed(clinic);
  await tamper(clinic, undo(size));
  await startClinic(clinic);
  // Here everything is in order, by the keys that everything is signed with.
  assertEquals([alarmsAt(clinic), (await mitral(clinic, "journal", "verify", "gateway.yaml")).code], [[], 0]);
  assertEquals((await witnessed(clinic))?.hasSigned, false);
  assertEquals([await alarmAt(lab), await alarmAt(clinic)], ["LEDGER_ROLLED_BACK", "LEDGER_ROLLED_BACK"]);
});
