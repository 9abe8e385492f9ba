import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { run, withFolder } from "../console_kit.ts";
import { FakeGateway, shown, snapshot, statistics } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

Deno.test("status prints what needs a person first, then what went through", () =>
  withGateway(async ({ mitral }) => {
    const { code, out, err } = await mitral("status");
    assertEquals([code, err], [exitCodes.ok, ""]);
    assertEquals(
      out,
      `st-elsewhere ready since 2026-01-02 03:00:00Z (10 min)
journal open, 12 messages pending, 12.4 kB of 268.4 MB
commits: p50 0.42 ms, p99 4.9 ms, longest 31 ms; 12.4 operations each; the last 2 s ago
disk: journal 1.2 GB, 40.0 GB free
oldest message without an answer: 1 min, in lab
ledger: not signed: there is no ledger key; \`mitral keys init\` makes one, \`mitral keys seal\` adds it to older keys

channel  line        condition  queued  oldest  in quarantine                     restarts  trouble
lab      → registry  halted         10     3 h  3, oldest 2 d, 1 holds up others         5  MLLP_PEER_UNREACHABLE
lab      work        running         2     2 s                                           1
lab      → ehr       running         0                                                   0

channel  listens on      received  repeated  filtered  delivered  failed  quarantined
lab      127.0.0.1:2575     1,200         3         4      1,180       6            1
received to quarantined: since the start; list what is in quarantine: mitral messages list --state quarantined
`,
    );
  }));

Deno.test("status prints the whole snapshot with its statistics as JSON", () =>
  withGateway(async ({ mitral }) => {
    const told = JSON.parse(JSON.stringify({ ...snapshot, statistics }));
    assertEquals(JSON.parse((await mitral("status --json")).out), told);
  }));

Deno.test("status paints a halted line for a person only", () =>
  withGateway(async ({ mitral }) => {
    assertStringIncludes((await mitral("status", { isTerminal: true, colour: true })).out, "\x1b[31mhalted");
    assert(!(await mitral("status")).out.includes("\x1b["));
  }));

Deno.test("messages list prints a row for each message", () =>
  withGateway(async ({ mitral }) => {
    const { code, out, err } = await mitral("messages list");
    assertEquals([code, err], [exitCodes.ok, ""]);
    const [head, row] = out.split("\n");
    assert(/^id +received +channel +type +control id +size +state +destinations$/.test(head), head);
    assertEquals(
      row,
      `${shown.id}  2026-01-02 03:04:05Z  lab      ORU^R01  MSG00001    62 B  processed  ` +
        "ehr: delivered, registry: quarantined",
    );
    assertEquals(JSON.parse((await mitral("messages list --json")).out)[0].id, shown.id);
  }));

Deno.test("messages list counts the parts of a message that went one way", () => {
  const gateway = new FakeGateway();
  const [delivery] = shown.deliveries;
  gateway.archive.list = async () => [{ ...shown, deliveries: [delivery, delivery, delivery] }];
  return withGateway(async ({ mitral }) => {
    assertStringIncludes((await mitral("messages list")).out, "  ehr: delivered ×3\n");
  }, gateway);
});

Deno.test("messages list hands its filters on, times from the clock", () =>
  withGateway(async ({ mitral, gateway }) => {
    await mitral(
      "messages list --channel lab --state QUEUED --type ORU^R01 --control-id 7 --since 5m " +
        "--until 2026-01-31T08:00 --limit 7 --before 0192",
    );
    assertEquals(gateway.asked, [["list", {
      channel: "lab",
      state: "queued",
      type: "ORU^R01",
      controlId: "7",
      sinceMs: snapshot.startedAtMs + 300_000,
      untilMs: Date.UTC(2026, 0, 31, 8),
      limit: 7,
      before: "0192",
    }]]);
  }));

Deno.test("messages list says how to see the next page", () =>
  withGateway(async ({ mitral }) => {
    const { err } = await mitral("messages list --limit 1");
    assertEquals(err, `more may follow: --before ${shown.id}\n`);
  }));

Deno.test("messages list cannot be made to move the cursor by a control id", () => {
  const gateway = new FakeGateway();
  const { list } = gateway.archive;
  gateway.archive.list = async (query) =>
    (await list(query)).map((record) => ({ ...record, controlId: "\x1b[2Jx" }));
  return withGateway(async ({ mitral }) => {
    const { out } = await mitral("messages list");
    assert(!out.includes("\x1b"));
    assertStringIncludes(out, "\\u{1b}[2Jx");
  }, gateway);
});

Deno.test("messages show prints facts and history, and no content unasked", () =>
  withGateway(async ({ mitral }) => {
    const { code, out } = await mitral(`messages show ${shown.id.slice(0, 8)}`);
    assertEquals(code, exitCodes.ok);
    for (const part of ["192.0.2.7:51022", "HL7V2_PEER_REFUSED Cannot deliver", "quarantined  registry"]) {
      assertStringIncludes(out, part);
    }
    assert(!out.includes("DOE"));
    assert(!(await mitral(`messages show ${shown.id} --json`)).out.includes('received":{'));
  }));

Deno.test("messages show prints content where it is asked for, a segment a line", () =>
  withGateway(async ({ mitral }) => {
    const { out } = await mitral(`messages show ${shown.id} --content`);
    assertStringIncludes(out, "\nreceived (78 bytes)\nMSH|^~\\&|LAB");
    assertStringIncludes(out, "\nPID|1||77^^^A||DOE^JANE\n");
    assertStringIncludes(out, "\nanswer of registry (");
    const json = JSON.parse((await mitral(`messages show ${shown.id} --content --json`)).out);
    assertEquals(Uint8Array.fromBase64(json.received.base64), shown.received);
  }));

