import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fieldsOf } from "../../examples/_kit/mllp.ts";
import { projectFolder } from "../../examples/_kit/process.ts";
import { commandOf, contentsOf, played } from "./_played.ts";
import { inFolder, Program } from "./_program.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("adt_fan_out: every destination gets what it is to have, and the one that was down catches up", () =>
  played("adt_fan_out", async ({ received, fields, out }) => {
    const all = ["FAN-1", "FAN-2", "FAN-3", "FAN-4", "FAN-5"];
    assertEquals(await fields("mpi", "MSH", 10), all);
    const sent = await Deno.readTextFile(join(projectFolder, "examples/adt_fan_out/adt.hl7"));
    assertEquals((await received("mpi")).map(text).join(""), sent.replaceAll("\n", "\r"));
    assertEquals(await fields("ward", "MSH", 10), ["FAN-1", "FAN-3", "FAN-4"]);
    assertEquals(await fields("billing", "MSH", 10), all);
    assertEquals(await fields("billing", "PV1", 10), ["4210", "4100", "4210", "4500", "4100"]);
    const portal = (await received("portal")).map((bytes) => JSON.parse(text(bytes)));
    assertEquals(portal.map(({ event }) => event), ["A01", "A04", "A08", "A01", "A03"]);
    assertEquals(portal[0], {
      event: "A01",
      at: "2026-01-05T08:15-06:00",
      patient: { mrn: "200417", name: "Inés Fernández", born: "1954-09-03" },
      allergies: [{ substance: "Penicillin", severe: "SV" }, { substance: "Eggs", severe: "MI" }],
    });
    assertStringIncludes(out, "yes  5 wait for billing");
  }));

Deno.test("query_response: each query gets its own answer, and none waits for another", () =>
  played("query_response", async ({ fields, out }) => {
    assertEquals(await fields("mpi", "MSH", 10), ["ASK-1", "ASK-2", "ASK-3", "ASK-2"]);
    assertMatch(
      out,
      /CLINIC_2 asked for Okonkwo: Chidi Okonkwo.*\n.*WARD_4E asked for Fernández: Inés Fernández/,
    );
    assertStringIncludes(out, "both come from HUB");
  }));

Deno.test("nightly_billing: charges gather through a restart and go out as one batch", () =>
  played("nightly_billing", async ({ folder }) => {
    const outbox = join(folder, "outbox");
    const names = (await Array.fromAsync(Deno.readDir(outbox), ({ name }) => name)).sort();
    for (const [at, name] of names.entries()) assertMatch(name, new RegExp(`^DFT_\\d{8}_0*${at + 1}\\.hl7$`));
    const batches = (await contentsOf(outbox)).map(fieldsOf);
    const kinds = batches.map((segments) => segments.map(([name]) => name).join(" "));
    const charge = "MSH PID FT1";
    assertEquals(kinds, [`FHS BHS ${charge} ${charge} ${charge} BTS FTS`, `FHS BHS ${charge} BTS FTS`]);
    const ids = batches.map((segments) =>
      segments.filter(([name]) => name === "MSH").map((header) => header[10])
    );
    assertEquals(ids, [["NIGHT-1", "NIGHT-3", "NIGHT-4"], ["NIGHT-5"]]);
  }));

Deno.test("json_intake: JSON becomes HL7, and the answer JSON again", () =>
  played("json_intake", async ({ fields, out }) => {
    assertEquals(await fields("ehr", "MSH", 9), ["ADT^A04^ADT_A01", "ADT^A04^ADT_A01"]);
    assertEquals(await fields("ehr", "PID", 5), ["Fernández^Inés", "Okonkwo^Chidi"]);
    assertEquals(await fields("ehr", "PID", 7), ["19540903", "19881121"]);
    const [id] = await fields("ehr", "MSH", 10);
    assertStringIncludes(out, `200 {"status":"AA","id":"${id}"}`);
    assertMatch(out, /^ {2}5\d\d \{"status":"AE","id":"\w+"\}$/m);
  }));

