import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Database } from "../../../runtime/journal/database.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { prepareSchema } from "../../../runtime/journal/schema.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import { verifyLedgerIn } from "../../../runtime/journal/upkeep/upkeep.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { GatewayRig } from "../engine/gateway_rig.ts";
import { acknowledged } from "../engine/hl7_peer.ts";
import { said } from "../engine/hand_listener.ts";
import { note } from "../engine/note_format.ts";
import { sha256 } from "./data_folders/contents.ts";
import { about, LAST_PIECE } from "./data_folders/fill.ts";
import { siteOf } from "./data_folders/site.ts";
import { assertHolds, unpacked } from "./data_folders/unpacked.ts";
import { deaf } from "./entries.ts";

/** Tables and indexes of a journal's file, by their names. */
function tablesIn(path: string): Record<string, string> {
  using database = new DatabaseSync(path);
  if (path === ":memory:") prepareSchema(database as unknown as Database);
  const rows = database.prepare("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all();
  return Object.fromEntries(rows.map(({ name, sql }) => [String(name), String(sql).replaceAll(/\s+/g, " ")]));
}

/** Versions of which a data folder is kept. None is ever changed, or left out. */
const VERSIONS = [3, 4, 5, 6, 7];

for (const version of VERSIONS) {
  Deno.test(`a data folder of version ${version} is opened with all that is in it, and again after that`, async () => {
    await using folder = await unpacked(version);
    for (let life = 0; life < 2; life++) {
      const journal = await Journal.open(denoWorld, folder.path, deaf, sqliteStore(folder.masterKey));
      await assertHolds(journal, folder);
      await journal.close();
      assertEquals(tablesIn(`${folder.path}/journal.db`), tablesIn(":memory:"));
      const { path, masterKey } = folder;
      assertEquals((await verifyLedgerIn(denoWorld, { folder: path, masterKey })).findings.list, []);
    }
  });

  Deno.test(`a gateway goes on where one of version ${version} stopped`, async () => {
    await using folder = await unpacked(version);
    const { expected } = folder;
    await using rig = new GatewayRig(
      2,
      Math.max(...expected.messages.map((each) => each.receivedAtMs)) + 1000,
    );
    const site = await siteOf(rig, folder.path);
    const settings = { ...site.settings, data: folder.path };
    const gateway = await rig.open(site.channels, settings, sqliteStore(folder.masterKey));
    const { peers } = site;
    assertEquals(rig.all("journalRewritten").some((event) => event.version === version), version < 4);

    // What was queued goes out, each queue in its order; what waits for a held key waits on.
    await rig.seen("messageDelivered", ({ channel }) => channel === "admissions", 4);
    assertEquals(peers.registry.taken, ["A3", "A4", "A5", "A2"]);
    await rig.seen("messageDelivered", ({ channel }) => channel === "specimens", 2);
    assertEquals(peers.labels.taken.toSorted(), ["S2", "S3"]);
    await rig.seen("messageDelivered", ({ channel }) => channel === "enquiries", 2);
    await rig.seen("messageDelivered", ({ channel }) => channel === "billing");
    assertEquals(peers.ward.attempts, []);
    const held = expected.messages.find(({ controlId }) => controlId === "R2")!;
    await gateway.release(held.id);
    await rig.seen("messageDelivered", ({ channel }) => channel === "results", 2);
    assertEquals(peers.ward.taken, ["R3", "R6"]);

    // What was received is worked on.
    site.letWork();
    await rig.seen("messageDelivered", ({ channel }) => channel === "pharmacy", 2);
    await rig.seen("messageDelivered", ({ channel }) => channel === "backlog", 3);
    assertEquals(
      await Promise.all(peers.archive.attempts.map(({ bytes }) => sha256(bytes))),
      expected.messages.filter(({ channel }) => channel === "backlog").map(({ sha256 }) => sha256),
    );

    // What one person has approved goes on with another's approval, as they left it.
    if (version >= 7) {
      const half = (await gateway.reviews.list()).find(({ approvals }) => approvals === 1)!;
      await gateway.reviews.approve(half.id, { by: { person: "bob" } });
      await rig.seen("messageDelivered", ({ channel }) => channel === "papers");
      const [{ bytes }] = peers.papers.attempts;
      assertEquals(
        new TextDecoder().decode(bytes).split("|")[4],
        "invoice 4711-ÄÖ 30.00 2 lines ann+bob",
      );
    }

    // What gathers, what waits for its last piece, and numbers go on.
    assertEquals(await gateway.closeBatch("billing"), [{ destination: "bills", messages: 1 }]);
    await rig.hand("fragments").give(LAST_PIECE);
    await rig.seen("messageDelivered", ({ channel }) => channel === "fragments");
    assertEquals(peers.joined.taken, ["WAIT1"]);
    const number = async (id: string, number: string) =>
      acknowledged(await rig.hand("counted").give(about("sato", { id, number })));
    assertEquals([await number("N44", "44"), await number("N43", "43")], ["AE N44 43", "AA N43 43"]);

    // What comes again is known, and answered as it was.
    const before = rig.all("messageReceived").length;
    assertEquals(acknowledged(await rig.hand("admissions").give(about("sato", { id: "A4" }))), "AA A4");
    const x1 = note({ id: "X1", text: "Überweisung Žofie Černá" });
    assertEquals(
      said(await rig.hand("exchange").give(site.envelope.wrap("m1", x1))),
      "m1 accepted receipt 1",
    );
    const r1 = about("mueller", { id: "R1", type: "ORU^R01", more: "OBX|1|NM|K^Kalium||4,1|mmol/l\n" });
    const { answer } = await rig.hand("results").give(r1);
    const stored = expected.besides[expected.messages.findIndex(({ controlId }) => controlId === "R1")];
    assertEquals(await sha256(answer!.bytes), stored.answer);
    assertEquals([rig.all("messageReceived").length, rig.all("messageRepeated").length], [before, 3]);

    // Long after, only its sender's latest message still is.
    rig.clock.set(24 * 3_600_000);
    await rig.hand("admissions").give(about("sato", { id: "A2" }));
    assertEquals(rig.all("messageRepeated").length, 4);
    await rig.hand("results").give(r1);
    assertEquals(rig.all("messageRepeated").length, 4);

    // What a step remembers, too.
    await rig.hand("admissions").give(about("sato", { id: "A9" }));
    await rig.seen("messageDelivered", ({ channel }) => channel === "admissions", 6);
    await rig.clock.pass(gateway.close());
    const journal = await Journal.open(denoWorld, folder.path, deaf, sqliteStore(folder.masterKey));
    const { value: _, ...visits } = expected.state.find(({ value }) => value === "2 佐藤")!;
    assertEquals(await journal.ask({ ask: "state", ...visits }), "3 佐藤");
    await journal.close();
  });
}
