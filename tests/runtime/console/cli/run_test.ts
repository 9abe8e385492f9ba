import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { World } from "../../../../runtime/contract/world.ts";
import { Gateway } from "../../../../runtime/engine/gateway.ts";
import { denoWorld as world } from "../../../../runtime/world/deno_world.ts";
import { masterKey } from "../../../world/master_key.ts";
import { run, start, withFolder } from "../console_kit.ts";
import { FakeGateway, snapshot } from "../fake_gateway.ts";

const file = `gateway: my-gateway
monitor: { port: 0 }
channels:
  inbox:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { files: { file: { path: ./outbox } } }
`;

/** A folder with a gateway file. */
function withGatewayFile(use: (cwd: string) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), file);
    await Deno.mkdir(join(cwd, "outbox"));
    await use(cwd);
  });
}

/** A world that tells when the control socket is closed. */
function watchControl(): { watched: World; closed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listenLocal = async (path: string) => {
    const acceptor = await world.net.listenLocal(path);
    return {
      [Symbol.asyncIterator]: () => acceptor[Symbol.asyncIterator](),
      close() {
        acceptor.close();
        resolve();
      },
    };
  };
  return { watched: { ...world, net: { ...world.net, listenLocal } }, closed: promise };
}

Deno.test("run prints every problem and runs nothing where the file has one", () =>
  withFolder(async (cwd) => {
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), "gateway: lab\nchanels: {}\n");
    let opened = 0;
    const openGateway = async () => {
      opened++;
      return new FakeGateway();
    };
    const { code, out, err } = await run(["run", "gateway.yaml"], { cwd, openGateway });
    assertEquals([code, out, opened], [exitCodes.no, "", 0]);
    assertStringIncludes(err, "gateway.yaml:2:1 CONFIG_KEY_UNKNOWN");
  }));

Deno.test("run says when it is ready, serves control and monitor, and drains on a signal", () =>
  withGatewayFile(async (cwd) => {
    const gateway = new FakeGateway();
    const { terminal, exitCode } = start(["run", "gateway.yaml"], { cwd, gateway });
    await terminal.printed(/^ready st-elsewhere\n/m);
    assertStringIncludes(terminal.stdout, "channel lab listens on 127.0.0.1:2575\n");
    const [, monitor] = await terminal.printed(/^monitor (http:.*)$/m);
    const response = await fetch(monitor);
    assertEquals([response.status, (await response.json()).healthy], [200, true]);
    assertEquals((await run(["status"], { cwd })).code, exitCodes.ok);
    assertEquals((await run(["channel", "reload", "inbox"], { cwd })).out, "reloaded inbox\n");
    assertEquals(gateway.asked, [["reload", "inbox"], ["noteLogin", { by: "ada" }]]);

    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
    assertEquals(gateway.closed, 1);
    assert(!terminal.isListening);
    assertEquals((await run(["status"], { cwd })).code, exitCodes.cannot);
    assertEquals((await Array.fromAsync(Deno.readDir(join(cwd, "data")))).length, 0);
  }));

Deno.test("run answers control requests while it drains", () =>
  withGatewayFile(async (cwd) => {
    const gateway = new FakeGateway();
    const drained = Promise.withResolvers<void>();
    gateway.drained = drained.promise;
    const { terminal, exitCode } = start(["run", "gateway.yaml"], { cwd, gateway });
    await terminal.printed(/^ready/m);
    terminal.interrupt();
    await gateway.closing.promise;
    assertEquals((await run(["status"], { cwd })).code, exitCodes.ok);
    drained.resolve();
    assertEquals(await exitCode, exitCodes.ok);
  }));

Deno.test("run stops at once on a second signal", () =>
  withGatewayFile(async (cwd) => {
    const gateway = new FakeGateway();
    const drained = Promise.withResolvers<void>();
    gateway.drained = drained.promise;
    const { watched, closed } = watchControl();
    const { terminal, exitCode } = start(["run", "gateway.yaml"], { cwd, gateway, world: watched });
    await terminal.printed(/^ready/m);
    terminal.interrupt();
    await gateway.closing.promise;
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.interrupted);
    assert(await world.disk.facts(join(cwd, "data/control.sock")));
    // A process would be gone by now; here what is left has to be waited for.
    drained.resolve();
    await closed;
  }));

Deno.test("run logs lines of JSON for a machine and text for a person", () =>
  withGatewayFile(async (cwd) => {
    for (
      const [args, isTerminal, isJson] of [
        [[], false, true],
        [[], true, false],
        [["--log", "json"], true, true],
        [["--log", "text"], false, false],
      ] as const
    ) {
      const { terminal, exitCode } = start(["run", "gateway.yaml", ...args], { cwd, isTerminal });
      await terminal.printed(/^ready/m);
      await run(["channel", "stop", "lab"], { cwd });
      terminal.interrupt();
      await exitCode;
      const lines = terminal.stderr.trimEnd().split("\n");
      assert(lines.length >= 2);
      for (const line of lines) assertEquals(line.startsWith("{") && Boolean(JSON.parse(line)), isJson);
      assertStringIncludes(terminal.stderr, "ada");
    }
  }));

