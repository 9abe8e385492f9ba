import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { Gateway } from "../../../../runtime/engine/gateway.ts";
import { masterKey } from "../../../world/master_key.ts";
import { type Ended, run, start, withFolder } from "../console_kit.ts";
import type { FakeTerminal } from "../fake_terminal.ts";

interface Tools {
  readonly cwd: string;
  readonly terminal: FakeTerminal;
  mitral(command: string): Promise<Ended>;
  write(text: string, name?: string): Promise<void>;
  /** Where each channel listens now. */
  addresses(): Promise<Record<string, string>>;
}

/** A gateway of the real engine that runs `gateway.yaml`. */
function withRunning(text: string, use: (tools: Tools) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    const write = (text: string, name = "gateway.yaml") => Deno.writeTextFile(join(cwd, name), text);
    await Deno.mkdir(join(cwd, "outbox"));
    await write(text);
    const mitral = (command: string) => run(command.split(" "), { cwd });
    const { terminal, exitCode } = start(["run", "gateway.yaml", "--log-level", "debug"], {
      cwd,
      openGateway: (plan, options) => Gateway.open(plan, { ...options, masterKey }),
    });
    await terminal.printed(/^ready/m);
    const addresses = async () => {
      const { channels } = JSON.parse((await mitral("status --json")).out);
      return Object.fromEntries(channels.map(({ name, address }: Record<string, string>) => [name, address]));
    };
    try {
      await use({ cwd, terminal, mitral, write, addresses });
    } finally {
      terminal.interrupt();
      assertEquals(await exitCode, exitCodes.ok, terminal.stderr);
    }
  });
}

/** A port that is free. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

const channel = (name: string, port: number, more = "") =>
  `  ${name}:
    listen: { mllp: { port: ${port} } }
    parse: hl7v2${more}
    send: { files: { file: { path: ./outbox } } }
`;
const file = (...channels: readonly string[]) => `gateway: st-elsewhere\nchannels:\n${channels.join("")}`;

Deno.test("plan prints what a file would add, change and remove, and does nothing", () => {
  const port = freePort();
  return withRunning(file(channel("lab", 0), channel("old", 0)), async ({ mitral, write, addresses }) => {
    const before = await addresses();
    assertEquals((await mitral("plan gateway.yaml")).out, "nothing differs\n");
    await write(
      file(channel("lab", port, "\n    about: Results."), channel("new", 0)) + "monitor: { port: 0 }\n",
    );
    const { code, out, err } = await mitral("plan gateway.yaml");
    assertEquals([code, err], [exitCodes.ok, ""]);
    assertEquals(
      out,
      `needs a restart of the gateway
  monitor.port: (none) → 0
channel lab changed
  channels.lab.listen.mllp.port: 0 → ${port}
  channels.lab.about: (none) → Results.
channel old removed
channel new added
`,
    );
    const { changes } = JSON.parse((await mitral("plan gateway.yaml --json")).out);
    assertEquals(changes.channels[0].settings[0], {
      path: "channels.lab.listen.mllp.port",
      from: "0",
      to: `${port}`,
    });
    assertEquals(await addresses(), before);
  });
});

Deno.test("plan counts what steps are made of and read when they start; a table that is read as it changes is no change", () =>
  withRunning(file(channel("other", 0)), async ({ mitral, write }) => {
    const actor = (about: string) =>
      `export default { spec: { name: "tag", about: "${about}", config: {}, errors: {},
        prepare: ({ readText }) => readText("tags.txt"), transform: (message) => message } };`;
    await write(actor("One."), "tag.js");
    await write("one", "tags.txt");
    await write("ORU\n", "types.csv");
    const steps = "\n    filter: MSH-9.1 in table types.csv\n    transform: [./tag.js]";
    await write(file(channel("lab", 0, steps), channel("other", 0)));
    assertEquals((await mitral("apply gateway.yaml")).code, exitCodes.ok);
    await write("ADT\n", "types.csv");
    assertEquals((await mitral("plan gateway.yaml")).out, "nothing differs\n");
    for (const [name, text] of [["tags.txt", "two"], ["./tag.js", actor("Two.")]] as const) {
      await write(text, name);
      const { out } = await mitral("plan gateway.yaml");
      assertMatch(out, /^channel lab changed\n/);
      const lines = out.split("\n").filter((line) => line.includes(` ${name}: sha256:`));
      assertEquals(lines.length, 1, out);
    }
  }));

Deno.test("apply starts a channel that another hands on to before that one", () =>
  withRunning(file(channel("other", 0)), async ({ mitral, write, terminal, addresses }) => {
    const first = channel("first", 0).replace(/send: .*/, "send: { next: { channel: second } }");
    await write(file(channel("other", 0), first, channel("second", 0)));
    assertEquals((await mitral("apply gateway.yaml")).code, exitCodes.ok);
    assertEquals(Object.keys(await addresses()), ["other", "second", "first"]);
    const started = [...terminal.stderr.matchAll(/"channelStarted","channel":"(\w+)"/g)].map(([, name]) =>
      name
    );
    assertEquals(started, ["other", "second", "first"], terminal.stderr);
  }));

