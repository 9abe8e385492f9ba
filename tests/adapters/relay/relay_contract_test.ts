import listener from "../../../adapters/relay/listener.ts";
import sender from "../../../adapters/relay/sender.ts";
import { decodeFrame, encodeFrame } from "../../../adapters/relay/framing/frame.ts";
import { testListener } from "../../contract/listener_kit.ts";
import { testSender } from "../../contract/sender_kit.ts";
import { FakeRelay } from "./fake_relay.ts";
import { newIdentity } from "./relay_identity.ts";

const [us, them] = [newIdentity(), newIdentity()];

testListener("relay listener", {
  spec: listener,
  answers: true,
  // What was put back comes again a while later.
  polls: 5_000,
  async scene({ clock }) {
    const relay = new FakeRelay(clock, [us, them]);
    relay.own.add(them.mailbox);
    let peers = 0;
    const receipts = new Map<string, PromiseWithResolvers<Uint8Array>>();
    const reading = (async () => {
      for (;;) {
        for (const entry of decodeFrame((await relay.next(them.mailbox, "r")).bytes)) {
          receipts.get(entry.reference.toHex())?.resolve(entry.bytes);
        }
      }
    })();
    void reading;
    return {
      config: { servers: [relay.url] },
      relay: us,
      connect() {
        peers++;
        return Promise.resolve({
          async exchange(bytes: Uint8Array) {
            const reference = crypto.getRandomValues(new Uint8Array(16));
            const receipt = Promise.withResolvers<Uint8Array>();
            receipts.set(reference.toHex(), receipt);
            const entry = { reference, part: 0, parts: 1, contentType: "text/plain", bytes };
            const frame = encodeFrame([entry]);
            const fate = relay.put({ to: us.mailbox, from: them.mailbox, kind: "m", bytes: frame });
            const left = fate.then((how) => how === "acknowledged" ? receipt.promise : undefined);
            const answer = await Promise.race([receipt.promise, left]);
            return answer ? { kind: "answered" as const, bytes: answer } : { kind: "left" as const };
          },
          close() {},
        });
      },
      [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
    };
  },
});

testSender("relay sender", {
  spec: sender,
  answers: true,
  answerMsMax: 900_000,
  async scene({ clock }) {
    const relay = new FakeRelay(clock, [us, them]);
    relay.own.add(them.mailbox);
    const waiting: { bytes: Uint8Array; answer(bytes: Uint8Array): Promise<void>; hangUp(): void }[] = [];
    return {
      config: { servers: [relay.url], mailbox: them.mailbox },
      relay: us,
      async next() {
        while (waiting.length === 0) {
          const { bytes } = await relay.next(them.mailbox, "m");
          for (const { reference, bytes: message } of decodeFrame(bytes)) {
            const reply = (answer: Uint8Array) => {
              const entry = { reference, part: 0, parts: 1, contentType: "text/plain", bytes: answer };
              void relay.put({ to: us.mailbox, from: them.mailbox, kind: "r", bytes: encodeFrame([entry]) });
            };
            waiting.push({
              bytes: message,
              answer: async (answer) => reply(answer),
              hangUp: () => reply(new Uint8Array()),
            });
          }
        }
        return waiting.shift()!;
      },
      stop: () => relay.stop(),
      start: async () => relay.start(),
      [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
    };
  },
});
