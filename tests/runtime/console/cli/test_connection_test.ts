import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { catalog } from "../../../../catalog.ts";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { run, start, withFolder } from "../console_kit.ts";
import { withGateway } from "../served_gateway.ts";

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const acceptor = await denoWorld.net.listen({ host: "127.0.0.1", port: 0 });
  acceptor.close();
  return acceptor.port;
}

const fileOf = (name: string, port: number, peer: number) => `
gateway: hospital
channels:
  ${name}:
    listen: { mllp: { port: ${port} } }
    parse: hl7v2
    send:
      ehr: { mllp: { host: 127.0.0.1, port: ${peer} } }
      archive: { file: { path: ./out } }
`;

async function prepare(
  cwd: string,
  peer: number,
  { name = "results", port }: { name?: string; port?: number } = {},
) {
  await Deno.mkdir(join(cwd, "out"), { recursive: true });
  await Deno.writeTextFile(join(cwd, "gateway.yaml"), fileOf(name, port ?? await freePort(), peer));
}

Deno.test("test-connection tries the listener and every destination, step by step, and sends nothing", () =>
  withFolder(async (cwd) => {
    const sink = start(["sink", "127.0.0.1:0"]);
    const [, address] = await sink.terminal.printed(/listening on (\S+)/);
    await prepare(cwd, Number(address.split(":")[1]));
    const { code, out } = await run(["test-connection", "results"], { cwd });
    sink.terminal.interrupt();
    await sink.exitCode;
    assertEquals(code, exitCodes.ok, out);
    assertMatch(
      out,
      /^listens by mllp\n {2}ok {3}port {2,}[\d.]+ ms {2}port \d+ of 127\.0\.0\.1 is free\nsends to ehr by mllp\n {2}ok {3}connection .* accepts\nsends to archive by file\n {2}ok {3}folder .*free\nnothing is wrong\n$/,
    );
    assertEquals(sink.terminal.stdout.includes("MSH"), false);
  }));

Deno.test("test-connection says what failed and what to do, and tries the others all the same", () =>
  withFolder(async (cwd) => {
    await prepare(cwd, await freePort());
    await Deno.remove(join(cwd, "out"));
    const { code, out } = await run(["test-connection", "results"], { cwd });
    assertEquals(code, exitCodes.no);
    assertMatch(
      out,
      /bad {2}connection .*\(ECONNREFUSED\) \[MLLP_PEER_UNREACHABLE\]\n {7}The machine is there/,
    );
    assertMatch(out, /bad {2}folder .* \[FILE_FOLDER_MISSING\]\n {7}It is misspelt, or lies on a share/);
    assertStringIncludes(out, "2 of 3 connections failed");
  }));

Deno.test("test-connection tries one destination alone, and tells programs", () =>
  withFolder(async (cwd) => {
    await prepare(cwd, await freePort());
    const { out } = await run(["test-connection", "results", "--destination", "ehr", "--json"], { cwd });
    const steps = out.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(
      steps.map(({ channel, destination, component, state, step, code }) => [
        ...[channel, destination, component, state, step, code],
      ]),
      [["results", "ehr", "mllp", "bad", "connection", "MLLP_PEER_UNREACHABLE"]],
    );
  }));

Deno.test("test-connection tries every path of a destination by its name", () =>
  withFolder(async (cwd) => {
    const [listen, first, second] = [await freePort(), await freePort(), await freePort()];
    const paths = [first, second].map((port) => `          - mllp: { host: 127.0.0.1, port: ${port} }\n`)
      .join("");
    await Deno.writeTextFile(
      join(cwd, "gateway.yaml"),
      `gateway: hospital\nchannels:\n  results:\n    listen: { mllp: { port: ${listen} } }\n    parse: hl7v2\n` +
        `    send:\n      ehr:\n        paths:\n${paths}`,
    );
    const { out, code } = await run(["test-connection", "results"], { cwd });
    assertMatch(out, /sends to ehr by mllp-1\n {2}bad .*\n.*\nsends to ehr by mllp-2\n {2}bad /);
    assertEquals([code, out.endsWith("2 of 3 connections failed\n")], [exitCodes.no, true]);
    const told = await run(["test-connection", "results", "--destination", "ehr", "--json"], { cwd });
    const steps = told.out.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(steps.map(({ path, component, state }) => [path, component, state]), [
      ["mllp-1", "mllp", "bad"],
      ["mllp-2", "mllp", "bad"],
    ]);
    const checked = await run(["check", "gateway.yaml"], { cwd });
    assertStringIncludes(checked.out, "ehr (mllp or mllp)");
  }));

Deno.test("test-connection knows the port of a channel that runs for its own", () =>
  withGateway(async ({ mitral, cwd }) => {
    const acceptor = await denoWorld.net.listen({ host: "127.0.0.1", port: 0 });
    await prepare(cwd, await freePort(), { name: "lab", port: acceptor.port });
    const { out } = await mitral("test-connection lab", { world: denoWorld });
    acceptor.close();
    assertMatch(out, /ok {3}port .* is taken by the gateway, which runs\n/);
  }));

Deno.test("test-connection knows another program's port from its own", () =>
  withFolder(async (cwd) => {
    const acceptor = await denoWorld.net.listen({ host: "127.0.0.1", port: 0 });
    await prepare(cwd, await freePort(), { port: acceptor.port });
    const { out } = await run(["test-connection", "results"], { cwd });
    acceptor.close();
    assertMatch(out, /bad {2}port .* is taken by another program \[MLLP_PORT_BUSY\]/);
  }));

