import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { ControlClient } from "../../../../runtime/console/control/client.ts";
import type { Problem } from "../../../../runtime/config/problem.ts";
import { pathBytesMax, requestBytesMax, socketPath } from "../../../../runtime/console/control/protocol.ts";
import { type ControlRequest, ControlServer } from "../../../../runtime/console/control/server.ts";
import { denoWorld as world } from "../../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import type { Connection } from "../../../../runtime/contract/world.ts";
import { acts, FakeGateway, shown, snapshot, statistics } from "../fake_gateway.ts";
import { serviceOf } from "../served_gateway.ts";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const problem: Problem = {
  file: "gateway.yaml",
  line: 3,
  column: 5,
  code: "CONFIG_KEY_UNKNOWN",
  message: "x",
};

Deno.test("a command does not wait for ever for a gateway that is stuck", async () => {
  await withFolder(async (folder) => {
    const clock = new FakeClock();
    const accepted = Promise.withResolvers<Connection>();
    const listener = await world.net.listenLocal(socketPath(folder));
    const accepting = (async () => {
      for await (const connection of listener) accepted.resolve(connection);
    })();
    using client = await ControlClient.connect({ world: { ...world, clock }, folder, person: "ann" });
    const stuck = await accepted.promise;
    const asked = assertRejects(() => client.ask("status", {}), MitralError);
    await clock.armed();
    await clock.advance(30_000);
    assertEquals((await asked).code, "CONTROL_GATEWAY_SILENT");
    stuck.close();
    listener.close();
    await accepting;
  });
});

/** A served folder with its fake gateway, and what was logged of its requests. */
function withServer(
  use: (
    tools: { folder: string; gateway: FakeGateway; log: ControlRequest[]; server: ControlServer },
  ) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const log: ControlRequest[] = [];
    const gateway = new FakeGateway();
    const server = await ControlServer.open({ world, folder, answered: (request) => log.push(request) });
    server.serve(serviceOf(gateway, { reload: async (channel) => channel === "lab" ? [] : [problem] }));
    try {
      await use({ folder, gateway, log, server });
    } finally {
      await server.close();
    }
  });
}

const connect = (folder: string) => ControlClient.connect({ world, folder, person: "ada" });
const codeOf = async (promise: () => Promise<unknown>) => (await assertRejects(promise, MitralError)).code;

/** Leaves what a killed process leaves: closing alone would take the file away. */
async function leaveDeadSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path });
  await Deno.rename(path, `${path}.kept`);
  listener.close();
  await Deno.rename(`${path}.kept`, path);
}

/** Says raw lines to a socket and reads until the server closes its side. */
async function say(folder: string, text: string): Promise<Record<string, unknown>[]> {
  const socket = await Deno.connect({ transport: "unix", path: join(folder, "control.sock") });
  const bytes = new TextEncoder().encode(text);
  // The server may close while a line that is too long is still being written.
  try {
    for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
    await socket.closeWrite();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.BrokenPipe)) throw cause;
  }
  const answers = await new Response(socket.readable).text();
  return answers.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

Deno.test("control gives a command the snapshot of the gateway with its statistics", () =>
  withServer(async ({ folder }) => {
    using client = await connect(folder);
    assertEquals(await client.ask("status", {}), { ...snapshot, statistics });
  }));

Deno.test("control carries bytes unchanged, and only where content was asked for", () =>
  withServer(async ({ folder }) => {
    using client = await connect(folder);
    const bare = await client.ask("messages.show", { id: shown.id, content: false });
    assertEquals(bare?.history, shown.history);
    assert(bare && !("received" in bare) && !("payloads" in bare));
    const whole = await client.ask("messages.show", { id: shown.id, content: true });
    assertEquals(new Uint8Array(whole!.received!), shown.received);
    assertEquals(new Uint8Array(whole!.payloads![0].answer!), shown.payloads[0].answer);
    assertEquals(await client.ask("messages.show", { id: "nothing", content: false }), null);
  }));

