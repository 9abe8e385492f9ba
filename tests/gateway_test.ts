import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { join } from "node:path";
import { Gateway, type GatewayEvent, MitralError } from "mitral";
import { writeMasterKey } from "./world/master_key.ts";

/** Gives a test a folder of its own, with a folder `out` in it. */
async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "out"));
    await writeMasterKey(folder);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Settings of a gateway that writes what is posted to `path` into the folder `out`. */
function intake(listen: Record<string, unknown> = { mount: true, path: "/patients" }, rest = {}) {
  return {
    gateway: "service",
    channels: {
      intake: { listen: { https: listen }, parse: "json", send: { out: { file: { path: "./out" } } } },
    },
    ...rest,
  };
}

const post = (url: string, body = "{}") =>
  new Request(url, { method: "POST", body, headers: { "content-type": "application/json" } });

async function written(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(join(folder, "out")), ({ name }) => name);
  return await Promise.all(names.map((name) => Deno.readTextFile(join(folder, "out", name))));
}

Deno.test("a gateway opens from text, with variables from a file and events from the first one on", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "test.env"), "WHERE=./out\n");
    const yaml = `
gateway: service
channels:
  intake: { listen: { https: { port: 0 } }, parse: json, send: { out: { file: { path: "\${WHERE}" } } } }
`;
    const events: GatewayEvent[] = [];
    {
      await using gateway = await Gateway.open({ yaml }, {
        folder,
        environment: "test.env",
        observer: (event) => events.push(event),
      });
      assertEquals(gateway.name, "service");
      const outcomes = gateway.outcomes();
      await (await fetch(post(gateway.snapshot().channels[0].address, '{"a":1}'))).bytes();
      for await (const { kind } of outcomes) {
        assertEquals(kind, "delivered");
        break;
      }
    }
    assertEquals(await written(folder), ['{"a":1}']);
    // That the ledger has written down the start may be durable before or after either.
    const told = events.map(({ name }) => name).filter((name) => name !== "journalCommitted");
    assertEquals([told[0], told[1], told.at(-1)], [
      "channelStarted",
      "gatewayStarted",
      "gatewayStopped",
    ]);
  }));

Deno.test("a gateway that cannot be read says what is wrong, where, and how many more there are", () =>
  inFolder(async (folder) => {
    const yaml = "gateway: service\nchannels:\n  a: { listen: { https: {} }, parse: jsn, snd: {} }\n";
    const error = await assertRejects(() => Gateway.open({ yaml }, { folder }), MitralError);
    assertEquals([error.code, error.facts.problems], ["CONFIG_GATEWAY_INVALID", 2]);
    assertStringIncludes(String(error.facts.place), "gateway.yaml:3:");
    const { channels: { intake: channel } } = intake();
    const twice = { gateway: "service", channels: { one: channel, two: channel } };
    const taken = await assertRejects(() => Gateway.open(twice, { folder }), MitralError);
    assertEquals([taken.facts.code, taken.facts.place], [
      "CONFIG_MOUNT_TAKEN",
      "channels.two.listen.https.path",
    ]);
  }));

Deno.test("a gateway opens under the key it is given, and under that one only from then on", () =>
  inFolder(async (folder) => {
    await Deno.remove(join(folder, "master.key"));
    const missing = await assertRejects(() => Gateway.open(intake(), { folder }), MitralError);
    assertEquals(missing.code, "MASTER_KEY_MISSING");
    const masterKey = crypto.getRandomValues(new Uint8Array(32));
    for (let opening = 0; opening < 2; opening++) {
      await using _gateway = await Gateway.open(intake(), { folder, masterKey });
    }
    const open = (masterKey: Uint8Array<ArrayBuffer>) => Gateway.open(intake(), { folder, masterKey });
    const wrong = await assertRejects(() => open(new Uint8Array(32)), MitralError);
    assertEquals(wrong.code, "MASTER_KEY_WRONG");
    const short = await assertRejects(() => open(masterKey.slice(1)), MitralError);
    assertEquals([short.code, short.facts.source], ["MASTER_KEY_MALFORMED", "masterKey"]);
  }));

Deno.test("a gateway mounted in a Hono app answers under its prefix: channels, health, and nothing else", () =>
  inFolder(async (folder) => {
    await using gateway = await Gateway.open(intake(), { folder });
    const app = new Hono()
      .get("/own", (context) => context.text("the service's own"))
      .mount("/integration", gateway.fetch);
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
    const at = (path: string) => `http://127.0.0.1:${server.addr.port}${path}`;
    assertEquals((await fetch(post(at("/integration/patients")))).status, 204);
    assertEquals(await (await fetch(at("/own"))).text(), "the service's own");
    assertEquals((await (await fetch(at("/integration/health"))).json()).healthy, true);
    for (const path of ["/patients", "/health", "/integration", "/integration/other"]) {
      const response = await fetch(at(path));
      await response.body?.cancel();
      assertEquals(response.status, 404, path);
    }
    const [{ origin }] = await gateway.archive.list({});
    assertEquals(origin.adapter, "https");
    assert(/^127\.0\.0\.1:\d+$/.test(origin.peer), origin.peer);
  }));