Deno.test("run logs a mere look at debug only, and content that was shown always", () =>
  withGatewayFile(async (cwd) => {
    const logOf = async (...args: string[]) => {
      const { terminal, exitCode } = start(["run", "gateway.yaml", ...args], { cwd });
      await terminal.printed(/^ready/m);
      await run(["status"], { cwd });
      await run(["messages", "show", "0192", "--content"], { cwd });
      terminal.interrupt();
      await exitCode;
      assert(!terminal.stderr.includes("DOE"));
      return terminal.stderr.split("\n").filter((line) => line.includes("controlAnswered"))
        .map((line) => JSON.parse(line).properties.method);
    };
    assertEquals(await logOf(), ["messages.show"]);
    assertEquals(await logOf("--log-level", "debug"), ["status", "messages.show"]);
  }));

Deno.test("run says that it is not ready where a channel does not run, and keeps running", () =>
  withGatewayFile(async (cwd) => {
    const [lab] = snapshot.channels;
    const halted = {
      ...lab,
      condition: "halted",
      address: "",
      work: { ...lab.work, trouble: "MLLP_PORT_BUSY" },
    } as const;
    const gateway = new FakeGateway({ ...snapshot, ready: false, channels: [halted] });
    const { terminal, exitCode } = start(["run", "gateway.yaml"], { cwd, gateway });
    await terminal.printed(/^not ready st-elsewhere\n/m);
    assertStringIncludes(terminal.stdout, "channel lab is halted: MLLP_PORT_BUSY\n");
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
  }));

Deno.test("run gives the data folder back where the gateway cannot be opened", () =>
  withGatewayFile(async (cwd) => {
    const openGateway = () => {
      throw new MitralError("JOURNAL_DISK_FULL", {
        blame: "operator",
        retry: "later",
        says: "Cannot open journal: the disk is full",
      });
    };
    const { code, err } = await run(["run", "gateway.yaml"], { cwd, openGateway });
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "JOURNAL_DISK_FULL Cannot open journal: the disk is full\n");
    assertEquals((await Array.fromAsync(Deno.readDir(join(cwd, "data")))).length, 0);
  }));

Deno.test("run refuses a data folder on which another gateway runs", () =>
  withGatewayFile(async (cwd) => {
    const { terminal, exitCode } = start(["run", "gateway.yaml"], { cwd });
    await terminal.printed(/^ready/m);
    const { code, err } = await run(["run", "gateway.yaml"], { cwd });
    assertEquals(code, exitCodes.cannot);
    assertStringIncludes(err, "CONTROL_FOLDER_BUSY");
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
  }));

Deno.test("run takes a message, keeps it, delivers it and shows it, with the real engine", () =>
  withGatewayFile(async (cwd) => {
    await Deno.writeTextFile(
      join(cwd, "a.hl7"),
      "MSH|^~\\&|LAB|A|EHR|B|20260102||ADT^A01|MSG00001|P|2.5\nPID|1||77^^^A||DOE^JANE\n",
    );
    const { terminal, exitCode } = start(["run", "gateway.yaml", "--log-level", "debug"], {
      cwd,
      openGateway: (plan, options) => Gateway.open(plan, { ...options, masterKey }),
    });
    const [, address] = await terminal.printed(/channel inbox listens on (\S+)/);
    await terminal.printed(/^ready my-gateway/m);
    const sent = await run(["send", address, "a.hl7"], { cwd });
    assertEquals(sent.code, exitCodes.ok, sent.err);
    assert(sent.out.startsWith("MSG00001 AA "));
    await terminal.printed(/"messageDelivered"/);
    const listed = await run(["messages", "list", "--control-id", "MSG00001", "--json"], { cwd });
    const [record] = JSON.parse(listed.out);
    assertEquals([record.type, record.deliveries[0].destination], ["ADT^A01", "files"]);
    assertEquals((await Array.fromAsync(Deno.readDir(join(cwd, "outbox")))).length, 1);
    const shown = await run(["messages", "show", record.id, "--content"], { cwd });
    assertStringIncludes(shown.out, "\nPID|1||77^^^A||DOE^JANE\n");
    const again = await run(["messages", "replay", record.id], { cwd });
    assertEquals([again.code, again.err.split(" ")[0]], [exitCodes.no, "GATEWAY_REPLAY_EMPTY"]);
    const status = JSON.parse((await run(["status", "--json"], { cwd })).out);
    const { received, delivered } = status.channels[0].counts;
    assertEquals([status.ready, received, delivered], [true, 1, 1]);
    terminal.interrupt();
    assertEquals(await exitCode, exitCodes.ok);
    assertStringIncludes(terminal.stderr, "gatewayStarted");
    assertStringIncludes(terminal.stderr, "gatewayStopped");
    assert(!terminal.stderr.includes("DOE"));
  }));
