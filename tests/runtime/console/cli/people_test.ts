import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { FakeGateway, shown } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const env = { USER: "ann" };

Deno.test("messages list finds by patient and by any field a channel has", () =>
  withGateway(async ({ mitral, gateway }) => {
    await mitral("messages list --patient 4711 --field accession=A=7");
    const [[, query]] = gateway.asked as [[string, { fields: unknown }]];
    assertEquals(query.fields, { accession: "A=7", patient: "4711" });
  }));

Deno.test("a field that no channel has is refused, and those there are are named", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, err } = await mitral("messages list --field ward=7");
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "CONTROL_FIELD_UNKNOWN");
    assertStringIncludes(err, "accession, patient");
    assertEquals(gateway.asked, []);
    assertEquals((await mitral("messages list --field ward")).code, exitCodes.usage);
  }));

Deno.test("messages search looks a word up as control id and in every field, and shows each message once", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("messages search 4711 --channel lab");
    assertEquals([code, out.split("\n").length], [exitCodes.ok, 3]);
    const asked = gateway.asked.map(([, query]) => query as { controlId?: string; fields?: unknown });
    assertEquals(asked.map(({ controlId, fields }) => controlId ?? fields), [
      "4711",
      { accession: "4711" },
      { patient: "4711" },
    ]);
  }));

Deno.test("messages replay tells which of many were not queued, and answers no", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out, err } = await mitral("messages replay --channel lab --state quarantined", { env });
    assertEquals([code, out], [exitCodes.no, "queued again: 2 messages\n"]);
    assertStringIncludes(err, "id-2 GATEWAY_REPLAY_REFUSED");
    const [[, query, how]] = gateway.asked as [[string, { channel: string }, { most: number; by: unknown }]];
    assertEquals([query.channel, how.most, how.by], ["lab", 20, { person: "ann" }]);
  }));

Deno.test("more than twenty are replayed with --yes and --reason only; otherwise it says how many there are", () => {
  const gateway = new FakeGateway();
  gateway.replayable = 21;
  return withGateway(async ({ mitral }) => {
    for (const more of ["", " --yes", " --reason update"]) {
      const { code, err } = await mitral("messages replay --channel lab" + more);
      assertEquals(code, exitCodes.no);
      assertStringIncludes(err, "Cannot replay 21 messages");
      assertStringIncludes(err, "--yes");
    }
    const { out } = await mitral("messages replay --channel lab --yes --reason update");
    assertEquals(out, "queued again: 20 messages\n");
  }, gateway);
});

Deno.test("messages replay takes several ids, and is not told two things at once", () =>
  withGateway(async ({ mitral, gateway }) => {
    await mitral("messages replay a b c --to ehr --force");
    const [[, which, how]] = gateway.asked as [[string, unknown, { destination: string; force: boolean }]];
    assertEquals([which, how.destination, how.force], [{ ids: ["a", "b", "c"] }, "ehr", true]);
    for (const wrong of ["", " a --channel lab", " a --to ehr --to-all"]) {
      assertEquals((await mitral("messages replay" + wrong)).code, exitCodes.usage, wrong);
    }
  }));

Deno.test("messages correct sends the file, with the line ends of HL7, and needs a reason", () =>
  withGateway(async ({ mitral, gateway, cwd }) => {
    await Deno.writeTextFile(join(cwd, "right.hl7"), "MSH|^~\\&|LAB\nPID|1\n");
    assertEquals((await mitral("messages correct 0192 --body right.hl7")).code, exitCodes.usage);
    const { code, out } = await mitral("messages correct 0192 --body right.hl7 --reason typo", { env });
    assertEquals([code, out], [exitCodes.ok, "corrected as new-id\n"]);
    await mitral("messages correct 0192 --body right.hl7 --reason typo --to ehr --verbatim", { env });
    const by = { person: "ann", reason: "typo" };
    assertEquals(gateway.asked, [
      ["correct", "0192", "MSH|^~\\&|LAB\rPID|1\r", { destination: undefined, force: false, by }],
      ["correct", "0192", "MSH|^~\\&|LAB\nPID|1\n", { destination: "ehr", force: false, by }],
    ]);
  }));

Deno.test("messages export writes a file for each message and its facts beside, for its owner alone", () =>
  withGateway(async ({ mitral, gateway, cwd }) => {
    assertEquals((await mitral("messages export out")).code, exitCodes.usage);
    const { code, err } = await mitral("messages export out --channel lab --reason audit", { env });
    assertEquals(code, exitCodes.ok);
    assertStringIncludes(err, "patient data");
    const names = [...Deno.readDirSync(join(cwd, "out"))].map(({ name }) => name).sort();
    assertEquals(names, [`${shown.id}.facts.json`, `${shown.id}.hl7`]);
    assertEquals(await Deno.readFile(join(cwd, "out", names[1])), shown.received);
    assert(!(await Deno.readTextFile(join(cwd, "out", names[0]))).includes("DOE"));
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(join(cwd, "out"))).mode! & 0o777, 0o700);
      for (const name of names) assertEquals((await Deno.stat(join(cwd, "out", name))).mode! & 0o777, 0o600);
    }
    const seen = gateway.asked.filter(([what]) => what === "noteSeen");
    assertEquals(seen, [["noteSeen", [shown.id], "exported", { person: "ann", reason: "audit" }]]);
  }));

Deno.test("messages export writes one file of what was made for a destination, and nothing over another", () =>
  withGateway(async ({ mitral, cwd }) => {
    const command = "messages export out.hl7 --as hl7 --of registry --reason audit";
    assertEquals((await mitral(command)).code, exitCodes.ok);
    assertEquals(await Deno.readFile(join(cwd, "out.hl7")), shown.payloads[0].bytes);
    const again = await mitral(command);
    assertEquals(again.code, exitCodes.cannot);
    assertStringIncludes(again.err, "CONSOLE_FILE_EXISTS");
    assertEquals((await mitral("messages export none --of nowhere --reason audit")).code, exitCodes.no);
  }));

Deno.test("whoever is shown what a message says is recorded, with the reason", () =>
  withGateway(async ({ mitral, gateway }) => {
    await mitral(`messages show ${shown.id}`, { env });
    await mitral(`messages show ${shown.id} --content --reason ward`, { env });
    const seen = gateway.asked.filter(([what]) => what === "noteSeen");
    assertEquals(seen, [["noteSeen", [shown.id], "viewed", { person: "ann", reason: "ward" }]]);
  }));
