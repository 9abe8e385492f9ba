import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { outside } from "../../../../gateway.ts";
import { main } from "../../../../runtime/console/main.ts";
import { FakeTerminal } from "../fake_terminal.ts";
import { fencesOf } from "../../../tidy/_documents.ts";
import { GATEWAY, RESULT, runCases, Site } from "./_site.ts";

const one = (name: string, expect: string, more = "") =>
  `cases:\n  - name: ${name}\n    input: ${RESULT}\n${more}    expect:${expect}\n`;

Deno.test("test passes a case whose message goes where the file says", async () => {
  const ended = await runCases(one(
    "a result",
    `
      outcome: accepted
      answer: { MSA-1: AA, MSA-2: "0001" }
      ehr: { MSH-5: REGISTRY, PID-5.2: Ann, PID-8: , OBX-3: [600-7] }
      registry: |
        MSH|^~\\&|LAB|ST E|REGISTRY|ST E|20260101120000||ORU^R01|0001|P|2.5
        PID|1||4711^^^ST E||Doe^Ann
        OBX|1|ST|600-7||5`,
  ));
  assertEquals(ended, { code: exitCodes.ok, out: "ok   a result\n1 passed\n", err: "" });
});

Deno.test("test shows what a failing case got, by path", async () => {
  const { code, out } = await runCases(one(
    "a result",
    `
      ehr: |
        MSH|^~\\&|LAB|ST E|REGISTRY|ST E|20260101120001||ORU^R01|0001|P|2.5
        PID|1||4711^^^ST E||DOE^Ann||19700101
        OBX|1|ST|600-7
      registry: none`,
    "    ignore: MSH-7\n",
  ));
  assertEquals(code, exitCodes.no);
  assertEquals(
    out,
    `FAIL a result lab_test.yaml:2
     lab_test.yaml:9:7 ehr
       PID-5.1  expected DOE       got Doe      Patient Name, Family Name
       PID-7.1  expected 19700101  got nothing  Date/Time of Birth, Time
       OBX-5.1  expected nothing   got 5        Observation Value
     lab_test.yaml:13:7 registry: expected none, got one message
0 passed, 1 failed
`,
  );
});

Deno.test("test compares JSON by its own paths, and text line by line", async () => {
  const gateway = (format: string) =>
    `gateway: demo\nchannels:\n  lab:\n    listen: { mllp: { port: 0 } }\n    parse: ${format}\n` +
    "    send: { ehr: { file: { path: . } } }\n";
  const json = 'cases:\n  - { name: j, input: \'{"a": [1, "x"]}\', expect: { ehr: \'{"a": [1, "y"]}\' } }\n';
  const asJson = await runCases(json, { "gateway.yaml": gateway("json") });
  assertMatch(asJson.out, /\$\.a\[1\] +expected y +got x/);
  const text = 'cases:\n  - { name: t, input: "a\\nb\\n", expect: { ehr: "a\\nc" } }\n';
  const asText = await runCases(text, { "gateway.yaml": gateway("text") });
  assertMatch(asText.out, /ehr\n +line 2 +expected c +got b\n/);
});

Deno.test("test fails a case that met an error nobody expected, and passes one that names it", async () => {
  const input = "    answers: { ehr: rejected }\n";
  const unexpected = await runCases(one("a", "\n      registry: { MSH-5: REGISTRY }", input));
  assertEquals(unexpected.code, exitCodes.no);
  assertStringIncludes(unexpected.out, "outcome: expected no error, got HL7V2_");
  const code = /HL7V2_\w+/.exec(unexpected.out)![0];
  assertEquals((await runCases(one("a", ` { outcome: ${code} }`, input))).code, exitCodes.ok);
  assertEquals((await runCases(one("a", " rejected", input))).code, exitCodes.ok);
});

Deno.test("test shows what a channel does where a peer puts off, is silent, or answers what the case says", async () => {
  const postponed = await runCases(
    one(
      "a",
      "\n      outcome: HL7V2_MESSAGE_TURNED_AWAY\n      answer: none",
      "    answers: { ehr: postponed }\n",
    ),
  );
  assertEquals([postponed.code, postponed.out], [exitCodes.ok, "ok   a\n1 passed\n"]);
  const silent = await runCases(one("a", " PEER_MESSAGE_UNANSWERED", "    answers: { ehr: unanswered }\n"));
  assertEquals([silent.code, silent.out], [exitCodes.ok, "ok   a\n1 passed\n"]);
  const said = await runCases(
    one(
      "a",
      "\n      outcome: rejected\n      answer: { MSA-1: AR }",
      "    answers: { ehr: { MSA-1: AE } }\n",
    ),
  );
  assertEquals([said.code, said.out], [exitCodes.ok, "ok   a\n1 passed\n"]);
  const whole = await runCases(
    one("a", " accepted", '    answers: { ehr: "MSH|^~\\\\&|EHR\\rMSA|AA|0001\\r" }\n'),
  );
  assertEquals([whole.code, whole.out], [exitCodes.ok, "ok   a\n1 passed\n"]);
});

