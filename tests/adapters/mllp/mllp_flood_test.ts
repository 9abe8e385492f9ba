/** A sender that never waits for an answer, over real TCP, while nothing can be delivered. */
import { assert, assertEquals } from "@std/assert";
import { Gateway, type GatewayEvent } from "mitral";
import { freePort } from "../../../examples/_kit/ports.ts";
import { Receiver } from "../../../examples/_kit/receiver.ts";
import { writeMasterKey } from "../../world/master_key.ts";
import { settles, unstuck } from "../../world/turns.ts";
import { RawPeer } from "./mllp_peer.ts";

const PENDING_MAX = 2_000_000;
const text = "x".repeat(60_000);
const message = (at: number) =>
  `MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|M${at}|P|2.5\rPID|1||4711\rNTE|1||${text}\r`;

/** What may be under way beside what is counted: the system's buffers of a connection, and what one read brings. */
const BUFFERS = 12 << 20;

Deno.test("mllp: a flood is held back by TCP once the journal is full, and all of it arrives, in order", () =>
  unstuck(async () => {
    const folder = await Deno.makeTempDir();
    const port = freePort();
    try {
      await writeMasterKey(folder);
      let opened = 0;
      const closed = Promise.withResolvers<GatewayEvent>();
      const observer = (event: GatewayEvent) => {
        if (event.name === "intakeClosed") closed.resolve(event);
        if (event.name === "intakeOpened") opened++;
      };
      await using gateway = await Gateway.open({
        gateway: "flooded",
        journal: { pendingBytesMax: PENDING_MAX },
        channels: {
          lab: {
            listen: { mllp: { port: 0, inFlightMax: 16 } },
            parse: "hl7v2",
            retry: { firstMs: 20, longestMs: 50 },
            send: { ehr: { mllp: { host: "127.0.0.1", port } } },
          },
        },
      }, { folder, observer });
      using peer = await RawPeer.dial(gateway.snapshot().channels[0].address);
      let [written, answered] = [0, 0];
      const answers = (async () => {
        while (await peer.frame()) answered++;
      })();
      let writing: Promise<void>;
      let isFull = false;
      closed.promise.then(() => isFull = true);
      for (;;) {
        writing = peer.send(message(written));
        while (!await settles(writing, 100) && !isFull);
        if (!await settles(writing, 100)) break;
        written++;
        assert(written * text.length < PENDING_MAX + BUFFERS, "nothing holds the flood back");
      }
      assertEquals((await closed.promise as { reason?: string }).reason, "journal is full");
      const { journal, ready } = gateway.snapshot();
      // Past the mark by no more than one connection may have in flight.
      assert(journal.pendingBytes <= PENDING_MAX + 17 * message(0).length, `${journal.pendingBytes}`);
      assertEquals([ready, opened], [false, 0]);

      const arrived: string[] = [];
      const all = Promise.withResolvers<void>();
      await using _ehr = Receiver.listen(port, ({ controlId }) => {
        arrived.push(controlId);
        if (arrived.length > written) all.resolve();
      });
      await writing;
      await all.promise;
      assertEquals(arrived, Array.from({ length: written + 1 }, (_, at) => `M${at}`));
      while (answered <= written) await settles(answers, 10);
      // It opens somewhat below the mark, not with every message that is delivered.
      assert(opened <= written / 10, `${opened} of ${written}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }, 60_000));
