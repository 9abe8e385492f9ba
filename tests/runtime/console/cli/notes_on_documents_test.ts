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

Deno.test("check notes where the program that is to read faxes is missing", () =>
  withFolder(async (cwd) => {
    await writeMasterKey(cwd);
    const world = {
      ...outside.world,
      spawn: { ...outside.world.spawn, run: () => Promise.reject(new Error()) },
    };
    const notes = async (ocr: string) => {
      await Deno.writeTextFile(
        join(cwd, "gateway.yaml"),
        `gateway: clinic
patients: { from: [adt] }
channels:
  adt: { listen: { mllp: { port: 2575 } }, parse: hl7v2, send: { a: { file: { path: . } } } }
  faxes:
    listen: { file: { path: . } }
    parse: { fax: { ocr: ${ocr} } }
    review: {}
    send: { b: { transform: [fax_message], file: { path: . } } }
`,
      );
      const options = { cwd, catalog: outside.catalog, world };
      const checked = await run(["check", "--json", "gateway.yaml"], options);
      assertEquals(checked.code, exitCodes.ok, checked.out);
      return JSON.parse(checked.out).notes.map(({ code }: { code: string }) => code);
    };
    assertEquals(await notes("wasm"), []);
    assertEquals(await notes("auto"), []);
    assertEquals(await notes("program"), ["FAX_PROGRAM_MISSING"]);
  }));
