import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { run, start, withFolder } from "../console_kit.ts";
import { asTiff } from "../../../actors/formats/fax/_pages.ts";
import { likeWriting } from "../../../actors/formats/fax/raster/_tiff_writer.ts";
import { FakeGateway, shown } from "../fake_gateway.ts";
import { withGateway } from "../served_gateway.ts";

const MESSAGE = "MSH|^~\\&|LAB|A|EHR|B|20260102||ADT^A01|MSG1|P|2.5\rPID|1||77^^^A||DOE^JANE\r";

/** A peer that does with each connection what it is told; the address. */
async function withPeer(
  serve: (socket: Deno.TcpConn) => Promise<void>,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const socket of listener) serving.push(serve(socket).finally(() => socket.close()));
  })();
  try {
    await use(`127.0.0.1:${listener.addr.port}`);
  } finally {
    listener.close();
    await accepting;
    await Promise.all(serving);
  }
}

const say = (socket: Deno.TcpConn, text: string) => socket.write(new TextEncoder().encode(text));
const hear = (socket: Deno.TcpConn) => socket.read(new Uint8Array(65_536)).catch(() => null);

function withFile(content: string, use: (cwd: string) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "file.hl7"), content);
    await use(cwd);
  });
}

Deno.test("doctor finds nothing wrong with a peer that takes its test message", async () => {
  const sink = start(["sink", "127.0.0.1:0", "--count", "1"]);
  const [, address] = await sink.terminal.printed(/listening on (\S+)/);
  const { code, out } = await run(["doctor", address]);
  assertEquals(code, exitCodes.ok, out);
  assertMatch(out, /ok {3}connects in [\d.]+ ms\n/);
  assertMatch(out, /ok {3}answers AA after [\d.]+ ms/);
  assertStringIncludes(out, "nothing is wrong");
  await sink.exitCode;
  assertStringIncludes(sink.terminal.stdout, "NMQ^N01");
});

Deno.test("doctor sends the first message of a file where it is told to, and nothing with --connect", () =>
  withFile(MESSAGE, async (cwd) => {
    const sink = start(["sink", "127.0.0.1:0", "--count", "1"]);
    const [, address] = await sink.terminal.printed(/listening on (\S+)/);
    const { out } = await run(["doctor", address, "--connect"], { cwd });
    assertEquals(out.includes("answers"), false);
    assertEquals((await run(["doctor", address, "--message", "file.hl7"], { cwd })).code, exitCodes.ok);
    await sink.exitCode;
    assertStringIncludes(sink.terminal.stdout, "MSG1 ADT^A01");
  }));

Deno.test("doctor shows what a peer says that refuses a message of one's own", () =>
  withFile(MESSAGE, async (cwd) => {
    const sink = start(["sink", "127.0.0.1:0", "--count", "3", "--answer", "AE"]);
    const [, address] = await sink.terminal.printed(/listening on (\S+)/);
    const { out } = await run(["doctor", address, "--message", "file.hl7"], { cwd });
    assertMatch(out, /answers AE after .*\n {7}> MSA\|AE\|MSG1\|.*\n {7}> ERR\|/);
    assertEquals(out.includes("--message"), false);
    assertStringIncludes((await run(["doctor", address])).out, "send one of its own with --message");
    const { out: json } = await run(["doctor", address, "--message", "file.hl7", "--json"], { cwd });
    assertEquals(json.includes("MSA|"), false);
    await sink.exitCode;
  }));

Deno.test("doctor says which release a peer speaks, and is content where it was told", async () => {
  const sink = start(["sink", "127.0.0.1:0", "--count", "2", "--release", "2"]);
  const [, address] = await sink.terminal.printed(/listening on (\S+)/);
  const unlike = await run(["doctor", address]);
  assertEquals(unlike.code, exitCodes.no);
  assertStringIncludes(unlike.out, "Ask again with --release 2");
  assertStringIncludes((await run(["doctor", address, "--release", "2"])).out, "nothing is wrong");
  await sink.exitCode;
});

Deno.test("doctor says that nothing listens", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { code, out } = await run(["doctor", `127.0.0.1:${port}`]).catch((cause) => cause);
  assertEquals(code, exitCodes.no);
  assertStringIncludes(out, "[connectionRefused]");
});

Deno.test("doctor says what a peer speaks that is not MLLP", () =>
  withPeer(async (socket) => {
    await say(socket, "SSH-2.0-OpenSSH_9.2\r\n");
    await hear(socket);
  }, async (address) => {
    const { code, out } = await run(["doctor", address]);
    assertEquals(code, exitCodes.no);
    assertStringIncludes(out, "[peerGreeting]");
    assertStringIncludes(out, "[sshSpoken]");
    assertEquals(out.includes("answers"), false, "nothing is sent to it");
  }));

Deno.test("doctor says that a peer closes at once", () =>
  withPeer(async () => {}, async (address) => {
    const { code, out } = await run(["doctor", address]);
    assertEquals(code, exitCodes.no);
    assertStringIncludes(out, "[connectionClosed]");
  }));

