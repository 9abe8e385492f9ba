/** What a gateway file with devices in it is refused for. */
import { assertEquals } from "@std/assert";
import { catalog } from "../../../catalog.ts";
import { printProblem } from "../../../runtime/config/problem.ts";
import { readGateway } from "../../../runtime/config/read_gateway.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

/** What is wrong with one channel. */
async function problemsOf(listen: string, send: string): Promise<readonly string[]> {
  const text = `gateway: a
channels:
  c:
    listen: { ${listen} }
    parse: text
    send: { e: { ${send} } }
`;
  const { problems } = await readGateway({ text, file: "/gateway.yaml" }, {
    disk: denoWorld.disk,
    catalog,
    env: () => undefined,
    timeZone: "UTC",
    loadActor: () => Promise.reject(new Error("none")),
  });
  return problems.map((problem) =>
    printProblem({ ...problem, file: "" }).replace(/^:/, "").replace("Cannot read channels.c.", "")
  );
}

const LISTEN = "tcp: { port: 4001, framing: { end: CR } }";
const SEND = "tcp: { host: h, port: 4001, framing: { end: CR } }";

for (
  const framing of [
    String.raw`{ start: "\x02", end: "\x03\r" }`,
    String.raw`{ start: '\x02', end: '\x03\r' }`,
    String.raw`{ start: \x02, end: \x03\r }`,
    "{ start: STX, end: ETX CR }",
    "{ length: 80 }",
    "{ prefix: { bytes: 4, encoding: digits, countsItself: true } }",
    "{ prefix: { bytes: 2, endian: little } }",
    "{ untilClose: true }",
  ]
) {
  Deno.test(`tcp: the framing ${framing} is understood`, async () => {
    const answers = framing.includes("untilClose") ? ", answers: none" : "";
    assertEquals(
      await problemsOf(
        `tcp: { port: 4001, framing: ${framing} }`,
        `tcp: { host: h, port: 4001, framing: ${framing}${answers} }`,
      ),
      [],
    );
  });
}

for (
  const [framing, problem] of [
    ["{}", "listen.tcp.framing: must be one of length, prefix, end and untilClose"],
    ["{ length: 80, end: CR }", "listen.tcp.framing: must be one of length, prefix, end and untilClose"],
    ["{ length: 80, start: STX }", "listen.tcp.framing: must have an end where it has a start"],
    [
      String.raw`{ end: '\q' }`,
      String
        .raw`listen.tcp.framing.end: must be text that names control characters, as in ETX CR, or has one byte a character, with escapes as in \x03\r`,
    ],
  ]
) {
  Deno.test(`tcp: the framing ${framing} is refused`, async () => {
    const [found, ...others] = await problemsOf(`tcp: { port: 4001, framing: ${framing} }`, SEND);
    assertEquals(others, []);
    assertEquals(found?.replace(/^\S+ \S+ /, "").replace(/ ?[(\[].*$/, ""), problem);
  });
}

Deno.test("tcp: settings that mean nothing beside the others are refused", async () => {
  const problems = await problemsOf(
    "tcp: { role: client, host: h, port: 4001, connectionsMax: 3, nak: CAN, framing: { length: 80 }, frameBytesMax: 10 }",
    "tcp: { port: 4001, framing: { untilClose: true }, ack: DLE, idleMsMax: 1 s }",
  );
  assertEquals(problems.map((problem) => problem.replace(/^\S+ \S+ /, "")), [
    "listen.tcp.connectionsMax: means nothing at role: client",
    "listen.tcp.nak: means nothing at answers: none",
    "listen.tcp.frameBytesMax: must not be less than the length of every message",
    "send.e.tcp: host is needed: the peer to call",
    "send.e.tcp: answers must be none where the framing is untilClose",
    "send.e.tcp.ack: means nothing at answers: framed",
    "send.e.tcp.idleMsMax: means nothing at a connection that is not kept",
  ]);
});

Deno.test("astm: a side that calls needs to know whom, and networks are networks", async () => {
  const problems = await problemsOf(
    "astm: { role: client, port: 0, textBytesMax: 64 kB }",
    "astm: { port: 4001, station: computer }",
  );
  assertEquals(problems.map((problem) => problem.replace(/^\S+ \S+ /, "")), [
    "listen.astm.textBytesMax: must be between 1 and 63993, not 64000",
    "send.e.astm.station: must be host or instrument, not computer",
  ]);
  assertEquals(
    (await problemsOf("astm: { port: 4001, allow: 10.0.0.0/99 }", SEND)).map((problem) =>
      problem.replace(/^\S+ \S+ /, "")
    ),
    ["listen.astm.allow: must be networks in CIDR; 10.0.0.0/99 is none"],
  );
});

Deno.test("tcp: two channels do not listen on one port", async () => {
  const [problem] = await problemsOf(LISTEN, "tcp: { role: server, port: 4001, framing: { end: CR } }");
  assertEquals(problem?.replace(/^\S+ /, "").startsWith("CONFIG_PORT_TAKEN"), true);
});
