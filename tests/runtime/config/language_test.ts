import { assert, assertEquals } from "@std/assert";
import { printProblem } from "../../../runtime/config/problem.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import type { Disk } from "../../../runtime/contract/world.ts";
import type { ChannelPlan, StepPlan } from "../../../runtime/engine/plan.ts";
import { catalog, diskOf, FILE, FILES, FOLDER, problemsOf, read, SMALLEST } from "./_fixtures.ts";

/** The first channel of a file that must have no problems. */
async function channelOf(text: string, files = FILES): Promise<ChannelPlan> {
  const { plan, problems } = await read(text, files);
  assert(plan, problems.map(printProblem).join("\n"));
  return plan.channels[0];
}

/** A channel with more settings of its own and of its destination. */
function lab(own: string, destination = "", listen = ""): string {
  return `gateway: here
channels:
  lab:
    listen: { mllp: { port: 2575 }${listen} }
    parse: hl7v2
    send: { ehr: { mllp: { host: ehr.local, port: 7001 }${destination} } }
${own}`;
}

Deno.test("config: what a file does not say holds as the reference has it", async () => {
  const { acknowledge, respond, duplicates, timeZone, destinations: [{ on, retry, order, collect }] } =
    await channelOf(SMALLEST);
  assertEquals([acknowledge, respond, timeZone, order, collect], [
    "received",
    [],
    "UTC",
    { by: "channel" },
    undefined,
  ]);
  assertEquals(duplicates, { answer: "recent", windowMs: 300_000, reused: "deliver" });
  assertEquals(on, {
    rejected: { remedy: "quarantine", alert: true },
    postponed: { remedy: "retry", alert: true },
    unanswered: { remedy: "retry", alert: true },
    alertAfterMs: 300_000,
  });
  assertEquals(retry, { firstMs: 1_000, longestMs: 300_000, refusedMs: 600_000 });
});

Deno.test("config: an answer is taken from a destination, and changed on its way back", async () => {
  const text = lab(
    "    respond: [ { set: { MSH-3: HUB } } ]\n",
    "",
    ", acknowledge: from ehr, answerMsMax: 20 s",
  );
  const { acknowledge, respond, answerMsMax } = await channelOf(text);
  assertEquals([acknowledge, respond.map(({ label }) => label), answerMsMax], [
    { from: "ehr" },
    ["set"],
    20_000,
  ]);
});

Deno.test("config: an answer that cannot come is a problem", async () => {
  assertEquals(await problemsOf(lab("", "", ", acknowledge: from her")), [
    "4:50 CONFIG_DESTINATION_UNKNOWN Cannot read channels.lab.listen.acknowledge: the channel has no destination called her (did you mean ehr?)",
  ]);
  assertEquals(await problemsOf(lab("    respond: [ stamp ]\n")), [
    "7:14 CONFIG_VALUE_INVALID Cannot read channels.lab.respond: there is no answer to change (acknowledge: from NAME, the destination whose answer it is)",
  ]);
  const collects = ', collect: { at: "02:15" }';
  assertEquals((await problemsOf(lab("", collects, ", acknowledge: from ehr"))).length, 1);
  assertEquals((await problemsOf(lab("", collects, ", acknowledge: delivered"))).length, 1);
  assertEquals(await problemsOf(lab("", collects, ", acknowledge: processed")), []);
});

Deno.test("config: a second answer goes back by the way the message came, or to another channel", async () => {
  const answers = "  answers:\n    listen: { mllp: { port: 2576 } }\n    parse: hl7v2\n" +
    "    send: { sender: { mllp: { host: lab.local, port: 7002 } } }\n";
  const here = await channelOf(lab("", "", ", applicationAcknowledge: here"));
  const apart = await channelOf(lab(answers, "", ", applicationAcknowledge: to answers"));
  assertEquals([here.applicationAcknowledge, apart.applicationAcknowledge], ["here", { to: "answers" }]);
  assertEquals((await channelOf(SMALLEST)).applicationAcknowledge, undefined);
});

Deno.test("config: a second answer that has no way back is a problem", async () => {
  assertEquals(await problemsOf(lab("", "", ", applicationAcknowledge: to answer")), [
    "4:61 CONFIG_CHANNEL_UNKNOWN Cannot read channels.lab.listen.applicationAcknowledge: no channel is called answer (there is lab)",
  ]);
  assertEquals(await problemsOf(lab("", "", ", applicationAcknowledge: to lab")), [
    "4:61 CONFIG_CHANNEL_CIRCULAR Cannot hand on to lab: what it hands on comes back to this channel",
  ]);
  const folder = lab("", "", ", applicationAcknowledge: here").replace(
    "mllp: { port: 2575 }",
    "file: { folder: . }",
  );
  const [problem] = await problemsOf(folder);
  assert(problem?.includes("file cannot answer later"), problem);
});

