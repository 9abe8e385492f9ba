import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { headers, type Msg, type NatsConnection } from "@nats-io/nats-core/internal";
import { connect } from "node:net";
import { requirePeer } from "./_peers.ts";
import { natsServer } from "./_nats.ts";
import { RelaySite, type RelayUser } from "./_relay.ts";

const openssl = await requirePeer("openssl");

/** Three hospitals: a and b may write to each other, c has a mailbox and nobody to write to. */
class Hospitals implements AsyncDisposable {
  private constructor(
    readonly site: RelaySite,
    readonly a: RelayUser,
    readonly b: RelayUser,
    readonly c: RelayUser,
    readonly gateways: Readonly<Record<"a" | "b" | "c", NatsConnection>>,
  ) {}

  static async open(options: readonly string[] = []): Promise<Hospitals> {
    const site = await RelaySite.start(options);
    const [a, b, c] = [
      await site.partner("a"),
      await site.partner("b", ["--with", "a"]),
      await site.partner("c"),
    ];
    await site.apply();
    const gateways = { a: await site.connect(a), b: await site.connect(b), c: await site.connect(c) };
    return new Hospitals(site, a, b, c, gateways);
  }

  [Symbol.asyncDispose]() {
    return this.site[Symbol.asyncDispose]();
  }
}

/** Asks once; the answer's text. */
async function ask(client: NatsConnection, subject: string, body: string | Uint8Array = "", id?: string) {
  const said = headers();
  if (id !== undefined) said.set("Nats-Msg-Id", id);
  const answer = await client.request(subject, body, {
    timeout: 5000,
    ...(id === undefined ? {} : { headers: said }),
  });
  return answer.string();
}

/** Why the server, or the lack of anybody to answer, refuses what is asked. */
async function refusal(client: NatsConnection, subject: string, body = ""): Promise<string> {
  const error = await assertRejects(() => ask(client, subject, body), Error);
  return `${error.name} ${error.message}`;
}

/** Frames that wait in a queue, and then what the server says at their end. */
async function fetch(
  client: NatsConnection,
  { mailbox }: RelayUser,
  queue: "messages" | "receipts",
): Promise<Msg[]> {
  const inbox = `_INBOX.${crypto.randomUUID()}`;
  const answers = client.subscribe(inbox);
  client.publish(
    `$JS.API.CONSUMER.MSG.NEXT.MBX_${mailbox}.${queue}`,
    JSON.stringify({ batch: 100, no_wait: true }),
    { reply: inbox },
  );
  const frames: Msg[] = [];
  for await (const answer of answers) {
    if (answer.headers?.code) break;
    frames.push(answer);
  }
  return frames;
}

Deno.test({
  name: "a relay carries messages and receipts between two partners it links, and knows what came again",
  ignore: natsServer.missing,
  async fn() {
    await using hospitals = await Hospitals.open();
    const { a, b, gateways } = hospitals;
    const first = JSON.parse(await ask(gateways.a, `relay.send.${b.mailbox}.m`, "sealed", "1"));
    assertEquals(first, { stream: `MBX_${b.mailbox}`, seq: 1 });
    const again = JSON.parse(await ask(gateways.a, `relay.send.${b.mailbox}.m`, "sealed", "1"));
    assertEquals(again, { ...first, duplicate: true });
    await ask(gateways.a, `relay.send.${b.mailbox}.r`, "receipt", "2");

    const [message, ...more] = await fetch(gateways.b, b, "messages");
    assertEquals([message.string(), message.headers?.get("Nats-Msg-Id"), more.length], ["sealed", "1", 0]);
    // Who wrote it is said by the server, in the subject.
    assertEquals(message.subject, `mbx.${b.mailbox}.${a.mailbox}.m`);
    const [receipt] = await fetch(gateways.b, b, "receipts");
    assertEquals([receipt.string(), receipt.subject], ["receipt", `mbx.${b.mailbox}.${a.mailbox}.r`]);

    // Acknowledged with an answer, so that the gateway knows it is gone.
    for (const frame of [message, receipt]) assertEquals(await ask(gateways.b, frame.reply!, "+ACK"), "");
    const { state } = JSON.parse(await ask(gateways.b, `$JS.API.STREAM.INFO.MBX_${b.mailbox}`));
    assertEquals(state.messages, 0);
  },
});

