import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import type { Site } from "../../engine/exchange/exchange_rig.ts";
import { withExchanged } from "./_audit_rig.ts";

async function newestOf({ gateway }: Site): Promise<string> {
  const [{ id }] = await gateway.archive.list({});
  return id;
}

Deno.test("audit list shows entries of a running gateway, newest first, by what they are about", () =>
  withExchanged(async ({ north, mitral }) => {
    const { code, out, err } = await mitral("audit", "list");
    assertEquals([code, err], [exitCodes.ok, ""]);
    const kinds = out.split("\n").slice(1, -1).map((line) => line.split(/ +/).filter(Boolean)[3]);
    assertEquals(kinds.filter((kind) => kind === "receipted").length, 2);
    assertEquals(kinds.at(-1), "began");
    assert(!out.includes("4711"));

    const listed = async (...args: string[]) => {
      const { out } = await mitral("audit", "list", "--json", ...args);
      return out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    };
    const id = await newestOf(north);
    const about = await listed("--message", id.slice(0, 30));
    assertEquals([...new Set(about.map(({ entry }) => entry.message))], [id]);
    assertEquals(about.map(({ entry }) => entry.kind).at(-1), "received");
    assertEquals((await listed("--kind", "receipted", "--destination", "out")).length, 2);
    assertEquals(await listed("--channel", "nobody"), []);
    assertEquals(await listed("--until", "2020-01-01"), []);
    assertEquals(await listed("--person", "nobody"), []);
    assertEquals((await listed("--since", "1h", "--epoch", "1")).length, kinds.length);
    const paged = await mitral("audit", "list", "--limit", "2");
    const next = /--before (\d+)/.exec(paged.err)![1];
    const [page] = await listed("--limit", "1", "--before", next);
    assertEquals(page.number, Number(next) - 1);
    assertEquals((await mitral("audit", "list", "--follow", "--before", "3")).code, exitCodes.usage);
  }));

Deno.test("audit prove writes a folder for its owner alone, says who has witnessed it, and is recorded with the reason", () =>
  withExchanged(async ({ north, mitral }) => {
    const id = await newestOf(north);
    const args = ["audit", "prove", id, "--out", "pack"];
    assertEquals((await mitral(...args)).code, exitCodes.usage);
    const { code, out, err } = await mitral(...args, "--reason", "asked by the court");
    assertEquals(code, exitCodes.ok, err);
    assertMatch(out, /^witnessed by south at 20.*\n\d+ files in pack, about message /);
    assertStringIncludes(err, "patient data");
    const folder = join(north.folder, "pack");
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    for (const name of ["evidence.json", "payload", "statement.jws", "receipt.jws", "salt", "README.txt"]) {
      assert(names.includes(name), name);
    }
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o700);
      assertEquals((await Deno.stat(join(folder, "payload"))).mode! & 0o777, 0o600);
    }
    const acts = await north.gateway.archive.acts({});
    assertEquals(acts.map(({ act, person, message, reason }) => [act, person, message, reason]), [
      ["exported as evidence", "ann", id, "asked by the court"],
    ]);
    const again = await mitral(...args, "--reason", "again");
    assertEquals(again.code, exitCodes.cannot);
    assertStringIncludes(again.err, "CONSOLE_FILE_EXISTS");
    const unknown = await mitral("audit", "prove", "ffff", "--out", "none", "--reason", "x");
    assertStringIncludes(unknown.err, "CONSOLE_MESSAGE_UNKNOWN");
    const nowhere = await mitral(
      "audit",
      "prove",
      id,
      "--destination",
      "x",
      "--out",
      "none",
      "--reason",
      "x",
    );
    assertStringIncludes(nowhere.err, "EVIDENCE_DESTINATION_UNKNOWN");
  }));

Deno.test("audit prove says that nobody has witnessed it, where no partner answers", () =>
  withExchanged(async ({ north, south, mitral }) => {
    await south.stop();
    await north.gateway.inject("orders", '{"patient":4713}');
    const id = await newestOf(north);
    const { code, out, err } = await mitral("audit", "prove", id, "--out", "pack", "--reason", "x");
    assertEquals(code, exitCodes.no, out);
    assertStringIncludes(err, "NO PARTNER HAS WITNESSED IT");
  }));

Deno.test("audit verify finds a sound ledger sound, and says up to where who has witnessed it", () =>
  withExchanged(async ({ north, mitral }) => {
    await north.gateway.ledger.witnessNow();
    const { code, out, err } = await mitral("audit", "verify", "--file", "gateway.yaml");
    assertEquals([code, err], [exitCodes.ok, ""], out);
    assertMatch(out, /up to \d+ by south at 20/);
    assertStringIncludes(out, "compared with 2 messages and 2 ends of deliveries: nothing is wrong");
    const bare = await mitral("audit", "verify", "--data", "data");
    assertEquals(bare.code, exitCodes.ok);
    assertStringIncludes(bare.out, "without --file no signature was checked");
    await north.gateway.backUp(join(north.folder, "copy"));
    const copy = await mitral("audit", "verify", "copy", "--file", "gateway.yaml", "--json");
    assertEquals([copy.code, JSON.parse(copy.out).findings.count], [exitCodes.ok, 0]);
  }));

/** Runs SQL over a journal. */
const sql = (text: string) => (database: DatabaseSync) => database.exec(text);

/** Another outcome, as long as the one that was. */
function rewordEntries(database: DatabaseSync): void {
  for (const { place, entries } of database.prepare("SELECT place, entries FROM ledger").all()) {
    const text = new TextDecoder("latin1").decode(entries as Uint8Array);
    const at = text.indexOf('"out":"accepted"');
    if (at < 0) continue;
    const changed = (entries as Uint8Array).slice();
    changed.set(new TextEncoder().encode('"out":"rejected"'), at);
    database.prepare("UPDATE ledger SET entries = ? WHERE place = ?").run(changed, place!);
  }
}

/** What somebody does who may write the journal's file. */
const tamperings: readonly [what: string, tamper: (database: DatabaseSync) => void, found: string][] = [
  ["entries", rewordEntries, "ledgerChanged"],
  [
    "its end",
    sql(
      `DELETE FROM ledger WHERE place >= (
        SELECT max(place) FROM ledger WHERE place % (1 << 40) < (SELECT max(size) FROM checkpoint))`,
    ),
    "ledgerShortened",
  ],
  [
    "a signed head",
    sql("UPDATE checkpoint SET note = replace(note, 'north/', 'south/')"),
    "ledgerSignatureWrong",
  ],
  [
    "a cosignature",
    sql("UPDATE cosignature SET line = substr(line, 1, 60) || 'AAAA' || substr(line, 65)"),
    "ledgerSignatureWrong",
  ],
];

for (const [what, tamper, code] of tamperings) {
  Deno.test(`audit verify finds it where somebody has changed ${what}, and answers no`, () =>
    withExchanged(async ({ north, mitral }) => {
      await north.gateway.ledger.witnessNow();
      await north.gateway.backUp(join(north.folder, "copy"));
      const database = new DatabaseSync(join(north.folder, "copy", "journal.db"));
      tamper(database);
      database.close();
      const verified = await mitral("audit", "verify", "copy", "--file", "gateway.yaml");
      assertEquals(verified.code, exitCodes.no, verified.out);
      assertStringIncludes(verified.out, code);
    }));
}