Deno.test("plan and apply print the problems of a file under the name that was typed, and exit code 1", () =>
  withRunning(file(channel("lab", 0)), async ({ mitral, write, addresses }) => {
    const before = await addresses();
    await write(file("  lab: { lsten: 1 }\n"));
    for (const command of ["plan gateway.yaml", "apply gateway.yaml"]) {
      const { code, out, err } = await mitral(command);
      assertEquals([code, out], [exitCodes.no, ""]);
      assertMatch(err, /^gateway\.yaml:3:\d+ CONFIG_/m);
    }
    assertEquals((await mitral("plan absent.yaml --data data")).code, exitCodes.cannot);
    assertEquals(await addresses(), before);
  }));

Deno.test("apply starts, changes and removes channels that differ, and no other notices", () => {
  const port = freePort();
  return withRunning(
    file(channel("same", 0), channel("lab", 0), channel("old", 0)),
    async ({ mitral, write, addresses }) => {
      const before = await addresses();
      await write(file(channel("same", 0), channel("lab", port), channel("new", 0)));
      const { code, out, err } = await mitral("apply gateway.yaml");
      assertEquals([code, err], [exitCodes.ok, ""]);
      assertMatch(out, /channel lab changed[^]*channel old removed\nchannel new added\napplied\n$/);
      const after = await addresses();
      assertEquals(Object.keys(after), ["same", "lab", "new"]);
      assertEquals([after.same, after.lab], [before.same, `127.0.0.1:${port}`]);
      assertEquals((await mitral("apply gateway.yaml")).out, "nothing differs\napplied\n");
    },
  );
});

Deno.test("apply lets two channels change their ports with each other", () => {
  const [one, two] = [freePort(), freePort()];
  return withRunning(file(channel("a", one), channel("b", two)), async ({ mitral, write, addresses }) => {
    await write(file(channel("a", two), channel("b", one)));
    assertEquals((await mitral("apply gateway.yaml")).code, exitCodes.ok);
    assertEquals(await addresses(), { a: `127.0.0.1:${two}`, b: `127.0.0.1:${one}` });
  });
});

