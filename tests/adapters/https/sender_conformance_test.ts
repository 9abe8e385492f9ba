import sender from "../../../adapters/https/sender.ts";
import { testSender } from "../../contract/sender_kit.ts";
import { HttpPeer } from "./http_peer.ts";

const answerMsMax = 5_000;

testSender("https sender", {
  spec: sender,
  answers: true,
  answerMsMax,
  async scene() {
    const peer = await HttpPeer.open();
    return {
      config: { url: peer.url, answerMsMax, connections: 3 },
      async next() {
        const request = await peer.next();
        return {
          // The connections are the platform's: an answer belongs to its request, so keeping one does no harm.
          bytes: request.bytes,
          answer: (bytes) => request.respond(200, bytes, { "content-type": "text/plain" }),
          hangUp: () => request.hangUp(),
        };
      },
      stop: () => peer.stop(),
      start: () => peer.start(),
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
});
