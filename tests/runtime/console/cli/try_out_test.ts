import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { type ConsoleOptions, run, start, type Started, withFolder } from "../console_kit.ts";

const message = (id: string, type = "ADT^A01") =>
  `MSH|^~\\&|LAB|A|EHR|B|20260102||${type}|${id}|P|2.5\rPID|1||77^^^A||DOE^JANE\r`;

/** Starts a sink on a free port. */
async function openSink(
  args: readonly string[],
  options: ConsoleOptions = {},
): Promise<Started & { address: string }> {
  const started = start(["sink", "127.0.0.1:0", ...args], options);
  const [, address] = await started.terminal.printed(/listening on (\S+)/);
  return { ...started, address };
}

function withMessages(use: (cwd: string) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "one.hl7"), message("MSG1").replaceAll("\r", "\n"));
    await Deno.writeTextFile(join(cwd, "two.hl7"), message("MSG2") + message("MSG3", "ORU^R01"));
    await use(cwd);
  });
}

Deno.test("send prints a line for each answer and a summary", () =>
  withMessages(async (cwd) => {
    const sink = await openSink(["--count", "3"]);
    const { code, out, err } = await run(["send", sink.address, "one.hl7", "two.hl7"], { cwd });
    assertEquals([code, err], [exitCodes.ok, ""]);
    const lines = out.split("\n");
    assertEquals(lines.slice(0, 3).map((line) => line.split(" ").slice(0, 2)), [
      ["MSG1", "AA"],
      ["MSG2", "AA"],
      ["MSG3", "AA"],
    ]);
    assertMatch(lines[3], /^3 sent in [\d.]+ s \([\d,]+\/s\): 3 AA$/);
    assertMatch(lines[4], /^answer times: p50 [\d.]+ ms, p99 [\d.]+ ms, longest [\d.]+ ms$/);
    assertEquals(await sink.exitCode, exitCodes.ok);
    assertEquals(
      sink.terminal.stdout,
      "MSG1 ADT^A01 74 B\nMSG2 ADT^A01 74 B\nMSG3 ORU^R01 74 B\n",
    );
    assertEquals(sink.terminal.stderr, `listening on ${sink.address}\ntook 3 messages\n`);
  }));

Deno.test("send reads standard input", async () => {
  const sink = await openSink(["--count", "1"]);
  const stdin = new TextEncoder().encode(message("MSG9"));
  assert((await run(["send", sink.address, "-"], { stdin })).out.startsWith("MSG9 AA"));
  await sink.exitCode;
  const { code, err } = await run(["send", sink.address, "-"]);
  assertEquals(code, exitCodes.cannot);
  assertStringIncludes(err, "CONSOLE_STDIN_MISSING");
});

Deno.test("send repeats its files up to count, on several connections, each with an id of its own", () =>
  withMessages(async (cwd) => {
    const sink = await openSink(["--count", "50"]);
    const { code, out } = await run(
      ["send", sink.address, "one.hl7", "two.hl7", "--count", "50", "--connections", "4", "--json"],
      { cwd },
    );
    assertEquals(code, exitCodes.ok);
    const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    const { summary } = lines.pop();
    assertEquals([summary.sent, summary.answers], [50, { AA: 50 }]);
    const ids = new Set(lines.map(({ controlId }) => controlId));
    assertEquals(ids.size, 50);
    for (const id of ids) assertMatch(id, /^MSG[123]\.[0-9a-f]{6}\.[0-9a-z]+$/);
    await sink.exitCode;
    const taken = sink.terminal.stdout.trimEnd().split("\n").map((line) => line.split(" ")[0]);
    assertEquals(new Set(taken), ids);
  }));

Deno.test("send keeps new control ids within 20 characters", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "long.hl7"), message("12345678901234567890"));
    const sink = await openSink(["--count", "2"]);
    const { out } = await run(["send", sink.address, "long.hl7", "--count", "2"], { cwd });
    await sink.exitCode;
    const ids = out.split("\n").slice(0, 2).map((line) => line.split(" ")[0]);
    assertEquals(ids.map((id) => [id.length, id.slice(0, 11)]), [[20, "12345678901"], [20, "12345678901"]]);
  }));

for (
  const [answer, shown, code] of [
    ["AE", "AE", "HL7V2_"],
    ["AR", "AR", "HL7V2_"],
    ["none", "none", "MLLP_ANSWER_MISSING"],
  ] as const
) {
  Deno.test(`send ends with exit code 1 where a sink answers ${answer}`, () =>
    withMessages(async (cwd) => {
      const sink = await openSink(["--count", "1", "--answer", answer]);
      const ended = await run(["send", sink.address, "one.hl7"], { cwd });
      assertEquals(ended.code, exitCodes.no);
      assertMatch(ended.out, new RegExp(`^MSG1 ${shown} [\\d.]+ ms ${code}`));
      assertStringIncludes(ended.out, `: 1 ${shown}\n`);
      assertEquals(await sink.exitCode, exitCodes.ok);
    }));
}

