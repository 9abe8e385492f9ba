import listener from "../../../adapters/mllp/listener.ts";
import sender from "../../../adapters/mllp/sender.ts";
import { testListener } from "../../contract/listener_kit.ts";
import { testSender } from "../../contract/sender_kit.ts";
import { CANARY } from "../../contract/payloads.ts";
import { latin1, RawPeer, RawServer } from "./mllp_peer.ts";

/** The raw peer takes any FS CR for an end; so messages hold neither mark. */
const carries = (byte: number) => byte !== 0x0b && byte !== 0x1c;

testListener("mllp listener", {
  spec: listener,
  answers: true,
  carries,
  occupied: {
    code: "MLLP_PORT_BUSY",
    config: (address) => ({ port: Number(address.split(":")[1]) }),
  },
  async breakRules(address) {
    const bytes = latin1(`MSH|${CANARY}`);
    using peer = await RawPeer.dial(address);
    await peer.write("\x0b");
    await peer.write(bytes);
    return bytes;
  },
  async scene() {
    const peers: RawPeer[] = [];
    return {
      config: { port: 0 },
      async connect(address) {
        const peer = await RawPeer.dial(address);
        peers.push(peer);
        return {
          async exchange(bytes) {
            await peer.send(bytes);
            const answer = await peer.frame();
            return answer ? { kind: "answered", bytes: answer } : { kind: "left" };
          },
          close: () => peer.close(),
        };
      },
      async [Symbol.asyncDispose]() {
        for (const peer of peers) peer.close();
      },
    };
  },
});

for (const keepAlive of [true, false]) {
  testSender(`mllp sender ${keepAlive ? "keeping" : "closing"} its connection`, {
    spec: sender,
    answers: true,
    answerMsMax: 30_000,
    carries,
    async scene() {
      const server = new RawServer();
      return {
        config: { host: "127.0.0.1", port: server.port, keepAlive, connections: 3 },
        async next() {
          const { bytes, connection, peer } = await server.next();
          return {
            bytes,
            connection,
            answer: (answer) => peer.send(answer).catch(() => {}),
            hangUp: () => peer.close(),
          };
        },
        stop: () => server.stop(),
        start: async () => server.start(),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  });
}
