import listener from "../../../adapters/astm/listener.ts";
import sender from "../../../adapters/astm/sender.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { CANARY } from "../../contract/payloads.ts";
import { type ListenerScene, testListener } from "../../contract/listener_kit.ts";
import { testSender } from "../../contract/sender_kit.ts";
import { freePort, latin1, Receiver, Socket } from "../sockets.ts";
import { answer, carries, ENQ, EOT, frame, takeTransfer, transfer } from "./astm_peer.ts";

testListener("astm listener", {
  spec: listener,
  answers: false,
  carries,
  occupied: {
    code: "ASTM_PORT_BUSY",
    config: (address) => ({ port: Number(address.split(":")[1]) }),
  },
  async breakRules(address) {
    const text = latin1(`H|\\^&|${CANARY}\r`);
    using socket = await Socket.dial(address);
    await socket.write(ENQ);
    await answer(socket);
    await socket.write(frame(1, text, "\x17"));
    await answer(socket);
    await socket.write(EOT);
    return text;
  },
  async scene(): Promise<ListenerScene<typeof listener.config>> {
    const open: Socket[] = [];
    return {
      config: { port: 0, messages: "texts" },
      async connect(address) {
        const socket = await Socket.dial(address);
        open.push(socket);
        return {
          exchange: async (bytes) => ({ kind: await transfer(socket, bytes) ? "taken" : "left" }),
          close: () => socket.close(),
        };
      },
      async [Symbol.asyncDispose]() {
        for (const socket of open) socket.close();
      },
    };
  },
});

for (
  const [name, given] of [
    ["that cuts records", {}],
    ["that cuts nothing but long texts", { frames: "texts", textBytesMax: 1_000 }],
    ["that is called", { role: "server" }],
  ] as const satisfies readonly (readonly [string, Partial<ConfigInput<typeof sender.config>>])[]
) {
  testSender(`astm sender ${name}`, {
    spec: sender,
    answers: false,
    carries,
    async scene() {
      const receiver = new Receiver(takeTransfer, "role" in given ? freePort() : undefined);
      return {
        config: { host: "127.0.0.1", port: receiver.port, ...given },
        async next() {
          const { bytes, connection, socket } = await receiver.next();
          return { bytes, connection, answer: () => Promise.resolve(), hangUp: () => socket.close() };
        },
        stop: () => receiver.stop(),
        start: async () => receiver.start(),
        [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
      };
    },
  });
}