Deno.test({
  name: "a relay tells a gateway of its own mailbox what its operator has seen of the server",
  ignore: natsServer.missing,
  async fn() {
    await using hospitals = await Hospitals.open();
    const { a, gateways } = hospitals;
    const { config } = JSON.parse(await ask(gateways.a, `$JS.API.STREAM.INFO.MBX_${a.mailbox}`));
    assertEquals(config.metadata["mitral.sync"], "always");
    assertEquals(config.metadata["mitral.server"], gateways.a.info?.version);
    assertEquals([config.retention, config.discard, config.storage], ["workqueue", "new", "file"]);
    for (const [queue, kind] of [["messages", "m"], ["receipts", "r"]]) {
      const info = JSON.parse(await ask(gateways.a, `$JS.API.CONSUMER.INFO.MBX_${a.mailbox}.${queue}`));
      assertEquals([info.config.filter_subject, info.config.ack_policy], [
        `mbx.${a.mailbox}.*.${kind}`,
        "explicit",
      ]);
    }
  },
});

Deno.test({
  name: "a relay refuses whoever reads, writes, acknowledges or manages what is not theirs",
  ignore: natsServer.missing,
  async fn() {
    await using hospitals = await Hospitals.open();
    const { a, b, c, gateways } = hospitals;
    await ask(gateways.a, `relay.send.${b.mailbox}.m`, "sealed", "1");
    const [{ reply: ack = "" }] = await fetch(gateways.b, b, "messages");
    const theirs = `MBX_${b.mailbox}`, own = `MBX_${a.mailbox}`;
    const violations: readonly (readonly [string, NatsConnection, string, string?])[] = [
      ["c writes to b, to whom it has no link", gateways.c, `relay.send.${b.mailbox}.m`],
      ["c writes to b by the hub's own subject", gateways.c, `mbx.${b.mailbox}.${c.mailbox}.m`],
      ["a writes to b as c", gateways.a, `mbx.${b.mailbox}.${c.mailbox}.m`],
      ["a writes to b as b, as if it were a receipt", gateways.a, `mbx.${b.mailbox}.${b.mailbox}.r`],
      ["a writes frames of another kind", gateways.a, `relay.send.${b.mailbox}.x`],
      ["a reads b's mailbox", gateways.a, `$JS.API.CONSUMER.MSG.NEXT.${theirs}.messages`, `{"batch":1}`],
      ["a reads b's mailbox directly", gateways.a, `$JS.API.DIRECT.GET.${theirs}`, `{"seq":1}`],
      ["a reads b's mailbox by number", gateways.a, `$JS.API.STREAM.MSG.GET.${theirs}`, `{"seq":1}`],
      ["a acknowledges what b has taken", gateways.a, ack, "+ACK"],
      ["a looks at b's mailbox", gateways.a, `$JS.API.STREAM.INFO.${theirs}`],
      ["a looks at b's queue", gateways.a, `$JS.API.CONSUMER.INFO.${theirs}.messages`],
      ["a lists mailboxes", gateways.a, "$JS.API.STREAM.LIST"],
      ["a lists names of mailboxes", gateways.a, "$JS.API.STREAM.NAMES"],
      ["a looks at the account", gateways.a, "$JS.API.INFO"],
      ["a makes a stream", gateways.a, "$JS.API.STREAM.CREATE.MINE", `{"name":"MINE","subjects":["mbx.>"]}`],
      ["a changes its mailbox", gateways.a, `$JS.API.STREAM.UPDATE.${own}`, `{"name":"${own}"}`],
      ["a deletes b's mailbox", gateways.a, `$JS.API.STREAM.DELETE.${theirs}`],
      ["a empties b's mailbox", gateways.a, `$JS.API.STREAM.PURGE.${theirs}`],
      ["a deletes a frame of b's", gateways.a, `$JS.API.STREAM.MSG.DELETE.${theirs}`, `{"seq":1}`],
      ["a makes a queue on b's mailbox", gateways.a, `$JS.API.CONSUMER.CREATE.${theirs}.spy`, "{}"],
      ["a makes a queue on its own", gateways.a, `$JS.API.CONSUMER.CREATE.${own}.spy`, "{}"],
      ["a deletes b's queue", gateways.a, `$JS.API.CONSUMER.DELETE.${theirs}.messages`],
      ["a asks the server who is there", gateways.a, "$SYS.REQ.SERVER.PING.CONNZ"],
      ["a has the server reload", gateways.a, `$SYS.REQ.SERVER.${gateways.a.info?.server_id}.RELOAD`],
    ];
    for (const [what, client, subject, body] of violations) {
      assertStringIncludes(await refusal(client, subject, body), "Permissions Violation for Publish", what);
    }
    // All of it is as it was: the frame waits for b's acknowledgement, and b can give it.
    assertEquals(await ask(gateways.b, ack, "+ACK"), "");
  },
});