Deno.test("doctor shows what is odd about an answer, and that it counts all the same", () =>
  withPeer(async (socket) => {
    const buffer = new Uint8Array(65_536);
    const count = await socket.read(buffer).catch(() => null);
    if (count === null) return;
    const id = new TextDecoder().decode(buffer.subarray(0, count)).split("|")[9];
    await say(socket, `\x0bMSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.3\nMSA|AA|${id}\n\x1c\r`);
    await hear(socket);
  }, async (address) => {
    const { out } = await run(["doctor", address]);
    assertStringIncludes(out, "[terminatorsWrong]");
    assertMatch(out, /answers AA .* \(HL7 v2\.3\)/);
    assertMatch(out, />.* 4d 53 41 |> .*MSA/, "the bytes around it");
  }));

Deno.test("doctor says that a peer takes the message and says nothing", () =>
  withPeer(async (socket) => {
    while (await hear(socket) !== null);
  }, async (address) => {
    const { code, out } = await run(["doctor", address, "--answer-ms", "50"]);
    assertEquals(code, exitCodes.no);
    assertStringIncludes(out, "[MLLP_ANSWER_LATE]");
    assertStringIncludes(out, "says nothing");
  }));

Deno.test("doctor says what is wrong with a file, where, and shows the bytes", () =>
  withFile(
    MESSAGE.replaceAll("\r", "\n") + MESSAGE.replaceAll("\r", "\n") + "what is this\n",
    async (cwd) => {
      const { code, out } = await run(["doctor", "file.hl7"], { cwd });
      assertEquals(code, exitCodes.no);
      assertStringIncludes(out, "[terminatorsWrong]");
      assertStringIncludes(out, "at byte 49:");
      assertEquals(out.includes("[messagesSeveral]"), false, "a file may hold several");
      assertStringIncludes(out, "1 message can be read: 1 × ADT^A01");
      assertStringIncludes(out, "message 2: Cannot read message: segment 3 does not begin");
    },
  ));

Deno.test("doctor says by path and name where a message breaks the rules of its version", () =>
  withFile(MESSAGE.replace("DOE^JANE", ""), async (cwd) => {
    const { code, out } = await run(["doctor", "file.hl7"], { cwd });
    assertEquals(code, exitCodes.ok, "it works all the same");
    assertStringIncludes(out, "odd  PID[1]-5 (Patient Name) breaks a rule of its version [field_missing]");
    assertStringIncludes(out, "[segment_missing]");
  }));

Deno.test("doctor finds nothing wrong with a message as the standard says", () =>
  withFile(MESSAGE.replace("\rPID", "\rEVN||20260102\rPID") + "PV1|1|I\r", async (cwd) => {
    const { code, out } = await run(["doctor", "file.hl7"], { cwd });
    assertEquals(code, exitCodes.ok, out);
    assertStringIncludes(out, "nothing is wrong");
  }));

Deno.test("doctor says of a fax that it is one, how many pages it has, and where it is cut off", () =>
  withFolder(async (cwd) => {
    const formats = {
      fax: async () => (await import("../../../../actors/formats/fax/mod.ts")).default as never,
    };
    const page = likeWriting(1728, 1100);
    const tiff = asTiff([page, page]);
    await Deno.writeFile(join(cwd, "bill.tif"), tiff);
    const { code, out } = await run(["doctor", "bill.tif"], { cwd, formats });
    assertEquals(code, exitCodes.ok);
    assertStringIncludes(
      out,
      "It is a TIFF of 2 pages (1728 × 1100 pixels), as faxes are, and holds no HL7 v2 message",
    );
    assertStringIncludes(out, "mitral fax test TEMPLATE FILE");
    await Deno.writeFile(join(cwd, "cut.tif"), tiff.subarray(0, 100));
    const cut = await run(["doctor", "cut.tif"], { cwd, formats });
    assertEquals(cut.code, exitCodes.no);
    assertMatch(cut.out, /It is a TIFF, as faxes are: Cannot .* \[FAX_/);
    await Deno.writeTextFile(join(cwd, "letter.pdf"), "%PDF-1.4\n");
    assertStringIncludes(
      (await run(["doctor", "letter.pdf"], { cwd, formats })).out,
      "It is a PDF, as faxes are",
    );
  }));

Deno.test("doctor's JSON holds no byte of a message", () =>
  withFile(MESSAGE.replaceAll("\r", "\n"), async (cwd) => {
    const { out } = await run(["doctor", "file.hl7", "--json"], { cwd });
    const lines = out.trim().split("\n").map((line) => JSON.parse(line));
    assert(lines.some(({ code, state, at }) => code === "terminatorsWrong" && state === "bad" && at === 49));
    assertEquals(out.includes("JANE") || out.includes("bytes"), false);
  }));

Deno.test("doctor takes an address or a file that is there", async () => {
  const { code, err } = await run(["doctor", "nowhere"]);
  assertEquals(code, exitCodes.usage);
  assertStringIncludes(err, "HOST:PORT, or a file that exists");
});

Deno.test("messages show says of a message in quarantine what is wrong with its bytes, where they are asked for", () => {
  const gateway = new FakeGateway();
  const received = new TextEncoder().encode(MESSAGE.replaceAll("\r", "\n"));
  gateway.archive.show = async () => ({ ...shown, state: "quarantined", received });
  return withGateway(async ({ mitral }) => {
    const { out } = await mitral(`messages show ${shown.id} --content`);
    assertStringIncludes(out, "what is wrong with the bytes\n");
    assertStringIncludes(out, "[terminatorsWrong]");
    assertEquals((await mitral(`messages show ${shown.id}`)).out.includes("wrong with the bytes"), false);
  }, gateway);
});