Deno.test("apply puts everything back where one channel does not start, and says why", () => {
  const [own, other] = [freePort(), freePort()];
  return withRunning(
    file(channel("a", own), channel("gone", other)),
    async ({ mitral, write, addresses, cwd }) => {
      using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const before = await addresses();
      await mitral("channel stop gone");
      await write(file(channel("a", other), channel("new", 0), channel("z", taken.addr.port)));
      const { code, out, err } = await mitral("apply gateway.yaml");
      assertEquals([code, out], [exitCodes.no, ""]);
      assertMatch(err, /^CONSOLE_APPLY_UNDONE .*channel z does not start; all is as it was: MLLP_PORT_BUSY /);
      assertEquals(await addresses(), { ...before, gone: "" }, "what was stopped stays stopped");
      assertEquals((await mitral("channel start gone")).code, exitCodes.ok);
      assertEquals(await addresses(), before);
      assertEquals((await mitral("apply --rollback")).code, exitCodes.no, "nothing was applied");
      const kept = (await Array.fromAsync(Deno.readDir(join(cwd, "data")))).map(({ name }) => name);
      assertEquals(kept.filter((name) => name.startsWith("before")), [], "nothing is kept of it");
      await Deno.writeTextFile(join(cwd, "a.hl7"), "MSH|^~\\&|LAB|A|EHR|B|20260102||ADT^A01|1|P|2.5\n");
      assertEquals((await run(["send", before.a, "a.hl7"], { cwd })).code, exitCodes.ok);
    },
  );
});

Deno.test("apply says which channels could not be put back", () => {
  const own = freePort();
  return withRunning(file(channel("a", own)), async ({ mitral, write, terminal }) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    // Somebody takes the port the moment it is free.
    const thief = terminal.printed(/"channelStopped"/).then(() =>
      Deno.listen({ hostname: "127.0.0.1", port: own })
    );
    await write(file(channel("a", taken.addr.port)));
    const { code, err } = await mitral("apply gateway.yaml");
    (await thief).close();
    assertEquals(code, exitCodes.no);
    assertMatch(err, /^CONSOLE_APPLY_STUCK .*nor can be put back: a \(MLLP_PORT_BUSY /);
    assertStringIncludes(err, "hint: ");
  });
});

Deno.test("plan and apply show the names of variables, never what they stand for", () => {
  const sending = channel("lab", 0, '\n    about: "Bearer ${TOKEN}"');
  return withRunning(file(channel("lab", 0)), async ({ mitral, write }) => {
    await write(file(sending));
    for (const token of ["canary-1", "canary-2"]) {
      await write(`TOKEN=${token}\n`, "gateway.env");
      for (const command of ["plan gateway.yaml", "plan gateway.yaml --json", "apply gateway.yaml"]) {
        const { code, out, err } = await mitral(command);
        assertEquals([code, out.includes("canary")], [exitCodes.ok, false], out + err);
        assertStringIncludes(out, "Bearer ${TOKEN}");
        if (token === "canary-2" && !command.includes("json")) {
          assertStringIncludes(out, ".about: Bearer ${TOKEN}, whose variables changed\n");
        }
      }
    }
    assertEquals((await mitral("plan gateway.yaml")).out, "nothing differs\n");
  });
});

Deno.test("apply keeps what is queued, and says what is left of channels and destinations that go", () => {
  const dead = freePort();
  const lab = (send: string) => channel("lab", 0).replace(/send: .*/, `send: { ${send} }`);
  return withRunning(
    file(lab(`ehr: { mllp: { host: 127.0.0.1, port: ${dead} } }`)),
    async ({ mitral, write, terminal, addresses, cwd }) => {
      await Deno.writeTextFile(join(cwd, "a.hl7"), "MSH|^~\\&|LAB|A|EHR|B|20260102||ADT^A01|1|P|2.5\n");
      const { lab: address } = await addresses();
      assertEquals((await run(["send", address, "a.hl7"], { cwd })).code, exitCodes.ok);
      await terminal.printed(/"deliveryFailed"/);
      await write(file(lab("files: { file: { path: ./outbox } }")));
      const planned = await mitral("plan gateway.yaml");
      assertStringIncludes(planned.out, "  1 message for ehr left in the journal\n");
      await write(file(lab("ehr: { file: { path: ./outbox } }")));
      assertEquals((await mitral("apply gateway.yaml")).code, exitCodes.ok);
      await terminal.printed(/"messageDelivered"/);
      assertEquals((await Array.fromAsync(Deno.readDir(join(cwd, "outbox")))).length, 1);
    },
  );
});