Deno.test({
  name: "a relay lets nobody listen to others",
  ignore: natsServer.missing,
  async fn() {
    await using hospitals = await Hospitals.open();
    const { b, gateways } = hospitals;
    for (const subject of [">", "mbx.>", "$JS.>", "$SYS.>", "relay.>", `mbx.${b.mailbox}.>`, "*.*.*.*"]) {
      const heard: string[] = [];
      const { promise: refused, resolve } = Promise.withResolvers<Error | void>();
      gateways.c.subscribe(subject, {
        callback: (error, message) => error ? resolve(error) : void heard.push(message.subject),
      });
      await ask(gateways.a, `relay.send.${b.mailbox}.m`, "sealed");
      assertStringIncludes(String(await refused), "Permissions Violation for Subscription", subject);
      assertEquals(heard, []);
    }
    // What c may listen to is heard in c's account alone.
    const heard: string[] = [];
    gateways.c.subscribe("_INBOX.>", { callback: (_, message) => void heard.push(message.subject) });
    await gateways.c.flush();
    assertNotEquals(await fetch(gateways.b, b, "messages"), []);
    await gateways.c.flush();
    assertEquals(heard, []);
  },
});

Deno.test({
  name: "a relay does not know who has another key, and cuts whoever is removed",
  ignore: natsServer.missing,
  async fn() {
    await using hospitals = await Hospitals.open();
    const { site, a, b, c, gateways } = hospitals;
    const stranger = await site.stranger("d");
    const forger = {
      ...a,
      identity: {
        ...a.identity,
        relay: { ...stranger.identity.relay!, publicBytes: a.identity.relay!.publicBytes },
      },
    };
    for (const nobody of [stranger, forger]) {
      assertEquals((await assertRejects(() => site.connect(nobody), Error)).name, "AuthorizationError");
    }

    await site.mitral("remove", site.folder, "b");
    await site.apply();
    await gateways.b.closed();
    assertEquals((await assertRejects(() => site.connect(b), Error)).name, "AuthorizationError");
    assertStringIncludes(await refusal(gateways.a, `relay.send.${b.mailbox}.m`), "RequestError");
    // The others notice nothing.
    for (const [client, user] of [[gateways.a, a], [gateways.c, c]] as const) {
      assertEquals(client.isClosed(), false);
      assertStringIncludes(await ask(client, `$JS.API.STREAM.INFO.MBX_${user.mailbox}`), user.mailbox);
    }
  },
});

