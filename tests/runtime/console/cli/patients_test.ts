import { assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { FakeGateway } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const env = { USER: "ann" };

Deno.test("patients find shows who has or had a number, and the gateway hears who looked, and why", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("patients find --mrn 200417^^^STE --reason fax", { env });
    assertEquals(code, exitCodes.ok);
    assertEquals(
      out.split("\n")[1],
      "100417^^^ST E  BAXTER-HILL, INGRID M  1970-01-31  F    HILL, INGRID  200417^^^ST E",
    );
    const by = { person: "ann", reason: "fax" };
    assertEquals(gateway.asked, [["find", { id: "200417", assigner: "STE" }, by]]);
  }));

Deno.test("patients find looks by name and date of birth together, and answers no where there is nobody", () => {
  const gateway = new FakeGateway();
  gateway.patients.found = [];
  return withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("patients find --name Hill --born 1970-01-31", { env });
    assertEquals([code, out], [exitCodes.no, "nobody\n"]);
    assertEquals(gateway.asked, [["find", { name: "Hill", birthDate: "19700131" }, { person: "ann" }]]);
    for (
      const wrong of ["", "--name Hill", "--born 1970-01-31", "--mrn 1 --name Hill", "--born 1970-02-31"]
    ) {
      assertEquals((await mitral(`patients find ${wrong}`)).code, exitCodes.usage, wrong);
    }
  }, gateway);
});

Deno.test("patients figures, rebuild and forget say how many", () =>
  withGateway(async ({ mitral, gateway }) => {
    assertEquals((await mitral("patients figures")).out, "12 numbers, and 3 that lead to others\n");
    const rebuilt = await mitral("patients rebuild", { env });
    assertEquals(rebuilt.out, "read 40 messages\n");
    assertStringIncludes(rebuilt.err, "2 messages could not be read");
    assertEquals((await mitral("patients forget 100417")).code, exitCodes.usage);
    assertEquals((await mitral("patients forget 100417 --reason test", { env })).out, "forgot 2 numbers\n");
    const by = { person: "ann" };
    assertEquals(gateway.asked, [
      ["rebuild", by],
      ["forget", { id: "100417" }, { ...by, reason: "test" }],
    ]);
  }));