Deno.test("control hands every filter of a query on", () =>
  withServer(async ({ folder, gateway }) => {
    using client = await connect(folder);
    const query = {
      channel: "lab",
      state: "queued" as const,
      type: "ORU^R01",
      controlId: "7",
      sinceMs: 1,
      untilMs: 2,
      limit: 3,
      before: "b",
    };
    await client.ask("messages.list", query);
    assertEquals(gateway.asked, [["list", query]]);
  }));

Deno.test("control starts, stops, reloads and replays in the gateway", () =>
  withServer(async ({ folder, gateway }) => {
    using client = await connect(folder);
    assertEquals(await client.ask("channel.start", { name: "lab" }), null);
    assertEquals(await client.ask("channel.stop", { name: "lab" }), null);
    assertEquals(await client.ask("channel.reload", { name: "lab" }), []);
    assertEquals(await client.ask("channel.reload", { name: "other" }), [problem]);
    const replayed = await client.ask("messages.replay", {
      id: "1",
      destination: "registry",
      everywhere: false,
      force: true,
    });
    assertEquals(replayed, { destinations: ["registry"] });
    assertEquals(gateway.asked, [
      ["start", "lab"],
      ["stop", "lab"],
      ["replay", "1", { destination: "registry", everywhere: false, force: true, by: { person: "ada" } }],
    ]);
  }));

Deno.test("control tells the gateway who acts on a queue, and why", () =>
  withServer(async ({ folder, gateway }) => {
    using client = await connect(folder);
    const asked = { name: "lab", destination: "ehr", reason: "why" };
    const by = { person: "ada", reason: "why" };
    assertEquals(await client.ask("channel.pause", asked), null);
    assertEquals(await client.ask("channel.resume", { name: "lab", destination: "ehr" }), null);
    assertEquals((await client.ask("channel.skip", asked)).end, "delivered");
    assertEquals(await client.ask("channel.divert", { ...asked, to: "registry" }), null);
    assertEquals(await client.ask("channel.divert", asked), null);
    assertEquals(await client.ask("messages.cancel", { id: "1", reason: "why" }), { destinations: [] });
    assertEquals(await client.ask("journal.release", { reason: "why", force: true }), null);
    assertEquals(await client.ask("journal.acts", { channel: "lab", destination: "ehr", before: 9 }), acts);
    assertEquals(gateway.asked.map((each) => JSON.parse(JSON.stringify(each))), [
      ["pause", "lab", "ehr", by],
      ["resume", "lab", "ehr", { person: "ada" }],
      ["skip", "lab", "ehr", by],
      ["divert", "lab", "ehr", "registry", by],
      ["divert", "lab", "ehr", null, by],
      ["cancel", "1", { by }],
      ["releaseSenders", by, { force: true }],
      ["acts", { channel: "lab", destination: "ehr", before: 9 }],
    ]);
    const code = await codeOf(() => client.ask("channel.pause", { ...asked, reason: "" }));
    assertEquals(code, "CONTROL_REQUEST_MALFORMED");
  }));

Deno.test("control passes the gateway's own error on by code", () =>
  withServer(async ({ folder }) => {
    using client = await connect(folder);
    const error = await assertRejects(() => client.ask("messages.replay", { id: "1" }), MitralError);
    assertEquals(
      [error.code, error.blame, error.message],
      ["GATEWAY_REPLAY_REFUSED", "operator", "Cannot replay message: its key has a newer delivery"],
    );
    assertEquals(
      await codeOf(() => client.ask("channel.stop", { name: "absent" })),
      "CONTROL_CHANNEL_UNKNOWN",
    );
  }));