Deno.test("test returns the answer of the destination that the channel asks", async () => {
  const gateway = GATEWAY.replace("acknowledge: delivered", "acknowledge: from ehr")
    .replace("  audit:\n    listen", "    respond:\n      - set: { MSA-3: seen }\n  audit:\n    listen");
  const ended = await runCases(
    one(
      "a",
      "\n      answer: { MSA-1: AE, MSA-3: seen }\n      outcome: rejected",
      "    answers: { ehr: { MSA-1: AE } }\n",
    ),
    {
      "gateway.yaml": gateway,
    },
  );
  assertEquals([ended.out, ended.code], ["ok   a\n1 passed\n", exitCodes.ok]);
});

Deno.test("test sees what is filtered, and what is handed on to another channel and sent there", async () => {
  const ended = await runCases(`cases:
  - name: an admission
    input: "MSH|^~\\\\&|LAB|ST E|EHR|ST E|2026||ADT^A01|1|P|2.5\\r"
    expect: filtered
  - name: a result
    input: ${RESULT}
    expect:
      audit: { MSH-5: REGISTRY }
      audit/files: { MSH-10: "0001" }
`);
  assertEquals([ended.out, ended.code], ["ok   an admission\nok   a result\n2 passed\n", exitCodes.ok]);
});

Deno.test("test begins each case anew, unless it keeps what the one before it left", async () => {
  const again = (keep: string) =>
    `cases:
  - { name: first, input: { file: ./a.hl7 }, expect: { ehr: { MSH-10: "1" } } }
  - { name: again, ${keep}input: { file: ./a.hl7 }, expect: { answer: { MSA-1: AA }, ehr: none } }
`;
  const files = { "a.hl7": "MSH|^~\\&|LAB|ST E|EHR|ST E|2026||ORU^R01|1|P|2.5\n" };
  const anew = await runCases(again(""), files);
  assertStringIncludes(anew.out, "ehr: expected none, got one message");
  const kept = await runCases(again("keep: true, "), files);
  assertEquals([kept.out, kept.code], ["ok   first\nok   again\n2 passed\n", exitCodes.ok]);
});

for (const acknowledge of ["received", "processed", "delivered"]) {
  Deno.test(`test waits for what pieces make at ${acknowledge}, and shows none of it before the last`, async () => {
    const piece = (id: string, pointer: string, rest: string) =>
      `MSH|^~\\&|LAB|ST E|EHR|ST E|2026||ORU^R01|${id}|P|2.5||${pointer}\n${rest}\n`;
    const { out } = await runCases(
      `cases:
  - { name: first, input: { file: ./a.hl7 }, expect: { answer: { MSA-2: A }, ehr: none } }
  - { name: last, keep: true, input: { file: ./b.hl7 }, expect: { answer: { MSA-2: B }, ehr: { MSH-10: A, PID-3: "7", NTE-3: x } } }
`,
      {
        "gateway.yaml": GATEWAY.replace("acknowledge: delivered", `acknowledge: ${acknowledge}`),
        "a.hl7": piece("A", "", "PID|1||7\nDSC|B|F"),
        "b.hl7": piece("B", "B", "NTE|1||x"),
      },
    );
    assertEquals(out, "ok   first\nok   last\n2 passed\n");
  });
}

Deno.test("test lists each message of a destination where there are several", async () => {
  const actor = `export default {
  spec: {
    name: "twice", about: "Gives two.", config: {}, errors: {},
    transform: (message) => ["A", "B"].map((to) => message.derive({ body: message.body.with("MSH-6", to) })),
  },
};`;
  const gateway = GATEWAY.replace("- set: { MSH-5: REGISTRY }", "- ./twice.ts");
  const ended = await runCases(
    one("a", "\n      ehr: [{ MSH-6: A }, { MSH-6: C }]\n      registry: { MSH-6: A }"),
    {
      "gateway.yaml": gateway,
      "twice.ts": actor,
    },
  );
  assertEquals(ended.code, exitCodes.no);
  assertMatch(ended.out, /ehr\[2\]\n +MSH-6 +expected C +got B +Receiving Facility\n/);
  assertStringIncludes(ended.out, "registry: expected one message, got 2 messages");
});

