import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { Journal } from "../../../../runtime/journal/journal.ts";
import { sqliteStore } from "../../../../runtime/journal/store.ts";
import { backUpJournal, restoreJournal, verify } from "../../../../runtime/journal/upkeep/upkeep.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { masterKey } from "../../../world/master_key.ts";
import { appendOf, by, deaf, processOf } from "../entries.ts";

const open = (folder: string) => Journal.open(denoWorld, folder, deaf, sqliteStore(masterKey));

/** A journal on disk whose index knows one patient. */
async function withPatient(test: (folder: string, data: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir(), data = join(folder, "data");
  try {
    const journal = await open(data);
    const { seq } = await journal.write(appendOf());
    const facts = { names: [{ family: "DOE", given: "ANN" }], birthDate: "19700131" };
    const patients = [{ kind: "told", numbers: [{ id: "4711" }], facts }] as const;
    await journal.write(processOf(seq, [], { patients }));
    await journal.close();
    await test(folder, data);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const whoIn = async (data: string) => {
  const journal = await open(data);
  try {
    const found = await journal.ask({ ask: "patientsByNumber", id: "4711" });
    return found.map(({ names: [{ given }] }) => given);
  } finally {
    await journal.close();
  }
};

Deno.test("a backup has the patient index, and a journal that is put back finds by it", () =>
  withPatient(async (folder, data) => {
    const copy = join(folder, "copy"), back = join(folder, "back");
    await backUpJournal(denoWorld, { folder: data, to: copy, gateway: "ward", idle: true });
    await restoreJournal(denoWorld, { backup: copy, folder: back, masterKey, replace: false, by });
    assertEquals(await whoIn(back), ["ANN"]);
  }));

Deno.test("damage to the index is found, and nobody is told whose a number is by it", () =>
  withPatient(async (_folder, data) => {
    assertEquals((await verify(denoWorld, { folder: data, masterKey })).findings.list, []);
    const database = new DatabaseSync(join(data, "journal.db"));
    database.exec("UPDATE patient SET sealed = zeroblob(64)");
    database.close();
    const { findings } = await verify(denoWorld, { folder: data, masterKey });
    assertEquals(findings.list, [{ code: "valueUnreadable", subject: "row 1 of the patient index" }]);
    assertEquals((await assertRejects(() => whoIn(data), MitralError)).code, "JOURNAL_PATIENT_DAMAGED");
  }));