Deno.test({
  name: "a relay lets a new link count, and an old one no more, without cutting anybody",
  ignore: natsServer.missing,
  async fn() {
    await using hospitals = await Hospitals.open();
    const { site, b, c, gateways } = hospitals;
    await site.mitral("link", site.folder, "b", "c");
    await site.apply();
    assertStringIncludes(await ask(gateways.c, `relay.send.${b.mailbox}.m`, "sealed"), `"seq":1`);
    assertStringIncludes(await ask(gateways.b, `relay.send.${c.mailbox}.r`, "receipt"), `"seq":1`);
    assertEquals((await fetch(gateways.b, b, "messages")).length, 1);
    const waiting = gateways.b.subscribe("_INBOX.waiting");
    gateways.b.publish(
      `$JS.API.CONSUMER.MSG.NEXT.MBX_${b.mailbox}.messages`,
      JSON.stringify({ batch: 1, expires: 60e9 }),
      { reply: "_INBOX.waiting" },
    );
    await site.mitral("unlink", site.folder, "c", "b");
    await site.apply();
    await refusal(gateways.c, `relay.send.${b.mailbox}.m`);
    // Who waits for a frame goes on waiting over all of it.
    await ask(gateways.a, `relay.send.${b.mailbox}.m`, "late");
    for await (const frame of waiting) {
      assertEquals(frame.string(), "late");
      break;
    }
    assertEquals([gateways.b.isClosed(), gateways.c.isClosed()], [false, false]);
  },
});

Deno.test({
  name: "a relay tells the writer where a mailbox is full, and keeps what is in it",
  ignore: natsServer.missing,
  async fn() {
    await using hospitals = await Hospitals.open(["--mailbox-bytes-max", "1 MB"]);
    const { b, gateways } = hospitals;
    const frame = new Uint8Array(300_000);
    const answers: string[] = [];
    for (let at = 0; at < 4; at++) {
      answers.push(await ask(gateways.a, `relay.send.${b.mailbox}.m`, frame, `${at}`));
    }
    assertEquals(answers.map((answer) => JSON.parse(answer).error?.err_code), [
      undefined,
      undefined,
      undefined,
      10077,
    ]);
    const frames = await fetch(gateways.b, b, "messages");
    assertEquals(frames.map(({ data }) => data.length), [300_000, 300_000, 300_000]);
    for (const { reply } of frames) await ask(gateways.b, reply!, "+ACK");
    // There is room again, and the frame that was refused is not taken for one that came again.
    assertEquals(JSON.parse(await ask(gateways.a, `relay.send.${b.mailbox}.m`, frame, "3")).seq, 4);
  },
});

Deno.test({
  name: "a relay cuts whoever sends a frame over its limit",
  ignore: natsServer.missing,
  async fn() {
    await using hospitals = await Hospitals.open(["--frame-bytes-max", "64 KiB"]);
    const { b, gateways } = hospitals;
    assertEquals(gateways.a.info?.max_payload, 65_536);
    await assertRejects(() => ask(gateways.a, `relay.send.${b.mailbox}.m`, new Uint8Array(65_537)));
    assertEquals((await fetch(gateways.b, b, "messages")).length, 0);
  },
});

Deno.test({
  name: "a relay speaks nothing without TLS, and no TLS before 1.2",
  ignore: natsServer.missing || openssl.missing,
  async fn() {
    await using site = await RelaySite.start();
    const shakes = async (port: number, ...options: string[]) => {
      const { success } = await openssl.command(
        ["s_client", "-connect", `127.0.0.1:${port}`, "-cipher", "DEFAULT@SECLEVEL=0", ...options],
        { stdin: "null", stdout: "null", stderr: "null" },
      ).output();
      return success;
    };
    for (const port of [site.server.port, site.server.websocketPort]) {
      assert(await shakes(port, "-tls1_2"), `TLS 1.2 on ${port}`);
      assert(await shakes(port, "-tls1_3"), `TLS 1.3 on ${port}`);
      assert(!await shakes(port, "-tls1_1"), `TLS 1.1 on ${port}`);
      assert(!await shakes(port, "-tls1"), `TLS 1.0 on ${port}`);
    }
    // The server says nothing in clear: not its name, not the challenge.
    const said = await new Promise<string>((resolve, reject) => {
      let said = "";
      const socket = connect(site.server.port, "127.0.0.1", () => socket.write("CONNECT {}\r\nPING\r\n"));
      socket.on("data", (bytes) => said += bytes.toString("latin1"));
      socket.on("error", reject);
      socket.on("close", () => resolve(said));
    });
    assert(!said.includes("INFO") && !said.includes("PONG"), said);
  },
});