Deno.test("test sends what has gathered when a case ends that the next one does not go on from", async () => {
  const gateway = GATEWAY.replace(
    "mllp: { host: ehr.local",
    'collect: { at: "02:15", as: hl7-batch }\n        mllp: { host: ehr.local',
  );
  const ended = await runCases(
    `cases:
  - { name: first, input: { file: ./1.hl7 }, expect: { outcome: accepted, ehr: none } }
  - name: second
    keep: true
    input: { file: ./2.hl7 }
    ignore: [line 1, line 2]
    expect:
      ehr: |
        FHS
        BHS
        MSH|^~\\&|LAB|ST E|REGISTRY|ST E|2026||ORU^R01|1|P|2.5
        MSH|^~\\&|LAB|ST E|REGISTRY|ST E|2026||ORU^R01|2|P|2.5
        BTS|2
        FTS|1
`,
    {
      "gateway.yaml": gateway.replace("acknowledge: delivered", "acknowledge: received"),
      "1.hl7": "MSH|^~\\&|LAB|ST E|EHR|ST E|2026||ORU^R01|1|P|2.5\n",
      "2.hl7": "MSH|^~\\&|LAB|ST E|EHR|ST E|2026||ORU^R01|2|P|2.5\n",
    },
  );
  assertEquals([ended.out, ended.err, ended.code], ["ok   first\nok   second\n2 passed\n", "", exitCodes.ok]);
});

Deno.test("test says where a custom actor crashed", async () => {
  const actor = `export default {
  spec: {
    name: "broken", about: "Crashes.", config: {}, errors: {},
    transform: () => { throw new TypeError("it holds Doe"); },
  },
};`;
  const gateway = GATEWAY.replace("- set: { MSH-5: REGISTRY }", "- ./broken.ts");
  const ended = await runCases(one("a", " accepted"), { "gateway.yaml": gateway, "broken.ts": actor });
  assertMatch(ended.out, /got ENGINE_MESSAGE_POISONED .*; crashed: TypeError at broken\.ts:4:\d+\n/);
  assert(!ended.out.includes("Doe"));
});

Deno.test("test keeps time still where the file says when it is", async () => {
  const actor = `export default {
  spec: {
    name: "stamp", about: "Stamps.", config: {}, errors: {},
    transform: (message) => message.derive({ body: message.body.with("MSH-7", new Date(message.receivedAtMs).toISOString()) }),
  },
};`;
  const gateway = GATEWAY.replace("- set: { MSH-5: REGISTRY }", "- ./stamp.ts");
  const ended = await runCases(
    "now: 2026-01-31T08:00+01:00\n" +
      one(
        "a",
        "\n      ehr: { MSH-7: 2026-01-31T07:00:00.000Z }\n      answer: { MSH-7: 20260131070000+0000 }",
      ),
    { "gateway.yaml": gateway, "stamp.ts": actor },
  );
  assertEquals([ended.out, ended.code], ["ok   a\n1 passed\n", exitCodes.ok]);
});

Deno.test("test touches neither the network, nor the gateway's data, nor its secrets", async () => {
  const gateway = GATEWAY.replace("gateway: demo", "gateway: demo\ndata: ./data").replace(
    'https: { url: "https://registry.example/hl7" }',
    'https: { url: "https://registry.example/hl7", headers: { Authorization: secret:token } }',
  ).replace("- set: { MSH-5: REGISTRY }", "- ./ask.ts");
  const actor = `export default {
  spec: {
    name: "ask", about: "Asks.", config: {}, errors: {}, hosts: () => ["127.0.0.1"],
    async transform(message, { fetch }) { await fetch("http://127.0.0.1:1/"); return message; },
  },
};`;
  await using site = await Site.make({
    "gateway.yaml": gateway,
    "ask.ts": actor,
    "lab_test.yaml": one("a", " { outcome: ACTOR_FETCH_FAILED, ehr: none }"),
  });
  const ended = await site.test("lab_test.yaml");
  assertEquals([ended.out, ended.err, ended.code], ["ok   a\n1 passed\n", "", exitCodes.ok]);
  const names = (await Array.fromAsync(Deno.readDir(site.folder))).map(({ name }) => name).sort();
  assertEquals(names, ["ask.ts", "gateway.yaml", "lab_test.yaml"]);
});

