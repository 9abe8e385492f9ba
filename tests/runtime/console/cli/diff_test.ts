import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { run, withFolder } from "../console_kit.ts";

const before = "MSH|^~\\&|LAB\nPID|1||77^^^A||DOE^JANE\nOBX|1|NM|K||4\nOBX|2|NM|NA||140\n";
const after = "MSH|^~\\&|LAB\nPID|1||77^^^A||Doe\nOBX|1|NM|GLU||9\nOBX|1|NM|K||4\nOBX|2|NM|NA||141\n";

function withMessages(use: (cwd: string) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "before.hl7"), before);
    await Deno.writeTextFile(join(cwd, "after.hl7"), after);
    await use(cwd);
  });
}

Deno.test("diff shows what changes from one message to another, by path", () =>
  withMessages(async (cwd) => {
    const { code, out, err } = await run(["diff", "before.hl7", "after.hl7"], { cwd });
    assertEquals([code, err], [exitCodes.no, ""]);
    assertEquals(out.split("\n"), [
      "~ PID-5.1  DOE -> Doe",
      "- PID-5.2  JANE",
      "+ OBX  OBX|1|NM|GLU||9",
      "~ OBX[3]-5.1  140 -> 141  (was OBX[2]-5.1)",
      "",
    ]);
  }));

Deno.test("diff says nothing of messages that hold the same", () =>
  withMessages(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "same.hl7"), before.replaceAll("\n", "|\r\n"));
    assertEquals(await run(["diff", "before.hl7", "same.hl7"], { cwd }), {
      code: exitCodes.ok,
      out: "",
      err: "",
    });
  }));

Deno.test("diff gives every change as JSON, with its exact paths", () =>
  withMessages(async (cwd) => {
    const { out } = await run(["diff", "before.hl7", "after.hl7", "--json"], { cwd });
    assertEquals(JSON.parse(out.split("\n")[3]), {
      path: "OBX[3]-5[1].1.1",
      pathBefore: "OBX[2]-5[1].1.1",
      before: "140",
      after: "141",
    });
  }));

Deno.test("diff shows no value that would take the screen over", () =>
  withMessages(async (cwd) => {
    await Deno.writeTextFile(
      join(cwd, "long.hl7"),
      before.replace("JANE", "x".repeat(5000)).replace("|K|", "|\x1b[2J|"),
    );
    const { out } = await run(["diff", "before.hl7", "long.hl7"], { cwd });
    assertStringIncludes(out, `~ PID-5.2  JANE -> ${"x".repeat(200)}…\n`);
    assertStringIncludes(out, "\\u{1b}[2J");
  }));

Deno.test("diff says what it cannot read or compare", () =>
  withMessages(async (cwd) => {
    const missing = await run(["diff", "before.hl7", "none.hl7"], { cwd });
    assertEquals([missing.code, missing.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_FILE_UNREADABLE"]);
    const unknown = await run(["diff", "before.hl7", "after.hl7", "--format", "edi"], { cwd });
    assertEquals([unknown.code, unknown.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_COMPONENT_MISSING"]);
    await Deno.writeTextFile(join(cwd, "broken.hl7"), "PID|1||PATIENT\r");
    const broken = await run(["diff", "before.hl7", "broken.hl7"], { cwd });
    assertEquals([broken.out, broken.err.split(" ")[0]], ["", "HL7V2_HEADER_MISSING"]);
    assertEquals(broken.err.includes("PATIENT"), false);
  }));