Deno.test("config: a step may have a condition, and a loop has steps of its own", async () => {
  const { steps } = await channelOf(lab(`    transform:
      - set: { MSH-5: X }
        when: MSH-9.1 = ORU
      - for each: OBX
        when: MSH-9.1 = ORU
        do:
          - stamp
          - set: { OBX-11: F }
            when: OBX-11 absent
`));
  const shown = (step: StepPlan): unknown => [
    step.label,
    step.when?.config,
    ..."each" in step ? [step.each, step.steps.map(shown)] : [],
  ];
  assertEquals(steps.map(shown), [
    ["set", "MSH-9.1 = ORU"],
    ["for each OBX", "MSH-9.1 = ORU", "OBX", [["stamp", undefined], ["set", "OBX-11 absent"]]],
  ]);
});

Deno.test("config: what is wrong with a condition or a loop is found with its place", async () => {
  assertEquals(
    await problemsOf(lab(`    transform:
      - stamp: {}
        when: "#"
      - for each: obx
        do: [stamp]
      - for each: OBX
      - for each: OBX
        du: [stamp]
        do: [stmp]
`)),
    [
      "9:15 CONFIG_STEP_REFUSED Cannot prepare when: Cannot read filter: unexpected character at column 1",
      "10:19 CONFIG_STEP_REFUSED Cannot prepare for each: Cannot run: only its spec is wanted",
      "12:9 CONFIG_VALUE_MISSING Cannot read channels.lab.transform[2]: do is missing (a list of transforms)",
      "14:9 CONFIG_KEY_UNKNOWN Cannot read channels.lab.transform[3]: no setting is called du (there is for each, do, when)",
      "15:14 CONFIG_TRANSFORM_UNKNOWN Cannot read channels.lab.transform[3].do[0]: no transform is called stmp (did you mean stamp?)",
    ],
  );
});

Deno.test("config: remedies are a word or several, and exclude each other", async () => {
  const { destinations: [{ on }] } = await channelOf(
    lab(
      "",
      ", on: { rejected: holdKey, postponed: [retry, alert], unanswered: [block, alert] }, retry: { unansweredMs: 1 h }",
    ),
  );
  assertEquals([on.rejected, on.postponed, on.unanswered], [
    { remedy: "holdKey", alert: false },
    { remedy: "retry", alert: true },
    { remedy: "block", alert: true },
  ]);
  assertEquals(await problemsOf(lab("", ", on: { rejected: [block, retry], unanswered: continue }")), [
    "6:75 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.on.rejected: one of block, retry, not several",
    "6:103 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.on.unanswered: continue is done once retry.unansweredMs is over, and that is missing",
  ]);
});

Deno.test("config: a delivery expires as its destination says, as its channel says, or never", async () => {
  const expiries = async (channel: string, destination: string) =>
    (await channelOf(lab(channel, destination))).destinations.map(({ retry }) => retry.expiresMs);
  assertEquals(await expiries("", ""), [undefined]);
  assertEquals(await expiries("    retry: { expiresMs: 72 h }\n", ""), [72 * 3_600_000]);
  assertEquals(await expiries("    retry: { expiresMs: 72 h }\n", ", retry: { expiresMs: 1 h }"), [
    3_600_000,
  ]);
});

Deno.test("config: duplicates may be settings, or the word that stands for them", async () => {
  assertEquals((await channelOf(lab("    duplicates: deliver\n"))).duplicates.answer, "never");
  assertEquals((await channelOf(lab("    duplicates: { answer: always, reused: reject }\n"))).duplicates, {
    answer: "always",
    windowMs: 300_000,
    reused: "reject",
  });
  assertEquals(await problemsOf(lab("    duplicates: sometimes\n")), [
    "7:17 CONFIG_VALUE_INVALID Cannot read channels.lab.duplicates: must be settings or deliver, not text",
  ]);
  assertEquals(await problemsOf(lab("    duplicates: { answer: never, reused: reject }\n")), [
    "7:42 CONFIG_VALUE_INVALID Cannot read channels.lab.duplicates.reused: nothing is looked up at answer: never, so nothing is found to be reused",
  ]);
});

Deno.test("config: a failure holds keys only where deliveries have keys", async () => {
  const holds = (order: string) => lab("", `, order: ${order}, on: { rejected: holdKey }`);
  assertEquals(await problemsOf(holds("none")), [
    "6:88 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.on.rejected: holdKey has nothing to hold at order: none",
  ]);
  assertEquals(await problemsOf(holds("by key")), []);
});