Deno.test("test runs every file of tests beside a gateway file and in its channels, and no other gateway's", async () => {
  const channel = `listen: { mllp: { port: 0 } }\nparse: hl7v2\nsend: { ehr: { file: { path: . } } }\n`;
  await using site = await Site.make({
    "lab_test.yaml": one("one", " accepted"),
    "other_test.yaml": "gateway: ./other.yaml\n" + one("two", " accepted"),
    "other.yaml": GATEWAY,
    "channels/orders.yaml": channel,
    "channels/orders_test.yaml": one("three", "\n      ehr: { MSH-5: EHR }"),
  });
  const all = await site.test("gateway.yaml");
  assertEquals([all.out, all.code], ["ok   one\nok   three\n2 passed\n", exitCodes.ok]);
  const nested = await site.test("channels/orders_test.yaml");
  assertEquals([nested.out, nested.code], ["ok   three\n1 passed\n", exitCodes.ok]);
  const only = await site.test("gateway.yaml", "--only", "thr");
  assertEquals([only.out, only.code], ["ok   three\n1 passed\n", exitCodes.ok]);
  const none = await site.test("gateway.yaml", "--only", "nothing");
  assertEquals(none.code, exitCodes.cannot);
  assertStringIncludes(none.err, "CONSOLE_TESTS_MISSING Cannot test gateway.yaml: no case is called nothing");
});

Deno.test("test says that there are no tests, or no such file", async () => {
  await using site = await Site.make({});
  const none = await site.test("gateway.yaml");
  assertEquals([none.code, none.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_TESTS_MISSING"]);
  const absent = await site.test("absent_test.yaml");
  assertEquals([absent.code, absent.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_FILE_UNREADABLE"]);
});

Deno.test("test prints the same as JSON", async () => {
  await using site = await Site.make({ "lab_test.yaml": one("a", "\n      ehr: { MSH-5: EHR }") });
  const { code, out } = await site.test("gateway.yaml", "--json");
  assertEquals(code, exitCodes.no);
  const { ok, passed, failed, cases } = JSON.parse(out);
  assertEquals([ok, passed, failed, cases.length], [false, 0, 1, 1]);
  assertEquals(cases[0].failures, [{
    place: { line: 8, column: 7 },
    about: "ehr",
    differences: [{ path: "MSH-5", expected: "EHR", actual: "REGISTRY", name: "Receiving Application" }],
  }]);
});

Deno.test("two runs at once do not disturb each other", async () => {
  const texts = ["ORU", "ADT", "ORU", "ADT"].map((type) =>
    `cases:\n  - name: ${type}\n    input: "MSH|^~\\\\&|LAB|ST E|EHR|ST E|2026||${type}|1|P|2.5\\r"\n` +
    `    expect: { outcome: ${type === "ORU" ? "accepted" : "filtered"}, ehr: ${
      type === "ORU" ? "{ MSH-9: ORU }" : "none"
    } }\n`
  );
  const ended = await Promise.all(texts.map((text) => runCases(text)));
  assertEquals(ended.map(({ code, out }) => [code, out.split("\n")[0]]), [
    [exitCodes.ok, "ok   ORU"],
    [exitCodes.ok, "ok   ADT"],
    [exitCodes.ok, "ok   ORU"],
    [exitCodes.ok, "ok   ADT"],
  ]);
});

Deno.test("test runs again when a file changes, until Ctrl-C", async () => {
  await using site = await Site.make({ "lab_test.yaml": one("a", "\n      ehr: { MSH-5: EHR }") });
  const { terminal, exitCode } = site.start(["gateway.yaml", "--watch"]);
  await terminal.printed(/waiting for a change/);
  assertStringIncludes(terminal.stdout, "1 failed");
  await site.write("lab_test.yaml", one("a", "\n      ehr: { MSH-5: REGISTRY }"));
  await terminal.printed(/1 passed/);
  terminal.interrupt();
  assertEquals(await exitCode, exitCodes.ok);
});

Deno.test("test passes what init writes", async () => {
  await using site = await Site.make({});
  assertEquals(await main(new FakeTerminal(["init", "mine"], { cwd: site.folder }), outside), exitCodes.ok);
  const { code, out } = await site.test("mine/gateway.yaml");
  assertEquals([code, out], [exitCodes.ok, "ok   a result is taken and written to a file\n1 passed\n"]);
});

Deno.test("the cases of the guide pass", async () => {
  const guide = await Deno.readTextFile(
    new URL("../../../../docs/guide/testing_channels.md", import.meta.url),
  );
  const [first, more] = fencesOf(guide).filter(({ language }) => language === "yaml").map(({ text }) => text);
  const gateway = GATEWAY.replace("  lab:", "  lab-results:").replace("OBX-3.1 = 600-7", "OBX-3.1 = 625-4");
  await using site = await Site.make({
    "gateway.yaml": gateway,
    "lab_test.yaml": first,
    "more_test.yaml": more,
    "samples/adt.hl7": "MSH|^~\\&|LAB|ST E|EHR|ST E|2026||ADT^A01|1|P|2.5\n",
    "samples/oru.hl7": "MSH|^~\\&|LAB|ST E|EHR|ST E|2026||ORU^R01|2|P|2.5\n",
  });
  const { out, err, code } = await site.test("gateway.yaml");
  assertEquals([out.split("\n").at(-2), err, code], ["5 passed", "", exitCodes.ok], out);
});