Deno.test("control says of a crash only that it was one", () =>
  withFolder(async (folder) => {
    const server = await ControlServer.open({ world, folder, answered: () => {} });
    try {
      const reload = () => Promise.reject(new Error("PID|1||77||DOE^JANE"));
      server.serve(serviceOf(new FakeGateway(), { reload }));
      const line = { version: 1, id: 4, method: "channel.reload", person: "ada", params: { name: "lab" } };
      const [reply] = await say(folder, JSON.stringify(line) + "\n");
      assertEquals((reply.error as { code: string }).code, "CONTROL_REQUEST_CRASHED");
      assert(!JSON.stringify(reply).includes("DOE"));
    } finally {
      await server.close();
    }
  }));

Deno.test("control logs who asked for what, and whether content was shown", () =>
  withServer(async ({ folder, log }) => {
    using client = await connect(folder);
    await client.ask("messages.show", { id: shown.id, content: true });
    await codeOf(() => client.ask("messages.replay", { id: "1" }));
    assertEquals(log, [
      { person: "ada", method: "messages.show", subject: shown.id, content: true, outcome: "ok" },
      {
        person: "ada",
        method: "messages.replay",
        subject: "1",
        content: false,
        outcome: "GATEWAY_REPLAY_REFUSED",
      },
    ]);
  }));

