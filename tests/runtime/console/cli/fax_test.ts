import { assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { waitingDocument } from "../fake_reviews.ts";
import { withGateway } from "../served_gateway.ts";

const env = { USER: "ann" }, ann = { person: "ann" };

Deno.test("fax queue lists what waits, without a word of what was read", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("fax queue --channel faxes --state waiting");
    assertEquals(code, exitCodes.ok);
    assertEquals(
      out.split("\n")[1].replaceAll(/ +/g, " "),
      `${waitingDocument.id} 2026-01-02 03:04:05Z faxes invoice acme 2 3 0 of 2 waiting`,
    );
    assertEquals(gateway.asked, [["list", { state: "waiting", channel: "faxes", limit: 50 }]]);
    assertEquals(JSON.parse((await mitral("fax queue --json")).out)[0].id, waitingDocument.id);
    assertEquals((await mitral("fax queue --state lost")).code, exitCodes.usage);
  }));

Deno.test("fax show has what is doubtful first, and the gateway hears who looked, and why", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("fax show 0192f0c1 --reason month-end", { env });
    assertEquals(code, exitCodes.ok);
    assertEquals(gateway.asked, [["show", "0192f0c1", { person: "ann", reason: "month-end" }]]);
    const lines = out.split("\n").map((line) => line.trim().replaceAll(/ +/g, " "));
    const from = (start: string) => lines.slice(lines.findIndex((line) => line.startsWith(start)));
    assertEquals(from("doubt about").slice(1, 3), ["PATIENT_UNCONFIRMED unknown", ""]);
    assertEquals(from("path value").slice(1, 4), [
      "total 80.00 42 % ocr 1 repaired",
      "lines[1].amount (not read) 0 % ocr 2",
      "invoiceNo I-1 99 % ocr 1",
    ]);
    assertStringIncludes(out, "not known. Nobody in the index has this number.");
    assertEquals(from("doubts")[0], "doubts 3");
    const second = (await mitral("fax show 0192f0c1 --page 2")).out;
    assertEquals([second.includes("lines[1].amount"), second.includes("I-1")], [true, false]);
    assertEquals((await mitral("fax show 0193")).code, exitCodes.no);
    assertEquals(JSON.parse((await mitral("fax show 0192f0c1 --json")).out).revision, 4);
  }));

Deno.test("fax show writes the pages, and the parts where doubtful values stand, for whoever asked alone", () =>
  withGateway(async ({ mitral, cwd }) => {
    const { code, err } = await mitral("fax show 0192f0c1 --out look");
    assertEquals([code, err.includes("4 pictures in look")], [exitCodes.ok, true]);
    const text = (name: string) => Deno.readTextFile(`${cwd}/look/${name}.png`);
    assertEquals(
      await Promise.all(["page-1", "total", "page-2", "lines-1-amount"].map(text)),
      ["page 1 from the edge", "page 1 from 2", "page 2 from the edge", "page 2 from 3"],
    );
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(`${cwd}/look/total.png`)).mode! & 0o777, 0o600);
    }
    // What is there is not written over.
    assertEquals((await mitral("fax show 0192f0c1 --out look --page 1")).code, exitCodes.cannot);
  }));

Deno.test("fax set, patient, approve and reject say who decides, why, and on what", () =>
  withGateway(async ({ mitral, gateway }) => {
    const said = async (command: string) => (await mitral(`fax ${command}`, { env })).out;
    assertEquals(
      await said("set 0192f0c1 lines[1].amount 80.00 --revision 4"),
      "set lines[1].amount; 3 doubts left\n",
    );
    const whole = "--mrn 7 --family Baxter --given Ingrid --birth-date 02/10/1981";
    assertEquals(await said(`patient 0192f0c1 ${whole} --reason called`), "set the patient; 3 doubts left\n");
    await said(`patient 0192f0c1 ${whole} --despite-page`);
    assertEquals(await said("approve 0192f0c1"), "approved, 1 of 2 approvals; 3 doubts left\n");
    assertEquals(await said("reject 0192f0c1 --as misdirected"), "rejected as misdirected\n");
    const patient = {
      mrn: "7",
      family: "Baxter",
      given: "Ingrid",
      birthDate: "02/10/1981",
      sex: "",
      authority: "",
    };
    assertEquals(gateway.asked, [
      ["set", "0192f0c1", "lines[1].amount", "80.00", { by: ann, revision: 4 }],
      ["setPatient", "0192f0c1", patient, { by: { ...ann, reason: "called" } }],
      ["setPatient", "0192f0c1", patient, { by: ann, despitePage: true }],
      ["approve", "0192f0c1", { by: ann }],
      ["reject", "0192f0c1", "misdirected", { by: ann }],
    ]);
    for (const wrong of ["reject 0192f0c1", "reject 0192f0c1 --as lost", "patient 0192f0c1 --mrn 7"]) {
      assertEquals((await mitral(`fax ${wrong}`)).code, exitCodes.usage, wrong);
    }
  }));

Deno.test("fax figures tells what people corrected", () =>
  withGateway(async ({ mitral }) => {
    const { out } = await mitral("fax figures");
    assertEquals(out.split("\n")[1].replaceAll(/ +/g, " "), "acme total 8 5 1 2 25.0");
    assertEquals(JSON.parse((await mitral("fax figures --json")).out)[0].corrected, 2);
  }));