Deno.test("send shows what a peer says that refuses", () =>
  withMessages(async (cwd) => {
    const sink = await openSink(["--count", "2", "--answer", "AE"]);
    const { out } = await run(["send", sink.address, "one.hl7"], { cwd });
    assertMatch(out, /\n {2}MSA\|AE\|MSG1\|[^\n]+\n {2}ERR\|[^\n]+\n1 sent/);
    const { out: json } = await run(["send", sink.address, "one.hl7", "--json"], { cwd });
    assertEquals(json.includes("MSA|"), false);
    await sink.exitCode;
  }));

Deno.test("send and sink speak MLLP release 2 where they are told to", () =>
  withMessages(async (cwd) => {
    const sink = await openSink(["--count", "2", "--release", "2"]);
    assertMatch((await run(["send", sink.address, "one.hl7", "--release", "2"], { cwd })).out, /^MSG1 AA /);
    const { code, out } = await run(["send", sink.address, "one.hl7"], { cwd });
    assertEquals(code, exitCodes.no);
    assertStringIncludes(out, "MLLP_RELEASE_NEWER");
    await sink.exitCode;
  }));

Deno.test("send sends a batch in one frame with --whole, and knows it by the id of its header", () =>
  withFolder(async (cwd) => {
    const batch = `BHS|^~\\&|LAB|A|EHR|B|2026||||B7\n${message("MSG1")}${message("MSG2")}BTS|2\n`.replaceAll(
      "\r",
      "\n",
    );
    await Deno.writeTextFile(join(cwd, "batch.hl7"), batch);
    const sink = await openSink(["--count", "1", "--out", "taken"], { cwd });
    const { out } = await run(["send", sink.address, "batch.hl7", "--whole"], { cwd });
    assertMatch(out, /^B7 /);
    await sink.exitCode;
    assertEquals(await Deno.readTextFile(join(cwd, "taken", "000001.hl7")), batch.replaceAll("\n", "\r"));
    const { code, err } = await run(["send", sink.address, "batch.hl7", "--whole", "--count", "2"], { cwd });
    assertEquals(code, exitCodes.usage);
    assertStringIncludes(err, "--count");
  }));