Deno.test("apply refuses what needs a restart, unless it is told to leave that", () =>
  withRunning(file(channel("lab", 0)), async ({ mitral, write, addresses }) => {
    await write(file(channel("lab", 0), channel("new", 0)) + "drainMsMax: 5 s\n");
    const refused = await mitral("apply gateway.yaml");
    assertEquals([refused.code, refused.out], [exitCodes.no, ""]);
    assertMatch(
      refused.err,
      /^CONSOLE_RESTART_NEEDED .*differ \(1\), such as drainMsMax\n {2}hint: .*--channels-only/,
    );
    assertEquals(Object.keys(await addresses()), ["lab"]);
    const done = await mitral("apply gateway.yaml --channels-only");
    assertEquals(done.code, exitCodes.ok);
    assertEquals(Object.keys(await addresses()), ["lab", "new"]);
    const { out } = await mitral("plan gateway.yaml");
    assertEquals(out, "needs a restart of the gateway\n  drainMsMax: (none) → 5 s\n");
  }));

Deno.test("apply --rollback puts the file before back, though it was overwritten, and once more the other", () =>
  withRunning(file(channel("one", 0)), async ({ mitral, write, addresses, cwd }) => {
    await Deno.mkdir(join(cwd, "channels"));
    await write(channel("x", 0).replace("  x:\n", "").replaceAll(/^ {4}/gm, ""), "channels/beside.yaml");
    assertEquals((await mitral("apply gateway.yaml")).code, exitCodes.ok);
    assertEquals(Object.keys(await addresses()), ["one", "beside"]);
    await Deno.remove(join(cwd, "channels/beside.yaml"));
    await write(file(channel("two", 0)));
    assertEquals((await mitral("apply gateway.yaml")).code, exitCodes.ok);
    assertEquals((await Deno.stat(join(cwd, "data/before.json"))).mode! & 0o777, 0o600);
    await write("gateway: broken\n");
    const back = await mitral("apply --rollback --file gateway.yaml");
    assertEquals([back.code, back.err], [exitCodes.ok, ""]);
    assertMatch(back.out, /rolled back\n$/);
    assertEquals(Object.keys(await addresses()), ["one", "beside"]);
    assertEquals((await mitral("apply --rollback")).code, exitCodes.ok);
    assertEquals(Object.keys(await addresses()), ["two"]);
  }));

Deno.test("apply refuses a file of another folder, whose paths would mean other files", () =>
  withRunning(file(channel("lab", 0)), async ({ mitral, write, cwd }) => {
    await Deno.mkdir(join(cwd, "elsewhere/outbox"), { recursive: true });
    await write(file(channel("lab", 0)), "elsewhere/gateway.yaml");
    const { code, err } = await mitral("apply elsewhere/gateway.yaml --data data");
    assertEquals([code, err.split(" ")[0]], [exitCodes.cannot, "CONSOLE_FOLDER_DIFFERENT"]);
  }));

Deno.test("channel reload is seen by plan: only what was not reloaded differs", () => {
  const port = freePort();
  return withRunning(file(channel("a", 0), channel("b", 0)), async ({ mitral, write, addresses }) => {
    await write(file(channel("a", port), channel("b", 0, "\n    about: Bills.")));
    assertEquals((await mitral("channel reload a")).code, exitCodes.ok);
    assertEquals((await addresses()).a, `127.0.0.1:${port}`);
    assertMatch(
      (await mitral("plan gateway.yaml")).out,
      /^channel b changed\n[^\n]*about: \(none\) → Bills\.\n$/,
    );
    assertEquals((await mitral("channel reload b")).code, exitCodes.ok);
    assertEquals((await mitral("plan gateway.yaml")).out, "nothing differs\n");
  });
});

Deno.test("apply wants a file or --rollback, not both", async () => {
  for (const args of [["apply"], ["apply", "gateway.yaml", "--rollback"]]) {
    const { code, err } = await run(args);
    assertEquals([code, err.split(" ")[0]], [exitCodes.usage, "CONSOLE_USAGE_WRONG"]);
    assert(err.includes("--rollback"));
  }
});