Deno.test("fax_invoice: the invoice goes on when a person has said what the coffee hides, and not before", () =>
  played("fax_invoice", async ({ folder, fields, received, out }) => {
    assertEquals(await fields("billing", "MSH", 9), ["DFT^P03^DFT_P03"]);
    assertEquals(await fields("billing", "PID", 3), ["200532^^^ST_ELSEWHERE^MR"]);
    assertEquals(await fields("billing", "IN1", 36), ["448210975"]);
    const [charges] = (await received("billing")).map(fieldsOf);
    const amounts = charges.filter(([name]) => name === "FT1").map((charge) => charge[11]);
    assertEquals(amounts, ["120.00&USD", "35.00&USD", "85.00&USD"]);
    const sources = charges.filter(([name]) => name === "ZFX").map((value) => [value[2], value[6]]);
    assertEquals(sources.filter(([, source]) => source !== "ocr"), [["insuranceId", "person"]]);
    const pictures = await Array.fromAsync(Deno.readDir(join(folder, "look")), ({ name }) => name);
    assertEquals(pictures.length, 2);
    assertMatch(out, /\n {2}http:\/\/127\.0\.0\.1:\d+\n/);
  }));

Deno.test("two_way_partnership: results go one way, invoices the other, and nobody between reads them", () =>
  played("two_way_partnership", async ({ folder, fields, received, out }) => {
    assertEquals(await fields("coding", "MSH", 10), ["TWO-1", "TWO-3"]);
    for (const field of [11, 13, 19]) assertEquals(await fields("coding", "PID", field), ["", ""]);
    assertEquals(await fields("coding", "NTE", 3), ["", ""]);
    const invoices = (await received("accounts_payable")).map(text);
    assertEquals(invoices.map((invoice) => /number="([^"]+)"/.exec(invoice)?.[1]), ["INV-1001", "INV-1003"]);
    for (const invoice of invoices) {
      assertMatch(invoice, / sent="\d{4}-\d\d-\d\d">/);
      assertStringIncludes(invoice, "<Payer>St Elsewhere</Payer>");
    }
    assertMatch(out, /names and findings, [1-9]\d* times in clear behind them, turn up there 0 times/);
    const done = await Array.fromAsync(Deno.readDir(join(folder, "billing_office/ready/done")));
    assertEquals(done.length, 3);
  }));

Deno.test("custom_transformer: numbers go on after a restart, and no name is asked for twice", () =>
  played("custom_transformer", async ({ fields, out }) => {
    assertEquals(await fields("ehr", "MSH", 3), ["LAB", "ICU", "LAB", "LAB", "ICU"]);
    assertEquals(await fields("ehr", "MSH", 13), ["1", "1", "2", "3", "2"]);
    assertEquals((await fields("ehr", "OBX", 3)).map((code) => code.split("^")[1].split(" ")[0]), [
      "Glucose",
      "Potassium",
      "Glucose",
      "Glucose",
      "Potassium",
    ]);
    assertStringIncludes(out, "the service was asked 3 times");
  }));

Deno.test("every example is on the list, with the command of its README", async () => {
  const examples = join(projectFolder, "examples");
  const list = await Deno.readTextFile(join(examples, "README.md"));
  for await (const { name, isDirectory } of Deno.readDir(examples)) {
    if (!isDirectory || name.startsWith("_")) continue;
    const [line] = list.split("\n").filter((line) => line.includes(`](${name}/README.md)`));
    assertStringIncludes(line ?? `${name} is not there`, `\`${(await commandOf(name)).join(" ")}\``);
  }
});

Deno.test("an example goes on until it is interrupted, and leaves nothing behind", () =>
  inFolder(async (folder) => {
    const main = "examples/json_intake/main.ts";
    await using program = new Program(["run", "-P=examples", main], { TMPDIR: folder });
    await program.printed(/goes on until Ctrl-C[^]*messages list --file \S+\n/);
    program.interrupt();
    assertEquals(await program.ended(), 0, program.out + program.err);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("an example is not played where another has been", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "left_over"), "");
    const main = "examples/json_intake/main.ts";
    await using program = new Program(["run", "-P=examples", main, "--once", "--dir", folder]);
    assertEquals(await program.ended(), 1);
    assert(program.err.includes("is not empty"), program.err);
  }));
