/** The scenarios of the public corpus, played against a gateway with real sockets, or with a clock that is moved. */
import { assert, assertEquals } from "@std/assert";
import { casesOf, corpusTest } from "../../actors/formats/hl7v2/_corpus.ts";
import { type ListenerRig, openListener } from "../../world/tools.ts";
import { unstuck } from "../../world/turns.ts";
import { openGateway, type TestGateway } from "../../interop/_gateway.ts";
import listener from "../../../adapters/mllp/listener.ts";
import { echo } from "./mllp_rigs.ts";
import { latin1, RawPeer, RawServer, textOf } from "./mllp_peer.ts";

const message = (id: string, encoding = "^~\\&") =>
  `MSH|${encoding}|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|${id}|P|2.5|||||||UNICODE UTF-8\rPID|1||4711\r`;
const answerOf = (code: string, id: string) =>
  `MSH|^~\\&|EHR|||LAB|20260101||ACK|X${id}|P|2.5\rMSA|${code}|${id}\r`;
const idIn = (text: string) => text.split("|")[9];

/** MSA-1 and MSA-2 of an answer. */
function msa(answer: string | undefined): string | undefined {
  return answer && /\rMSA\|([^|]*)\|([^|\r]*)/.exec(answer)?.slice(1).join(" ");
}

/** A gateway that takes messages and writes them into a folder. */
function taking(): Promise<TestGateway> {
  return openGateway({
    lab: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send: { files: { file: { path: "./out" } } } },
  });
}

/** A gateway that sends to a peer what comes by its listener, again and again at once. */
async function sendingTo(
  server: RawServer,
  sender: Record<string, unknown> = {},
): Promise<TestGateway & { give(...ids: string[]): Promise<void> }> {
  const under = await openGateway({
    lab: {
      listen: { mllp: { port: 0 } },
      parse: "hl7v2",
      retry: { firstMs: 1, longestMs: 1 },
      send: { ehr: { mllp: { host: "127.0.0.1", port: server.port, ...sender } } },
    },
  });
  return {
    ...under,
    async give(...ids) {
      using peer = await RawPeer.dial(under.address("lab"));
      for (const id of ids) {
        await peer.send(message(id));
        assertEquals(msa(await peer.text()), `AA ${id}`);
      }
    },
  };
}

/** A peer of a listener whose clock the play moves. */
async function slowly(play: (rig: ListenerRig, peer: RawPeer) => Promise<void>): Promise<void> {
  await using rig = await openListener(listener, { port: 0 });
  echo(rig);
  using peer = await RawPeer.dial(rig.listening.address);
  await play(rig, peer);
}

const plays: Readonly<Record<string, () => Promise<void>>> = {
  async "reply-order"() {
    await using under = await taking();
    using peer = await RawPeer.dial(under.address("lab"));
    const ids = ["1", "2", "3"];
    for (const id of ids) await peer.send(message(id));
    for (const id of ids) assertEquals(msa(await peer.text()), `AA ${id}`);
  },

  "idle-then-send": () =>
    slowly(async ({ clock }, peer) => {
      await clock.advance(5_000);
      await peer.send("one");
      assertEquals(await peer.text(), "AA one");
    }),

  async "invalid-payload"() {
    await using under = await taking();
    let peer = await RawPeer.dial(under.address("lab"));
    const fates: (string | undefined)[] = [];
    for (let number = 1; number <= 10; number++) {
      await peer.send(number === 5 ? "INVALID PAYLOAD" : message(`${number}`));
      const answer = await peer.text();
      fates.push(msa(answer));
      if (answer) continue;
      peer.close();
      peer = await RawPeer.dial(under.address("lab"));
    }
    peer.close();
    assertEquals(
      fates,
      ["1", "2", "3", "4", "", "6", "7", "8", "9", "10"].map((id) => id ? `AA ${id}` : undefined),
    );
    const kept = await under.gateway.archive.list({ state: "quarantined" });
    assertEquals(kept.length, 1, "what is no message is kept");
  },

  "pause-mid-message": () =>
    slowly(async ({ clock, intake }, peer) => {
      await peer.write("\x0bon");
      await clock.armed(30_000);
      await clock.advance(100);
      await peer.write("e\x1c\r");
      assertEquals(await peer.text(), "AA one");
      await peer.write("\x0btw");
      await clock.pass(intake.gottenRefused(1));
      assertEquals(intake.refused[0].error.code, "MLLP_FRAME_END_MISSING");
      assertEquals(intake.texts, ["one"]);
    }),

  async "bad-msh2-byte"() {
    await using under = await taking();
    using peer = await RawPeer.dial(under.address("lab"));
    await peer.send(message("1", "^~\\\xff"));
    await peer.text();
    const [record] = await under.gateway.archive.list({});
    assert(record, "it is received and kept");
  },

  async "client-nak"() {
    for (const code of ["AE", "AR", "CE", "CR"]) {
      await using server = new RawServer();
      await using under = await sendingTo(server);
      await under.give("1");
      const { peer } = await server.next();
      await peer.send(answerOf(code, "1"));
      const event = await under.seen(
        code === "AE" || code === "CE" ? "messageQuarantined" : "deliveryFailed",
      );
      assertEquals("error" in event && event.error?.blame, "receiver", code);
      assertEquals(under.gateway.snapshot().channels[0].counts.delivered, 0, `${code} counts as delivered`);
      // Another attempt may be under way, which nobody answers.
      await server.stop();
    }
  },

  async "client-no-ack"() {
    await using server = new RawServer();
    await using under = await sendingTo(server, { answerMsMax: 250 });
    await under.give("1", "2");
    for (let attempt = 1; attempt <= 3; attempt++) {
      assertEquals(idIn(textOf((await server.next()).bytes)), "1", "another message overtook it");
    }
    assertEquals(under.gateway.snapshot().channels[0].destinations.ehr.queued, 2);
    await answerAll(server, ["1", "2"]);
  },

  async "client-blank-ack"() {
    await using server = new RawServer();
    await using under = await sendingTo(server);
    await under.give("1");
    await (await server.next()).peer.send("");
    const event = await under.seen("deliveryFailed");
    assertEquals("error" in event && event.error?.code, "MLLP_ANSWER_EMPTY");
    await answerAll(server, ["1"]);
    await under.seen("messageDelivered");
  },

  async "ack-missing-EOD"() {
    await using server = new RawServer();
    await using under = await sendingTo(server);
    await under.give("1");
    const { peer } = await server.next();
    await peer.write(`\x0b${answerOf("AA", "1")}\x1c`);
    await under.seen("messageDelivered");
  },
};

/** Takes each message until the last of them is taken, and says which came first. */
async function answerAll(server: RawServer, ids: readonly string[]): Promise<void> {
  const taken: string[] = [];
  while (taken.length < ids.length) {
    const { bytes, peer } = await server.next();
    const id = idIn(textOf(bytes));
    if (taken.at(-1) !== id) taken.push(id);
    await peer.send(latin1(answerOf("AA", id))).catch(() => {});
  }
  assertEquals(taken, ids);
}

/** Needs a process that is killed: `tests/crash/answer_kill_test.ts`. */
const elsewhere = ["ack-after-persist"];

for (const [name, play] of Object.entries(plays)) {
  Deno.test(`mllp plays the scenario ${name}`, () => unstuck(play));
}

corpusTest("mllp plays every scenario of the corpus", () => {
  const names = casesOf<{ name: string }>("mllp_scenarios").map(({ name }) => name);
  assertEquals(names.filter((name) => !(name in plays) && !elsewhere.includes(name)), []);
});
