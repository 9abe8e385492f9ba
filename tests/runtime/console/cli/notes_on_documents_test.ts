import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { outside } from "../../../../gateway.ts";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { notesOnPatients } from "../../../../runtime/console/cli/notes_on_documents.ts";
import { writeMasterKey } from "../../../world/master_key.ts";
import { run, withFolder } from "../console_kit.ts";

Deno.test("a gateway whose documents are reviewed is noted where no channel feeds a patient index", () => {
  const adt = { name: "adt" }, faxes = { name: "faxes", review: { below: 0.95, approvals: 1 } };
  assertEquals(notesOnPatients({ channels: [adt, faxes] }).map(({ code, facts }) => [code, facts]), [
    ["CONSOLE_PATIENTS_UNNAMED", { channel: "faxes" }],
  ]);
  assertEquals(notesOnPatients({ channels: [adt, faxes], patients: { from: ["adt"] } }), []);
  assertEquals(notesOnPatients({ channels: [adt] }), []);
});

Deno.test("check notes what keeps faxes from being read, with its place", () =>
  withFolder(async (cwd) => {
    await writeMasterKey(cwd);
    await Deno.mkdir(join(cwd, "good"));
    await Deno.mkdir(join(cwd, "broken"));
    await Deno.writeTextFile(
      join(cwd, "broken/bill.yaml"),
      "template: bill\nkind: invoice\nmatch: { all: [Bill] }\nfields:\n  total: { type: money }\n",
    );
    const notes = async (parse: string, review: string, transform: string) => {
      await Deno.writeTextFile(
        join(cwd, "gateway.yaml"),
        `gateway: clinic
patients: { from: [adt] }
channels:
  adt: { listen: { mllp: { port: 2575 } }, parse: hl7v2, send: { a: { file: { path: . } } } }
  faxes:
    listen: { file: { path: . } }
    parse: { fax: { ocr: wasm, templates: ${parse} } }
${review}
    send: { b: { transform: [${transform}], file: { path: . } } }
`,
      );
      const checked = await run(["check", "--json", "gateway.yaml"], { cwd, catalog: outside.catalog });
      assertEquals(checked.code, exitCodes.ok, checked.out);
      return JSON.parse(checked.out).notes.map(({ code, facts }: { code: string; facts: object }) => [
        code,
        facts,
      ]);
    };
    const review = "    review: {}";
    assertEquals(await notes("./good", review, "fax_message"), []);
    assertEquals(await notes("./good", "", "filter: total = 1"), []);
    assertEquals(await notes("./gone", review, "fax_message"), [
      ["FAX_TEMPLATES_MISSING", { folder: join(cwd, "gone") }],
    ]);
    const [[code, facts]] = await notes("./broken", review, "fax_message");
    assertEquals([code, facts.file, facts.line, facts.column], ["FAX_TEMPLATE_INVALID", "bill.yaml", 5, 10]);
  }));
