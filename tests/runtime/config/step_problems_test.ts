import { assert, assertEquals } from "@std/assert";
import { catalog } from "../../../catalog.ts";
import { printProblem } from "../../../runtime/config/problem.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import type { Disk } from "../../../runtime/contract/world.ts";
import { diskOf, FILE, FOLDER } from "./_fixtures.ts";

/** The problems of a channel with these steps and the components there really are. */
async function problemsOf(steps: string, parse = "hl7v2"): Promise<readonly string[]> {
  const text = `gateway: here
channels:
  lab:
    listen: { mllp: { port: 2575 } }
    parse: ${parse}
    transform:
${steps.replaceAll(/^/gm, "      ")}
    send: { ehr: { mllp: { host: ehr.local, port: 7001 } } }
`;
  const { problems } = await readGateway({ text, file: FILE }, {
    disk: diskOf({ [`${FOLDER}/codes.csv`]: "from,to\na,b\n" }) as Disk,
    catalog,
    env: () => undefined,
    timeZone: "UTC",
    loadActor: () => Promise.resolve({}),
  });
  return problems.map((problem) => printProblem({ ...problem, file: "" }).replace(/^:/, ""));
}

/** Where each problem is, and with which code. */
const placesOf = async (steps: string, parse?: string) =>
  (await problemsOf(steps, parse)).map((problem) => problem.split(" ").slice(0, 2).join(" "));

Deno.test("config: what a step refuses is told where it stands among the step's settings", async () => {
  const refused = (place: string) => [`${place} CONFIG_STEP_REFUSED`];
  assertEquals(await placesOf("- set:\n    MSH-5: X\n    MSH-6: '{MSH-6|uper}'"), refused("9:11"));
  assertEquals(await placesOf("- set:\n    MSH-5: X\n    MSH.6: X"), refused("9:11"));
  assertEquals(await placesOf("- copy:\n    MSH-5: MSH-6\n    MSH-6: MSH.7"), refused("9:18"));
  assertEquals(await placesOf("- delete:\n  - MSH-5\n  - MSH.6"), refused("9:11"));
  assertEquals(await placesOf("- build:\n    set: { MSH-5: X }\n    hl7: ADT^A04"), refused("9:11"));
  assertEquals(
    await placesOf("- map_codes:\n    table: codes.csv\n    path: [OBX-3, OBX.4]"),
    refused("9:25"),
  );
  assertEquals(
    await placesOf("- map_codes:\n    table: codes.csv\n    path: OBX-3\n    to: LOINC"),
    refused("8:11"),
  );
});

Deno.test("config: an item that is no one transform says what it may have been meant as", async () => {
  const hints = async (steps: string) =>
    (await problemsOf(steps)).map((problem) => /\((.*)\)$/.exec(problem)?.[1]);
  const dash = ["each transform is an item of its own; a condition stands beside it, under when"];
  assertEquals(await hints("- set: { MSH-5: X }\n  delete: [MSH-6]"), dash);
  assertEquals(await hints("- when: MSH-5 exists"), dash);
  assertEquals(await hints("- if: MSH-5 exists\n  set: { MSH-5: X }"), dash);
  for (const word of ["foreach", "for-each", "forEach", "for_each"]) {
    assertEquals(
      await hints(`- ${word}: OBX\n  do: [ { set: { OBX-5: X } } ]`),
      ["did you mean for each?"],
      word,
    );
  }
});

Deno.test("config: a step that makes other messages is refused in a loop, before the first message", async () => {
  for (const step of ["split: OBX", 'build: { json: "" }', 'json: { a: "{OBX-5}" }']) {
    const [problem, ...more] = await problemsOf(
      `- for each: OBR\n  do:\n    - set: { OBR-4: X }\n    - ${step}`,
    );
    assertEquals(more, [], step);
    assert(problem.startsWith("10:"), problem);
    assert(problem.includes("CONFIG_STEP_REFUSED") && problem.includes("it makes other messages"), problem);
  }
});

Deno.test("config: a path is checked for what it is used for", async () => {
  const steps = [
    'set: { MSH-5: "{OBX[*]-5}" }',
    'copy: { MSH-5: "OBX[*]-5" }',
    'filter: "OBX[*]-5 = 7"',
    "split: OBX-5",
  ];
  for (const step of steps) {
    const [problem, ...more] = await problemsOf(`- ${step}`);
    assertEquals(more, [], step);
    assert(problem.includes("CONFIG_STEP_REFUSED"), problem);
  }
  assertEquals(await problemsOf('- filter: "any OBX[*]-5 = 7"\n- split: OBX'), []);
  assertEquals((await placesOf("- set: { '[*].A': x }\n- split: A", "csv")).length, 2);
  assertEquals(await problemsOf("- set: { '[2].A': x, A: '{[2].A}' }\n- split: '[*]'", "csv"), []);
  assertEquals((await placesOf("- set: { $.a: '{$.b[*]}' }", "json")).length, 1);
  assertEquals((await placesOf("- split: Line/@id", "xml")).length, 1);
});

Deno.test("config: steps that use paths are refused for a format that has none", async () => {
  for (const parse of ["bytes", "text"]) {
    for (const step of ["set: { MSH-5: X }", "filter: MSH-9.1 = ORU", "split: OBR"]) {
      const [problem, ...more] = await problemsOf(`- ${step}`, parse);
      assertEquals(more, [], step);
      assert(problem.includes(`what is parsed as ${parse} has none`), problem);
    }
  }
});
