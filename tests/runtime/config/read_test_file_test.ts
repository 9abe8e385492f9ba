import { assertEquals } from "@std/assert";
import { readTestFile } from "../../../runtime/config/read_test_file.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import type { GatewayPlan } from "../../../runtime/engine/plan.ts";

const destinations = (...names: string[]) => names.map((name) => ({ name, send: {} }));
const plan = {
  channels: [
    { name: "lab", destinations: destinations("ehr", "outcome") },
    { name: "orders", destinations: destinations("ris") },
  ],
} as unknown as GatewayPlan;

async function read(text: string, name = "all_test.yaml") {
  return await readTestFile(text, { path: `/gateway/${name}`, name }, {
    disk: denoWorld.disk,
    gateway: "/gateway/gateway.yaml",
    readGateway: async () => ({ plan, problems: [] }),
  });
}

/** Each problem as `line:column CODE`, with its hint. */
async function problems(text: string, name?: string): Promise<readonly string[]> {
  return (await read(text, name)).problems.map(({ line, column, code, hint }) =>
    `${line}:${column} ${code}${hint === undefined ? "" : ` ${hint}`}`
  );
}

const one = (lines: string) =>
  `channel: lab\ncases:\n  - name: a\n    input: x\n    ${lines.replaceAll("\n", "\n    ")}\n`;

for (
  const [says, text, ...expected] of [
    [
      "a setting it does not have",
      "chanel: lab\ncases: []",
      "1:1 CONFIG_KEY_UNKNOWN did you mean channel?",
      "2:1 CONFIG_VALUE_MISSING",
    ],
    ["no cases", "channel: lab", "1:1 CONFIG_VALUE_MISSING"],
    ["cases that are no list", "cases: { name: a }", "1:8 CONFIG_VALUE_INVALID"],
    ["a file that is no map", "- a", "1:1 CONFIG_VALUE_INVALID"],
    ["YAML that is none", "cases: [", "1:8 CONFIG_YAML_INVALID"],
    [
      "a channel there is not",
      "channel: labb\ncases: [{ name: a }]",
      "1:10 CONFIG_CHANNEL_UNKNOWN did you mean lab?",
    ],
    [
      "a case without a channel",
      "cases:\n  - { name: a, input: x, expect: filtered }",
      "2:5 CONFIG_VALUE_MISSING there is lab, orders",
    ],
    [
      "a case without the rest",
      "channel: lab\ncases:\n  - name: a",
      "3:5 CONFIG_VALUE_MISSING",
      "3:5 CONFIG_VALUE_MISSING",
    ],
    [
      "a time that is none",
      "now: yesterday\nchannel: lab\ncases: [{ name: a, input: x, expect: filtered }]",
      "1:6 CONFIG_VALUE_INVALID",
    ],
    ["a gateway file that is not there", "gateway: ./absent.yaml\ncases: []", "1:10 CONFIG_PATH_MISSING"],
    ["an outcome there is not", one("expect: fltered"), "5:13 CONFIG_VALUE_INVALID did you mean filtered?"],
    [
      "a destination there is not",
      one("expect: { her: none }"),
      "5:15 CONFIG_DESTINATION_UNKNOWN did you mean ehr?",
    ],
    [
      "another channel's destination by its bare name",
      one("expect: { ris: none }"),
      "5:15 CONFIG_DESTINATION_UNKNOWN there is ehr, outcome, outcome, answer",
    ],
    ["a value that is a map", one("expect: { ehr: { PID-3: { a: b } } }"), "5:29 CONFIG_VALUE_INVALID"],
    [
      "a value with a comma",
      one("expect: { ehr: { PID-3: a, b } }"),
      "5:32 CONFIG_VALUE_SPLIT quote text that has a comma",
    ],
    [
      "an expectation of nothing",
      one("expect: { ehr: }"),
      "5:20 CONFIG_VALUE_MISSING give it a message as text, values by path, or file: and the path of a file with the message",
    ],
    ["a file that is not there", one("expect: { ehr: { file: ./absent.hl7 } }"), "5:28 CONFIG_PATH_MISSING"],
    [
      "a peer that does what none does",
      one("answers: { ehr: rejcted }\nexpect: filtered"),
      "5:21 CONFIG_VALUE_INVALID did you mean rejected?",
    ],
    [
      "an answer of nobody",
      one("answers: { her: accepted }\nexpect: filtered"),
      "5:16 CONFIG_DESTINATION_UNKNOWN did you mean ehr?",
    ],
    ["a switch that is none", one("keep: yes\nexpect: filtered"), "5:11 CONFIG_VALUE_INVALID"],
  ] as const
) {
  Deno.test(`a file of tests with ${says} has a problem at its place`, async () => {
    assertEquals(await problems(text), expected);
  });
}

Deno.test("a file of tests is about the channel it is called after", async () => {
  const { file } = await read(
    "cases:\n  - { name: a, input: x, expect: { ris: none } }\n",
    "orders_test.yaml",
  );
  assertEquals(file?.cases.map(({ channel }) => channel), ["orders"]);
});

Deno.test("a destination that is called as a word of the file is written with its channel", async () => {
  const { file } = await read(one("expect: { outcome: accepted, lab/outcome: none, orders/ris: none }"));
  assertEquals(file?.cases[0].expect.outcome?.text, "accepted");
  assertEquals(file?.cases[0].expect.sent.map(({ destination }) => destination), [
    "lab/outcome",
    "orders/ris",
  ]);
});

Deno.test("tests of another gateway are left out", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/other.yaml`, "");
    const reading = await readTestFile("gateway: ./other.yaml\ncases: nonsense", {
      path: `${folder}/a_test.yaml`,
    }, {
      disk: denoWorld.disk,
      gateway: `${folder}/gateway.yaml`,
      readGateway: async () => ({ plan, problems: [] }),
    });
    assertEquals(reading, { problems: [] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