Deno.test("messages show prints values one by one, with what HL7 calls them", () =>
  withGateway(async ({ mitral }) => {
    const { out } = await mitral(`messages show ${shown.id} --values`);
    assertMatch(out, /\npath +name +value\nMSH-1\.1 +Field Separator +\|\n/);
    assertMatch(out, /\nPID-5\.1 +Patient Name, Family Name, Surname +DOE\n/);
    assert(!out.includes("PID|1"));
  }));

Deno.test("messages show answers no where the journal has no such message", () =>
  withGateway(async ({ mitral }) => {
    const { code, out, err } = await mitral("messages show 77");
    assertEquals([code, out], [exitCodes.no, ""]);
    assertStringIncludes(err, "CONSOLE_MESSAGE_UNKNOWN");
    assertStringIncludes(err, "hint: list them with: mitral messages list");
  }));

Deno.test("messages replay prints where the message goes again", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("messages replay 0192 --to registry --force");
    assertEquals([code, out], [exitCodes.ok, "queued again for registry\n"]);
    assertEquals(gateway.asked, [["replay", "0192", {
      destination: "registry",
      everywhere: false,
      force: true,
      by: { person: "ada" },
    }]]);
  }));

Deno.test("messages release prints where later messages go on", () =>
  withGateway(async ({ mitral, gateway }) => {
    const { code, out } = await mitral("messages release 0192 --to registry");
    assertEquals([code, out], [0, "released at registry\n"]);
    assertEquals(gateway.asked, [["release", "0192", {
      destination: "registry",
      by: { person: "ada" },
    }]]);
  }));

Deno.test("messages replay answers no where the gateway refuses, and says what force does", () =>
  withGateway(async ({ mitral }) => {
    const { code, err } = await mitral("messages replay 0192");
    assertEquals(code, exitCodes.no);
    assertStringIncludes(err, "GATEWAY_REPLAY_REFUSED Cannot replay message");
    assertStringIncludes(err, "--force");
  }));

Deno.test("channel starts, stops and reloads", () =>
  withGateway(async ({ mitral, gateway }) => {
    assertEquals((await mitral("channel start lab")).out, "started lab\n");
    assertEquals((await mitral("channel stop lab")).out, "stopped lab\n");
    assertEquals((await mitral("channel reload lab")).out, "reloaded lab\n");
    assertEquals(gateway.asked, [["start", "lab"], ["stop", "lab"]]);
  }));

Deno.test("channel reload prints the problems of the file, and exit code 1", () =>
  withGateway(async ({ mitral }) => {
    assertEquals(await mitral("channel reload other"), {
      code: exitCodes.no,
      out: "",
      err: "/g.yaml:4:2 CONFIG_KEY_UNKNOWN no\n  hint: do\n",
    });
  }));

Deno.test("channel answers no where the gateway has no such channel", () =>
  withGateway(async ({ mitral }) => {
    const { code, err } = await mitral("channel stop absent");
    assertEquals(code, exitCodes.no);
    assertStringIncludes(err, "CONTROL_CHANNEL_UNKNOWN");
  }));

Deno.test("console tells the gateway who asks", () =>
  withGateway(async ({ mitral, people }) => {
    await mitral("status", { env: { USER: "ada", LOGNAME: "x" } });
    await mitral("status", { env: { LOGNAME: "grace" } });
    await mitral("status", { env: { SUDO_USER: "edith", USER: "mitral", LOGNAME: "mitral" } });
    await mitral("status", { env: {} });
    assertEquals(people, ["ada", "grace", "edith", "unknown"]);
  }));

Deno.test("console finds the data folder by --data, and by the gateway file however broken the rest of it is", () =>
  withGateway(async ({ mitral, cwd }) => {
    await Deno.mkdir(join(cwd, "elsewhere"));
    await Deno.writeTextFile(join(cwd, "elsewhere/g.yaml"), "data: ../data\nchannels: { a: { lsten: 1 } }\n");
    const options = { cwd: join(cwd, "elsewhere") };
    assertEquals((await mitral("status --data ../data", options)).code, exitCodes.ok);
    assertEquals((await mitral("status --file g.yaml", options)).code, exitCodes.ok);
    assertEquals((await mitral("status --file absent.yaml", options)).code, exitCodes.cannot);
  }));

Deno.test("console says what to do where no gateway runs", () =>
  withFolder(async (cwd) => {
    for (
      const command of ["status", "messages list", "messages show 1", "messages replay 1", "channel stop a"]
    ) {
      const { code, out, err } = await run(command.split(" "), { cwd });
      assertEquals([code, out], [exitCodes.cannot, ""], command);
      assert(
        err.startsWith(
          `CONTROL_GATEWAY_MISSING Cannot reach gateway: none runs on the data folder ${cwd}/data\n`,
        ),
      );
      assertStringIncludes(err, "mitral run gateway.yaml");
    }
  }));

Deno.test("console shows the text of an unexpected error only with --debug", () =>
  withFolder(async (cwd) => {
    const crash = {
      ...denoWorld,
      net: { ...denoWorld.net, connectLocal: () => Promise.reject(new TypeError("DOE^JANE")) },
    };
    const { code, err } = await run(["status"], { cwd, world: crash });
    assertEquals(code, exitCodes.bug);
    assertStringIncludes(
      err,
      "CONSOLE_COMMAND_CRASHED Cannot finish status: an error nobody expected (TypeError)",
    );
    assert(!err.includes("DOE"));
    assertStringIncludes((await run(["status", "--debug"], { cwd, world: crash })).err, "DOE^JANE");
  }));