Deno.test("config: what is collected is sent at times of day, in a zone, or by number", async () => {
  const nightly = lab("", ', collect: { at: "02:15", as: hl7-batch }', ", timeZone: America/Chicago");
  assertEquals((await channelOf(nightly)).destinations[0].collect, {
    at: ["02:15"],
    timeZone: "America/Chicago",
    bytesMax: 64 * 1024 * 1024,
    as: "hl7-batch",
    empty: "skip",
  });
  assertEquals(await problemsOf(lab("", ', collect: { at: ["2:15"], timeZone: Chicago }')), [
    "6:75 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.collect.at[0]: must be text that is a time of day with 24 hours, such as 02:15",
    "6:94 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.collect.timeZone: must be a time zone, not Chicago (for example America/Chicago)",
  ]);
  assertEquals(await problemsOf(lab("", ", collect: { bytesMax: 1 MB }")), []);
  assertEquals(await problemsOf(lab("", ", collect: { as: hl7-bach }")), [
    "6:68 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.collect: must say when what has gathered is sent (at:, countMax: or bytesMax:)",
    "6:74 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.collect.as: must be lines, zip or hl7-batch, not hl7-bach",
  ]);
});

Deno.test("config: what may gather is less than what may be pending, and no more than a journal can keep", async () => {
  const gathering = (bytesMax: string, more: string) =>
    lab("", `, collect: { countMax: 5, bytesMax: ${bytesMax} }`) + more;
  assertEquals(await problemsOf(gathering("2 MB", "journal: { pendingBytesMax: 2 MB }")), [
    "6:93 CONFIG_VALUE_INVALID Cannot read channels.lab.send.ehr.collect.bytesMax: bytesMax (2000000) must be less than journal.pendingBytesMax (2000000)",
  ]);
  assertEquals(await problemsOf(gathering("1 MB", "journal: { pendingBytesMax: 2 MB }")), []);
  assertEquals(await problemsOf(gathering("1 GB", "")), [
    "6:93 CONFIG_VALUE_RANGE Cannot read channels.lab.send.ehr.collect.bytesMax: must be between 1 and 268435456, not 1000000000",
  ]);
});

Deno.test("config: a channel hands on to another that is there, and never to itself by a detour", async () => {
  const chain = (last: string) =>
    `gateway: here
channels:
  a: { listen: { mllp: { port: 1 } }, parse: hl7v2, send: { b: { channel: b } } }
  b: { listen: { mllp: { port: 2 } }, parse: hl7v2, send: { c: { channel: c } } }
  c: { listen: { mllp: { port: 3 } }, parse: hl7v2, send: { ${last} } }
`;
  const { destinations: [{ send }] } = await channelOf(chain("ehr: { mllp: { host: h, port: 1 } }"));
  assertEquals(send, { channel: "b" });
  const circular = await problemsOf(chain("a: { channel: a }"));
  assertEquals(circular.length, 3);
  assert(circular.every((problem) => problem.includes("CONFIG_CHANNEL_CIRCULAR")), circular.join("\n"));
  assertEquals(await problemsOf(chain("d: { channel: d }")), [
    "5:75 CONFIG_CHANNEL_UNKNOWN Cannot read channels.c.send.d.channel: no channel is called d (there is a, b, c)",
  ]);
  const both = await problemsOf(chain("a: { channel: b, mllp: { host: h, port: 1 } }"));
  assert(both.some((problem) => problem.includes("CONFIG_ADAPTER_REPEATED")), both.join("\n"));
});

Deno.test("config: channels may hand on to each other in a chain of any length", async () => {
  const text = (last: string) =>
    "gateway: here\nchannels:\n" + Array.from({ length: 3000 }, (_, at) => {
      const to = at < 2999 ? `c${at + 1}` : last;
      return ` c${at}: { listen: { mllp: { port: ${
        at + 1
      } } }, parse: hl7v2, send: { x: { channel: ${to} } } }\n`;
    }).join("");
  assertEquals((await problemsOf(text("nobody"))).length, 1);
});

Deno.test("config: order by a path its format does not have is a problem", async () => {
  assertEquals(await problemsOf(lab("    order: by pid-3\n")), [
    "7:12 CONFIG_VALUE_INVALID Cannot read channels.lab.order: Cannot run: only its spec is wanted",
  ]);
});