Deno.test("test-connection says which channels and destinations there are", () =>
  withFolder(async (cwd) => {
    await prepare(cwd, await freePort());
    const channel = await run(["test-connection", "orders"], { cwd });
    assertEquals(channel.code, exitCodes.no);
    assertStringIncludes(channel.err, "Cannot find orders: gateway.yaml has no such channel, only results");
    const destination = await run(["test-connection", "results", "--destination", "lab"], { cwd });
    assertStringIncludes(destination.err, "no such destination, only ehr, archive");
    const file = await run(["test-connection", "results", "--file", "other.yaml"], { cwd });
    assertEquals(file.code, exitCodes.cannot);
  }));

const exchanging = `
gateway: hospital
keys: ./keys.json
partners: { lab: ./lab.json }
exchange: { doors: { https: { port: 8443, url: "https://hospital.example:8443/" } } }
channels:
  results:
    listen: { from: lab }
    parse: json
    send: { back: { to: lab } }
`;

async function prepareExchange(cwd: string) {
  for (const name of ["keys.json", "lab.json"]) await Deno.writeTextFile(join(cwd, name), "");
  await Deno.writeTextFile(join(cwd, "gateway.yaml"), exchanging);
}

Deno.test("test-connection has the running gateway try what takes and sends by the exchange", () =>
  withGateway(async ({ mitral, cwd, gateway }) => {
    await prepareExchange(cwd);
    gateway.checks = [
      { of: "partner", step: "file", state: "ok", says: "lab, 1 way" },
      { of: "partner", step: "keys", state: "warn", says: "its last signing key ends in 3 days" },
      { of: "door https", step: "open", state: "ok", says: "listens" },
      { of: "way https", step: "ping", state: "bad", says: "no answer", ms: 2, code: "HTTPS_ANSWER_LATE" },
      { report: "a text" },
    ];
    const { code, out } = await mitral("test-connection results", { catalog });
    assertEquals(out.replaceAll(/ {2,}/g, " ").split("\n").slice(0, -1), [
      "listens by from",
      " ok file partner: lab, 1 way",
      " warn keys partner: its last signing key ends in 3 days",
      " ok open door https: listens",
      "sends to back by to",
      " ok file partner: lab, 1 way",
      " warn keys partner: its last signing key ends in 3 days",
      " bad ping 2 ms way https: no answer [HTTPS_ANSWER_LATE]",
      "1 of 2 connections failed",
    ]);
    assertEquals([code, gateway.asked.filter(([what]) => what === "testPartner")], [exitCodes.no, [
      ["testPartner", "lab"],
      ["testPartner", "lab"],
    ]]);
  }));

Deno.test("test-connection does not say that nothing is wrong with what it could not try", () =>
  withFolder(async (cwd) => {
    await prepareExchange(cwd);
    const { code, out } = await run(["test-connection", "results"], { cwd, catalog });
    assertStringIncludes(out, "none the gateway that would try it, with a sealed ping, does not run\n");
    assertEquals([code, out.endsWith("2 of 2 connections not tried\n")], [exitCodes.ok, true]);
  }));

Deno.test("test-connection knows who the gateway is to a relay, and says why where its keys do not open", () =>
  withFolder(async (cwd) => {
    const servers = `["nats://127.0.0.1:${await freePort()}"]`;
    await Deno.writeTextFile(
      join(cwd, "gateway.yaml"),
      `gateway: hospital\nkeys: ./keys/hospital.json\nchannels:\n  results:\n    listen: { relay: { servers: ${servers} } }\n` +
        `    parse: bytes\n    send: { files: { file: { path: ./ } } }\n`,
    );
    await run(["keys", "master", "master.key"], { cwd });
    await run(["keys", "init", "--file", "gateway.yaml"], { cwd, catalog });
    const { out } = await run(["test-connection", "results"], { cwd, catalog });
    assertMatch(out, /ok {3}settings .* our mailbox is [0-9a-f]{16}\n {2}bad {2}connection .*RELAY_/);
    await Deno.remove(join(cwd, "master.key"));
    const locked = await run(["test-connection", "results"], { cwd, catalog });
    assertMatch(locked.out, /bad {2}gateway .*MASTER_KEY_/);
  }));

Deno.test("test-connection says whether what reads faxes can be opened, before it tries what takes and sends them", () =>
  withFolder(async (cwd) => {
    for (const folder of ["in", "out"]) await Deno.mkdir(join(cwd, folder));
    const file = (ocr: string) => `
gateway: hospital
channels:
  faxes:
    listen: { file: { path: ./in, pattern: "*.tif" } }
    parse: { fax: { ocr: ${ocr} } }
    review: {}
    send: { files: { file: { path: ./out } } }
`;
    const world = {
      ...denoWorld,
      spawn: { ...denoWorld.spawn, run: () => Promise.reject(new Error("none")) },
    };
    const options = { cwd, catalog, world };
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), file("wasm"));
    const good = await run(["test-connection", "faxes"], options);
    assertEquals(good.code, exitCodes.ok, good.out);
    assertMatch(good.out, /^reads by fax\n {2}ok {3}settings .* can be opened\nlistens by file\n/);
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), file("program"));
    const bad = await run(["test-connection", "faxes"], options);
    assertEquals(bad.code, exitCodes.no);
    assertMatch(bad.out, /bad {2}settings .*tesseract.* \[FAX_PROGRAM_MISSING\]/);
    const [step] = (await run(["test-connection", "faxes", "--json"], options)).out.split("\n");
    const { format, state, code } = JSON.parse(step);
    assertEquals([format, state, code], ["fax", "bad", "FAX_PROGRAM_MISSING"]);
  }));