Deno.test("a gateway is a handler of Deno.serve, and is away while its channel is stopped", () =>
  inFolder(async (folder) => {
    await using gateway = await Gateway.open(intake(), { folder });
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, gateway.fetch);
    const patients = `http://127.0.0.1:${server.addr.port}/patients`;
    assertEquals((await fetch(post(patients))).status, 204);
    await gateway.stopChannel("intake");
    const away = await fetch(post(patients));
    assertEquals([away.status, (await away.json()).code], [503, "GATEWAY_CHANNEL_SILENT"]);
    await gateway.startChannel("intake");
    assertEquals((await fetch(post(patients))).status, 204);
    await gateway.close();
    const closed = await fetch(post(patients));
    await closed.body?.cancel();
    assertEquals(closed.status, 503);
  }));

Deno.test("a gateway does not hand a mounted channel's requests to one with a socket of its own", () =>
  inFolder(async (folder) => {
    await using gateway = await Gateway.open(intake({ port: 0, path: "/patients" }), { folder });
    assertEquals((await gateway.fetch(post("https://service.example/patients"))).status, 404);
    const response = await gateway.handle("intake", post("https://service.example/patients"));
    assertEquals(response.status, 204);
  }));

Deno.test("two gateways of one process with the same names do not disturb each other", () =>
  inFolder((one) =>
    inFolder(async (two) => {
      const { gateway, channels: { intake: channel } } = intake();
      const listen = { ...channel.listen, acknowledge: "delivered" };
      const settings = { gateway, channels: { intake: { ...channel, listen } } };
      await using first = await Gateway.open(settings, { folder: one });
      const outcomes = first.outcomes();
      {
        await using second = await Gateway.open(settings, { folder: two });
        await second.inject("intake", '{"for":"second"}');
        await first.inject("intake", '{"for":"first"}');
        await second.stopChannel("intake");
        assertEquals((await first.archive.list({})).length, 1);
      }
      assertEquals((await first.inject("intake", '{"for":"first again"}')).outcome.kind, "accepted");
      await first.close();
      assertEquals((await Array.fromAsync(outcomes)).length, 2);
      assertEquals(await written(two), ['{"for":"second"}']);
      assertEquals((await written(one)).sort(), ['{"for":"first again"}', '{"for":"first"}']);
    })
  ));

Deno.test("two gateways do not share a data folder: the second does not open", () =>
  inFolder(async (folder) => {
    await using _first = await Gateway.open(intake(), { folder });
    const error = await assertRejects(() => Gateway.open(intake(), { folder }), MitralError);
    assertEquals(error.code, "JOURNAL_FOLDER_BUSY");
  }));

// The sanitizers of the test runner see sockets, files and threads that are left behind.
Deno.test("a channel that cannot listen fails alone, and a gateway is ready once its port is free", () =>
  inFolder(async (folder) => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const settings = intake({ port: 0 });
    const busy = { ...intake({ port: (taken.addr as Deno.NetAddr).port }).channels.intake };
    const both = { ...settings, channels: { ...settings.channels, busy } };
    const codes: string[] = [];
    const observer = (event: GatewayEvent) => event.name === "channelFailed" && codes.push(event.error.code);
    const halved = await Gateway.open(both, { folder, observer });
    assertEquals([codes, halved.snapshot().ready], [["HTTPS_PORT_BUSY"], false]);
    assertEquals(halved.snapshot().channels.map(({ condition }) => condition === "running"), [true, false]);
    await halved.close();
    taken.close();
    await using gateway = await Gateway.open(both, { folder });
    assertEquals(gateway.snapshot().ready, true);
  }));

Deno.test("await using ends a gateway in order: what was taken is answered and written, then nothing is taken", () =>
  inFolder(async (folder) => {
    let gone: Gateway;
    {
      await using gateway = await Gateway.open(intake(), { folder });
      gone = gateway;
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => gateway.fetch(post("https://s.example/patients", `[${at}]`))),
      );
    }
    const { outcome } = await gone.inject("intake", "[99]");
    assertEquals(outcome.kind, "failed");
    const pending = gone.snapshot().journal.pending;
    assertEquals((await written(folder)).length, 20 - pending);
  }));