Deno.test("config: variables come from the file beside the gateway file, and never make YAML of themselves", async () => {
  const text = SMALLEST.replace("ehr.local", "${EHR_HOST}").replace("7001", "${EHR_PORT}")
    .replace("st-elsewhere", "st-${SITE}");
  const files = {
    ...FILES,
    [`${FOLDER}/gateway.env`]: 'EHR_HOST="x, port: 1 }"\nEHR_PORT=7009\n# no\nSITE=e\n',
  };
  const { plan } = await read(text, files);
  const { send } = plan!.channels[0].destinations[0] as { send: { config: unknown } };
  assertEquals([plan!.name, send.config], ["st-e", { host: "x, port: 1 }", port: 7009 }]);
  const escaped = lab("    about: costs $${X}\n");
  assertEquals((await channelOf(escaped, files)).about, "costs ${X}");
});

Deno.test("config: a variable that is not there is a problem, with a file of variables and without", async () => {
  const text = SMALLEST.replace("ehr.local", "${EHR_HOST}");
  const said =
    "6:34 CONFIG_VARIABLE_MISSING Cannot read channels.lab.send.ehr.mllp.host: no variable is called EHR_HOST (give it a line EHR_HOST=… in the file of variables, or write $${ for a plain ${)";
  assertEquals(await problemsOf(text), [said]);
  const port = await problemsOf(SMALLEST.replace("7001", "${EHR_PORT}"));
  assertEquals(port.map((problem) => problem.split(" ")[1]), ["CONFIG_VARIABLE_MISSING"]);
});

Deno.test("config: a problem with a value shows the names of its variables, not what they stand for", async () => {
  const token = `canary-${"x".repeat(80)}`;
  const files = { ...FILES, [`${FOLDER}/gateway.env`]: `TOKEN=${token}\n` };
  const text = lab("    duplicates: { answer: '${TOKEN}' }\n    transform: [ '${TOKEN}' ]\n")
    .replace("7001", "1${TOKEN}").replace("parse: hl7v2", "parse: ${TOKEN}");
  const problems = (await read(text, files)).problems.map(printProblem);
  assertEquals(problems.length, 4, problems.join("\n"));
  for (const problem of problems) {
    assert(problem.includes("${TOKEN}") && !problem.includes("canary"), problem);
  }
});

Deno.test("config: an adapter where the name of a destination is missing says so", async () => {
  assertEquals(
    await problemsOf(
      SMALLEST.replace(
        "ehr: { mllp: { host: ehr.local, port: 7001 } }",
        "mllp: { host: ehr.local, port: 7001 }",
      ),
    ),
    [
      "6:13 CONFIG_ADAPTER_MISSING Cannot read channels.lab.send.mllp: no adapter is named (give the destination a name: { NAME: { mllp: … } })",
    ],
  );
});

Deno.test("config: a file of variables that is named and not there is a problem", async () => {
  const { problems } = await readGateway({ text: SMALLEST, file: FILE }, {
    disk: diskOf(FILES) as Disk,
    catalog,
    env: () => undefined,
    timeZone: "UTC",
    variablesFile: `${FOLDER}/production.env`,
    loadActor: () => Promise.resolve({}),
  });
  assertEquals(problems.map(({ code, file }) => [code, file]), [
    ["CONFIG_FILE_UNREADABLE", `${FOLDER}/production.env`],
  ]);
});

Deno.test("config: each file of the folder channels is a channel, and its problems name it", async () => {
  const billing =
    `listen: { mllp: { port: 2578 } }\nparse: hl7v2\nsend: { ehr: { mllp: { host: h, port: 1 } } }\n`;
  const at = (name: string) => `${FOLDER}/channels/${name}`;
  const good = { ...FILES, [at("billing.yaml")]: billing, [at("billing_test.yaml")]: "cases: []\n" };
  const { plan } = await read(SMALLEST, good);
  assertEquals(plan!.channels.map(({ name }) => name), ["lab", "billing"]);
  const alone = await read("gateway: here\n", good);
  assertEquals(alone.plan!.channels.map(({ name }) => name), ["billing"]);
  const bad = { ...FILES, [at("billing.yaml")]: billing.replace("2578", "2575x"), [at("lab.yml")]: billing };
  const { problems } = await read(SMALLEST.replace("7001", "0"), bad);
  assertEquals(problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`), [
    `${FILE}:6:51 CONFIG_VALUE_RANGE`,
    `${at("billing.yaml")}:1:25 CONFIG_VALUE_INVALID`,
    `${at("lab.yml")}:1:1 CONFIG_NAME_INVALID`,
  ]);
  const hidden = await read(SMALLEST, { ...good, [at(".#billing.yaml")]: "no channel: at all\n" });
  assertEquals(hidden.plan!.channels.map(({ name }) => name), ["lab", "billing"]);
  const unfit = await read("gateway: here\nchannels: no\n", good);
  assertEquals(unfit.problems.map(({ line, code }) => [line, code]), [[2, "CONFIG_VALUE_INVALID"]]);
});
