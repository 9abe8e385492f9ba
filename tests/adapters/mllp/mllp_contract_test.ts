import listener from "../../../adapters/mllp/listener.ts";
import sender from "../../../adapters/mllp/sender.ts";
import { type Exchange, type ListenerPeer, testListener } from "../../contract/listener_kit.ts";
import { type SenderScene, testSender } from "../../contract/sender_kit.ts";
import { CANARY } from "../../contract/payloads.ts";
import { turns } from "../../world/turns.ts";
import { freePort, type GottenFrame, latin1, RawCaller, RawPeer, RawServer } from "./mllp_peer.ts";
import type { SenderConfig } from "./mllp_rigs.ts";

/** The raw peer takes any FS CR for an end; so messages hold neither mark. */
const carries = (byte: number) => byte !== 0x0b && byte !== 0x1c;
const ACK = "\x06";
const isCommit = (bytes: Uint8Array, code: string) => bytes.length === 1 && bytes[0] === code.charCodeAt(0);

/** Sends a message as each release does, and says how it fared. */
async function exchange(peer: RawPeer, bytes: Uint8Array, release: number): Promise<Exchange> {
  await peer.send(bytes);
  if (release === 2) {
    const commit = await peer.frame();
    if (!commit || !isCommit(commit, ACK)) return { kind: "left" };
  }
  const answer = await peer.frame();
  if (!answer) return { kind: "left" };
  if (release === 2) await peer.send(ACK);
  return { kind: "answered", bytes: answer };
}

for (const release of [1, 2]) {
  testListener(`mllp ${release} listener`, {
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
        config: { port: 0, release },
        async connect(address) {
          const peer = await RawPeer.dial(address);
          peers.push(peer);
          return { exchange: (bytes) => exchange(peer, bytes, release), close: () => peer.close() };
        },
        async [Symbol.asyncDispose]() {
          for (const peer of peers) peer.close();
        },
      };
    },
  });
}

testListener("mllp listener that calls", {
  spec: listener,
  answers: true,
  carries,
  peersAtOnce: 1,
  async scene({ clock }) {
    const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const calls: RawPeer[] = [];
    const peers: RawPeer[] = [];
    const accepting = (async () => {
      for await (const socket of server) calls.push(new RawPeer(socket));
    })();
    return {
      config: { role: "client" as const, port: server.addr.port },
      async connect(): Promise<ListenerPeer> {
        // It calls again a while after the last connection was lost.
        for (let wait = 0; calls.length === 0 && wait < 20; wait++) {
          await turns(10);
          await clock.advance(1_000);
        }
        const peer = calls.shift();
        if (!peer) throw new Error("nobody calls");
        peers.push(peer);
        return { exchange: (bytes) => exchange(peer, bytes, 1), close: () => peer.close() };
      },
      async [Symbol.asyncDispose]() {
        server.close();
        for (const peer of [...calls, ...peers]) peer.close();
        await accepting;
      },
    };
  },
});

/** A peer that gets what the sender sends, by whichever way. */
function sceneOf(
  peer: RawServer | RawCaller,
  config: SenderConfig,
): SenderScene<typeof sender.config> {
  const next = async (): Promise<GottenFrame> => {
    const frame = await peer.next();
    if (config.release !== 2) return frame;
    if (isCommit(frame.bytes, ACK)) return await next();
    await frame.peer.send(ACK).catch(() => {});
    return frame;
  };
  return {
    config,
    async next() {
      const { bytes, connection, peer } = await next();
      return {
        bytes,
        connection,
        answer: (answer) => peer.send(answer).catch(() => {}),
        hangUp: () => peer.close(),
      };
    },
    stop: () => peer.stop(),
    start: async () => peer.start(),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

for (
  const [name, given] of [
    ["keeping its connection", { connections: 3 }],
    ["closing its connection", { connections: 3, keepAlive: false }],
    ["with several messages in flight", { inFlightMax: 3 }],
    ["of release 2", { release: 2 }],
  ] as const
) {
  testSender(`mllp sender ${name}`, {
    spec: sender,
    answers: true,
    answerMsMax: 30_000,
    carries,
    keepsOrder: "inFlightMax" in given,
    async scene() {
      const server = new RawServer();
      return sceneOf(server, { host: "127.0.0.1", port: server.port, ...given });
    },
  });
}

testSender("mllp sender that is called", {
  spec: sender,
  answers: true,
  answerMsMax: 30_000,
  carries,
  async scene() {
    const port = freePort();
    return sceneOf(new RawCaller(port), { role: "server", port });
  },
});