Deno.test("send says that nobody listens, and that a file cannot be sent", () =>
  withMessages(async (cwd) => {
    const sink = await openSink([]);
    sink.terminal.interrupt();
    await sink.exitCode;
    const nobody = await run(["send", sink.address, "one.hl7"], { cwd });
    assertEquals(nobody.code, exitCodes.no);
    assertStringIncludes(nobody.out, "MSG1 none");
    assertStringIncludes(nobody.out, "MLLP_PEER_UNREACHABLE Cannot connect");
    const absent = await run(["send", sink.address, "absent.hl7"], { cwd });
    assertEquals([absent.code, absent.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_FILE_UNREADABLE"]);
    await Deno.writeTextFile(join(cwd, "empty.hl7"), "PID|1\r");
    const empty = await run(["send", sink.address, "empty.hl7"], { cwd });
    assertEquals([empty.code, empty.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_MESSAGES_MISSING"]);
    await Deno.writeTextFile(join(cwd, "bill.tif"), "II*\0fax");
    for (const more of [[], ["--whole"], ["--count", "2"]]) {
      const fax = await run(["send", sink.address, "bill.tif", ...more], { cwd });
      assertEquals([fax.code, fax.err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_MESSAGES_FAXED"]);
      assertStringIncludes(fax.err, "a channel that parses fax");
    }
  }));

Deno.test("send sends what it cannot read, to see what the peer makes of it", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "bad.hl7"), "MSH\r");
    const sink = await openSink(["--count", "1", "--answer", "AE"]);
    const { code, out } = await run(["send", sink.address, "bad.hl7"], { cwd });
    assertEquals([code, out.split(" ms ")[0].replace(/[\d.]+$/, "")], [exitCodes.no, "(no id) AE "]);
    await sink.exitCode;
    assertEquals(sink.terminal.stdout, "(no id) (no type) 4 B\n");
    const repeated = await run(["send", sink.address, "bad.hl7", "--count", "2"], { cwd });
    assertEquals([repeated.code, repeated.err.slice(0, 7)], [exitCodes.cannot, "HL7V2_H"]);
  }));

Deno.test("send stops on an interrupt and tells what it has done", () =>
  withMessages(async (cwd) => {
    // The sink would answer in an hour: its clock is told when somebody waits, and stands still.
    const waiting = Promise.withResolvers<void>();
    const sleep = (_ms: number, signal?: AbortSignal) => {
      waiting.resolve();
      return new Promise<void>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    };
    const world = { ...denoWorld, clock: { ...denoWorld.clock, sleep } };
    const sink = await openSink(["--delay-ms", "3600000"], { world });
    const send = start(["send", sink.address, "one.hl7"], { cwd });
    await waiting.promise;
    send.terminal.interrupt();
    assertEquals(await send.exitCode, exitCodes.interrupted);
    assertStringIncludes(send.terminal.stdout, "0 sent in");
    sink.terminal.interrupt();
    assertEquals(await sink.exitCode, exitCodes.ok);
  }));

Deno.test("send draws a bar for a person, and lines only for what was not accepted", () =>
  withMessages(async (cwd) => {
    const sink = await openSink(["--count", "20"]);
    const ended = await run(["send", sink.address, "one.hl7", "--count", "20"], { cwd, isTerminal: true });
    assertEquals(ended.code, exitCodes.ok);
    assertStringIncludes(ended.err, "/20 messages");
    assert(ended.out.startsWith("20 sent in"));
    await sink.exitCode;
    const plain = await run(["send", sink.address, "one.hl7", "--count", "2", "--quiet"], { cwd });
    assertEquals([plain.code, plain.err], [exitCodes.no, ""]);
    assertEquals(plain.out.match(/MLLP_PEER_UNREACHABLE/g)?.length, 2);
  }));

Deno.test("send keeps line ends as they are with --verbatim", () =>
  withMessages(async (cwd) => {
    const sink = await openSink(["--count", "2", "--out", "got"], { cwd });
    await run(["send", sink.address, "one.hl7"], { cwd });
    await run(["send", sink.address, "one.hl7", "--verbatim"], { cwd });
    await sink.exitCode;
    const text = (name: string) => Deno.readTextFile(join(cwd, "got", name));
    assertEquals(await text("000001.hl7"), message("MSG1"));
    assertEquals(await text("000002.hl7"), message("MSG1").replaceAll("\r", "\n"));
  }));

Deno.test("sink numbers its files on from what is there, readable by their owner only", () =>
  withMessages(async (cwd) => {
    await Deno.mkdir(join(cwd, "got"));
    await Deno.writeTextFile(join(cwd, "got/000041.hl7"), "mine");
    const sink = await openSink(["--count", "2", "--out", "got", "--json"], { cwd });
    await run(["send", sink.address, "two.hl7"], { cwd });
    await sink.exitCode;
    const told = sink.terminal.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(told[0], {
      number: 1,
      controlId: "MSG2",
      type: "ADT^A01",
      bytes: 74,
      file: "got/000042.hl7",
    });
    assertEquals(await Deno.readTextFile(join(cwd, "got/000043.hl7")), message("MSG3", "ORU^R01"));
    assertEquals((await Deno.stat(join(cwd, "got/000043.hl7"))).mode! & 0o777, 0o600);
    assertEquals(await Deno.readTextFile(join(cwd, "got/000041.hl7")), "mine");
  }));

Deno.test("sink does not acknowledge what it could not write, and says so", () =>
  withMessages(async (cwd) => {
    const full = () => Promise.reject(Object.assign(new Error("DOE^JANE"), { code: "ENOSPC" }));
    const world = { ...denoWorld, disk: { ...denoWorld.disk, writeAtomic: full } };
    const sink = await openSink(["--count", "1", "--out", "got"], { cwd, world });
    const { code, out } = await run(["send", sink.address, "one.hl7"], { cwd });
    assertEquals(code, exitCodes.no);
    assertStringIncludes(out, "MLLP_ANSWER_MISSING");
    await sink.exitCode;
    assertStringIncludes(
      sink.terminal.stderr,
      "CONSOLE_FILE_UNWRITABLE Cannot write got/000001.hl7: the disk is full\n",
    );
    assert(!sink.terminal.stderr.includes("DOE"));
    assertEquals(sink.terminal.stdout, "");
  }));

Deno.test("sink says that its port is taken", async () => {
  const sink = await openSink([]);
  const { code, err } = await run(["sink", sink.address]);
  assertEquals(code, exitCodes.cannot);
  assertStringIncludes(err, "MLLP_PORT_BUSY");
  sink.terminal.interrupt();
  assertEquals(await sink.exitCode, exitCodes.ok);
});
