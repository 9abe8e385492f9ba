import { assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { withGateway } from "../served_gateway.ts";

const env = { USER: "priya" };

Deno.test("an account of disclosures can be printed and handed over", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("audit report disclosures --patient 4711^^^ST --since 2020-01-01", {
      env,
    });
    assertEquals(code, exitCodes.ok);
    assertEquals(
      out,
      `Account of disclosures (45 CFR 164.528)

patient   4711^^^ST
gateway   st-elsewhere
period    2020-01-02 to 2026-01-02
made      2026-01-02 03:10 UTC by priya

1. 2025-07-01 15:00 CDT
   to        State Immunization Registry, 1 Capitol Sq, Springfield, IL 62701
   what      Immunisation record
   purpose   Public health activities (45 CFR 164.512(b))
   message   m-1  (lab/registry)

2. 2025-07-01 15:00 CDT
   to        =County "Coroner", 1 Capitol Sq, Springfield, IL 62701
   what      Immunisation record
   purpose   About decedents (45 CFR 164.512(g))
   note      it was sent, and the recipient has not confirmed it
   message   m-2  (lab/registry)

3. 2025-12-01 14:00 CST
   to        State Immunization Registry, 1 Capitol Sq, Springfield, IL 62701
   what      Immunisation record
   purpose   Public health activities (45 CFR 164.512(b))
   message   m-3  (lab/registry)

not here: 2 disclosures under this number of which nobody knows who has given it; --patient '4711^^^' has them
not here: 1 disclosure in this period of which nobody knows whom it is about
`,
    );
    assertEquals(gateway.asked, [["disclosures", {
      patient: { id: "4711", assigner: "ST" },
      sinceMs: Date.UTC(2020, 0, 1),
      all: false,
      by: { person: "priya" },
    }]]);
  }));

Deno.test("disclosures to one recipient for one purpose are summarised: the first, how many, and the last", () =>
  withGateway(async ({ mitral }) => {
    const { out } = await mitral("audit report disclosures --patient 4711 --summarise");
    assertStringIncludes(
      out,
      "1. 2 disclosures, the first 2025-07-01 15:00 CDT, the last 2025-12-01 14:00 CST\n   to        State",
    );
    assertStringIncludes(out, "2. 2025-07-01 15:00 CDT\n   to        =County");
  }));

Deno.test("a report is a table, too, in which nothing is a formula, and JSON", () =>
  withGateway(async ({ mitral }) => {
    const { out } = await mitral("audit report disclosures --patient 4711 --format csv --summarise");
    assertEquals(out.split("\r\n").slice(0, 3), [
      '"recipient","address","what","purpose","disclosures","first","last"',
      '"State Immunization Registry","1 Capitol Sq, Springfield, IL 62701","Immunisation record",' +
      '"Public health activities (45 CFR 164.512(b))","2","2025-07-01 15:00 CDT","2025-12-01 14:00 CST"',
      '"\'=County ""Coroner""","1 Capitol Sq, Springfield, IL 62701","Immunisation record",' +
      '"About decedents (45 CFR 164.512(g))","1","2025-07-01 15:00 CDT","2025-07-01 15:00 CDT"',
    ]);
    const json = JSON.parse((await mitral("audit report disclosures --patient 4711 --format json")).out);
    assertEquals([json.disclosures.length, json.patient, json.gateway], [3, { id: "4711" }, "st-elsewhere"]);
  }));

Deno.test("views of a patient say who, what and when", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { out } = await mitral("audit report views --patient 4711^^^ --reason complaint", { env });
    assertStringIncludes(out, "1. 2025-07-01 15:00 CDT  ann  viewed\n   message   m-1  (lab)\n");
    assertStringIncludes(out, "2. 2025-07-02 08:00 UTC  bob  asked for views of a patient\n");
    const by = { person: "priya", reason: "complaint" };
    assertEquals(gateway.asked, [["views", { patient: { id: "4711", assigner: "" }, by }]]);
  }));

Deno.test("an access review tells what each person did, and has a line to sign", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { out } = await mitral("audit report access --hours 06:30-18:00 --time-zone UTC", { env });
    for (
      const line of [
        "hours     06:30-18:00, Monday to Friday, UTC",
        "ann     1,204              3            310  2025-01-01 00:00 UTC  2026-01-01 00:00 UTC",
        "ann     (gateway)       0         0         0          0       0      1",
        "ann     lab         1,200         0         3          0       0      0",
        "zoe     2025-02-01 00:00 UTC",
        "reviewed by ____",
      ]
    ) assertStringIncludes(out, line);
    const hours = { timeZone: "UTC", hours: [390, 1080], by: { person: "priya" } };
    assertEquals(gateway.asked, [["access", hours]]);
    const { out: table } = await mitral("audit report access --format csv --time-zone UTC");
    assertStringIncludes(table, '"ann","lab","viewed","1200","310","3"');
  }));

Deno.test("what is no patient, no hours or no zone is refused, and nobody is asked", () =>
  withGateway(async ({ mitral, gateway }) => {
    for (
      const wrong of [
        "disclosures",
        "disclosures --patient ^^^ST",
        "access --hours 19:00-07:00",
        "access --hours 7-19",
        "access --time-zone Chicago",
      ]
    ) assertEquals((await mitral(`audit report ${wrong}`)).code, exitCodes.usage, wrong);
    assertEquals(gateway.asked, []);
  }));