Deno.test("control refuses what is no request, by code, and reads on", () =>
  withServer(async ({ folder, gateway }) => {
    const whole = { version: 1, id: 7, method: "status", person: "ada", params: {} };
    const lines: [unknown, string][] = [
      ["not json", "CONTROL_REQUEST_MALFORMED"],
      [[], "CONTROL_REQUEST_MALFORMED"],
      [{ ...whole, version: 99 }, "CONTROL_VERSION_UNKNOWN"],
      [{ ...whole, person: "" }, "CONTROL_REQUEST_MALFORMED"],
      [{ ...whole, params: null }, "CONTROL_REQUEST_MALFORMED"],
      [{ ...whole, method: "toString" }, "CONTROL_METHOD_UNKNOWN"],
      [{ ...whole, method: "messages.list", params: { state: "toString" } }, "CONTROL_REQUEST_MALFORMED"],
      [{ ...whole, method: "messages.list", params: { limit: "many" } }, "CONTROL_REQUEST_MALFORMED"],
      [{ ...whole, method: "messages.replay", params: { id: 1 } }, "CONTROL_REQUEST_MALFORMED"],
      [
        { ...whole, method: "messages.replay", params: { id: "1", force: "yes" } },
        "CONTROL_REQUEST_MALFORMED",
      ],
    ];
    const text = lines.map(([line]) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
    const replies = await say(folder, `${text}\n${JSON.stringify(whole)}\n`);
    const codes = replies.map((reply) => (reply.error as { code: string } | undefined)?.code ?? "ok");
    assertEquals(codes, [...lines.map(([, code]) => code), "ok"]);
    assertEquals(gateway.asked, []);
  }));

Deno.test("control closes on a line over requestBytesMax", () =>
  withServer(async ({ folder }) => {
    const replies = await say(folder, "x".repeat(requestBytesMax + 1));
    assertEquals((replies[0].error as { code: string }).code, "CONTROL_LINE_TOO_LONG");
    using client = await connect(folder);
    assertEquals((await client.ask("status", {})).name, snapshot.name);
  }));

Deno.test("control answers requests that come before the gateway is open", () =>
  withFolder(async (folder) => {
    const server = await ControlServer.open({ world, folder, answered: () => {} });
    try {
      using client = await connect(folder);
      assertEquals(await codeOf(() => client.ask("status", {})), "CONTROL_GATEWAY_STARTING");
      server.serve(serviceOf(new FakeGateway()));
      assertEquals((await client.ask("status", {})).ready, true);
    } finally {
      await server.close();
    }
  }));

Deno.test("control refuses a data folder on which a gateway runs", () =>
  withServer(async ({ folder }) => {
    const again = () => ControlServer.open({ world, folder, answered: () => {} });
    assertEquals(await codeOf(again), "CONTROL_FOLDER_BUSY");
    using client = await connect(folder);
    assertEquals((await client.ask("status", {})).ready, true);
  }));

Deno.test("control replaces the socket a dead process left behind", () =>
  withFolder(async (folder) => {
    await leaveDeadSocket(join(folder, "control.sock"));
    assert(await world.disk.facts(join(folder, "control.sock")));
    const server = await ControlServer.open({ world, folder, answered: () => {} });
    server.serve(serviceOf(new FakeGateway()));
    try {
      using client = await connect(folder);
      assertEquals((await client.ask("status", {})).ready, true);
      assertEquals(await world.disk.list(folder), ["control.sock"]);
    } finally {
      await server.close();
    }
    assertEquals(await world.disk.list(folder), []);
  }));

Deno.test("control gives a live socket back when two gateways start at the same moment", () =>
  withServer(async ({ folder }) => {
    // The other gateway takes the socket between this one's first question and its move: the first question fails.
    let questions = 0;
    const late = {
      ...world,
      net: {
        ...world.net,
        connectLocal: (path: string) =>
          ++questions === 1
            ? Promise.reject(Object.assign(new Error(), { code: "ECONNREFUSED" }))
            : world.net.connectLocal(path),
      },
    };
    const open = () => ControlServer.open({ world: late, folder, answered: () => {} });
    assertEquals(await codeOf(open), "CONTROL_FOLDER_BUSY");
    using client = await connect(folder);
    assertEquals((await client.ask("status", {})).ready, true);
  }));

Deno.test("control says that no gateway runs where there is no socket, or a dead one", () =>
  withFolder(async (folder) => {
    assertEquals(await codeOf(() => connect(folder)), "CONTROL_GATEWAY_MISSING");
    assertEquals(await codeOf(() => connect(join(folder, "absent"))), "CONTROL_GATEWAY_MISSING");
    await leaveDeadSocket(join(folder, "control.sock"));
    assertEquals(await codeOf(() => connect(folder)), "CONTROL_GATEWAY_MISSING");
  }));

Deno.test("control says that the connection was lost when the gateway leaves before it answers", () =>
  withFolder(async (folder) => {
    using listener = Deno.listen({ transport: "unix", path: join(folder, "control.sock") });
    const accepted = listener.accept();
    using client = await connect(folder);
    (await accepted).close();
    assertEquals(await codeOf(() => client.ask("status", {})), "CONTROL_CONNECTION_LOST");
  }));

Deno.test("control refuses a path the system cannot hold", () =>
  withFolder(async (folder) => {
    const long = join(folder, "x".repeat(pathBytesMax));
    let code = "";
    try {
      socketPath(long);
    } catch (error) {
      code = (error as MitralError).code;
    }
    assertEquals(code, "CONTROL_PATH_TOO_LONG");
  }));

Deno.test("control does what is done one by one until the end, then answers the next request", () =>
  withServer(async ({ folder, gateway }) => {
    using client = await connect(folder);
    const done: number[] = [];
    const params = { query: { channel: "lab" }, reason: "update" };
    for await (const line of client.run("messages.replayAll", params)) done.push(line.done);
    assertEquals(done, [1, 2, 3]);
    assertEquals((await client.ask("status", {})).name, gateway.name);
    const refused = await assertRejects(
      () => Array.fromAsync(client.run("messages.replayAll", { ids: [] })),
      MitralError,
    );
    assertEquals(refused.code, "CONTROL_REQUEST_MALFORMED");
  }));

Deno.test("control ends what is done one by one when whoever asked for it leaves", () =>
  withServer(async ({ folder, gateway }) => {
    gateway.replayable = 1e9;
    using client = await connect(folder);
    const params = { query: {}, reason: "update", confirmed: true };
    for await (const { done } of client.run("messages.replayAll", params)) if (done === 3) break;
    client[Symbol.dispose]();
    await gateway.replayEnded.promise;
  }));
