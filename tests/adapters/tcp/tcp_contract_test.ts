import listener from "../../../adapters/tcp/listener.ts";
import sender from "../../../adapters/tcp/sender.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { CANARY } from "../../contract/payloads.ts";
import {
  type Exchange,
  type ListenerPeer,
  type ListenerScene,
  testListener,
} from "../../contract/listener_kit.ts";
import { type SenderScene, testSender } from "../../contract/sender_kit.ts";
import { freePort, joined, latin1, Receiver, Socket } from "../sockets.ts";

type ListenerConfig = ConfigInput<typeof listener.config>;
type SenderConfig = ConfigInput<typeof sender.config>;

/** A framing, written anew for the other end. */
interface Way {
  readonly name: string;
  readonly framing: SenderConfig["framing"];
  readonly carries?: (byte: number) => boolean;
  wrap(bytes: Uint8Array): Uint8Array;
  read(socket: Socket): Promise<Uint8Array | undefined>;
}

const STX = latin1("\x02"), ETX_CR = latin1("\x03\r");

const marks: Way = {
  name: "marks",
  framing: { start: "STX", end: "\\x03\\r" },
  carries: (byte) => byte !== 0x02 && byte !== 0x03,
  wrap: (bytes) => joined(STX, bytes, ETX_CR),
  read: async (socket) => (await socket.takeUntil(ETX_CR))?.subarray(1),
};

const binary: Way = {
  name: "a binary length in front",
  framing: { prefix: { bytes: 4, endian: "little" } },
  wrap(bytes) {
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, bytes.length, true);
    return joined(head, bytes);
  },
  async read(socket) {
    const head = await socket.take(4);
    return head && await socket.take(new DataView(head.buffer).getUint32(0, true));
  },
};

const digits: Way = {
  name: "a length in digits in front, which counts itself",
  framing: { prefix: { bytes: 6, encoding: "digits", countsItself: true } },
  wrap: (bytes) => joined(latin1(`${1_000_006 + bytes.length}`.slice(1)), bytes),
  async read(socket) {
    const head = await socket.take(6);
    return head && await socket.take(Number(new TextDecoder().decode(head)) - 6);
  },
};

for (const { name, framing, carries, wrap, read } of [marks, binary, digits]) {
  testListener(`tcp listener with ${name}`, {
    spec: listener,
    answers: true,
    carries,
    occupied: {
      code: "TCP_PORT_BUSY",
      config: (address) => ({ port: Number(address.split(":")[1]), framing }),
    },
    async breakRules(address) {
      const bytes = latin1(`ORDER ${CANARY}`);
      using socket = await Socket.dial(address);
      await socket.write(
        wrap(joined(bytes, latin1("rest"))).subarray(0, wrap(bytes).length - (framing.end ? 2 : 0)),
      );
      return bytes;
    },
    async scene(): Promise<ListenerScene<typeof listener.config>> {
      return sceneAt({ port: 0, framing, answers: "framed" }, async (socket, bytes) => {
        await socket.write(wrap(bytes));
        const answer = await read(socket);
        return answer ? { kind: "answered", bytes: answer } : { kind: "left" };
      });
    },
  });
}

testListener("tcp listener that answers with ACK and NAK", {
  spec: listener,
  answers: false,
  carries: marks.carries,
  async scene(): Promise<ListenerScene<typeof listener.config>> {
    const config: ListenerConfig = { port: 0, framing: marks.framing, answers: "fixed" };
    return sceneAt(config, async (socket, bytes) => {
      await socket.write(marks.wrap(bytes));
      return (await socket.take(1))?.[0] === 0x06 ? { kind: "taken" } : { kind: "left" };
    });
  },
});

testListener("tcp listener of one message a connection", {
  spec: listener,
  answers: true,
  async scene(): Promise<ListenerScene<typeof listener.config>> {
    const open: Socket[] = [];
    return {
      config: { port: 0, framing: { untilClose: true }, answers: "framed" },
      async connect(address) {
        const first = await Socket.dial(address);
        open.push(first);
        let next: Socket | undefined = first;
        return {
          async exchange(bytes) {
            const socket = next ?? await Socket.dial(address);
            next = undefined;
            open.push(socket);
            await socket.write(bytes);
            await socket.finish();
            const answer = await socket.takeAll();
            return answer.length > 0 ? { kind: "answered", bytes: answer } : { kind: "left" };
          },
          close: () => first.close(),
        };
      },
      async [Symbol.asyncDispose]() {
        for (const socket of open) socket.close();
      },
    };
  },
});

function sceneAt(
  config: ListenerConfig,
  exchange: (socket: Socket, bytes: Uint8Array) => Promise<Exchange>,
): ListenerScene<typeof listener.config> {
  const open: Socket[] = [];
  return {
    config,
    async connect(address: string): Promise<ListenerPeer> {
      const socket = await Socket.dial(address);
      open.push(socket);
      return { exchange: (bytes) => exchange(socket, bytes), close: () => socket.close() };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.close();
    },
  };
}

/** A peer that gets what the sender sends. */
function sceneOf(
  receiver: Receiver,
  config: SenderConfig,
  wrap: (bytes: Uint8Array) => Uint8Array,
): SenderScene<typeof sender.config> {
  return {
    config,
    async next() {
      const { bytes, connection, socket } = await receiver.next();
      return {
        bytes,
        connection,
        answer: (answer) => socket.write(wrap(answer)),
        hangUp: () => socket.close(),
      };
    },
    stop: () => receiver.stop(),
    start: async () => receiver.start(),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}

for (const { name, framing, carries, wrap, read } of [marks, binary, digits]) {
  testSender(`tcp sender with ${name}`, {
    spec: sender,
    answers: true,
    answerMsMax: 30_000,
    carries,
    async scene() {
      const receiver = new Receiver(read);
      return sceneOf(receiver, { host: "127.0.0.1", port: receiver.port, framing }, wrap);
    },
  });
}

testSender("tcp sender that closes its connection", {
  spec: sender,
  answers: true,
  answerMsMax: 30_000,
  async scene() {
    const receiver = new Receiver(binary.read);
    const config = { host: "127.0.0.1", port: receiver.port, framing: binary.framing, keepAlive: false };
    return sceneOf(receiver, config, binary.wrap);
  },
});

testSender("tcp sender that is called", {
  spec: sender,
  answers: true,
  answerMsMax: 30_000,
  async scene() {
    const port = freePort();
    const config = { role: "server" as const, port, framing: binary.framing };
    return sceneOf(new Receiver(binary.read, port), config, binary.wrap);
  },
});

testSender("tcp sender that waits for ACK", {
  spec: sender,
  answers: false,
  carries: marks.carries,
  async scene() {
    const receiver = new Receiver(async (socket) => {
      const message = await marks.read(socket);
      if (message) await socket.write("\x06");
      return message;
    });
    const { framing, wrap } = marks;
    return sceneOf(receiver, { host: "127.0.0.1", port: receiver.port, framing, answers: "fixed" }, wrap);
  },
});

for (const way of [binary, undefined]) {
  testSender(`tcp sender without answers, with ${way?.name ?? "one message a connection"}`, {
    spec: sender,
    answers: false,
    async scene() {
      const whole = async (socket: Socket) => {
        const bytes = await socket.takeAll();
        return bytes.length > 0 ? bytes : undefined;
      };
      const receiver = new Receiver(way?.read ?? whole);
      const framing = way?.framing ?? { untilClose: true };
      return sceneOf(
        receiver,
        { host: "127.0.0.1", port: receiver.port, framing, answers: "none" },
        (bytes) => bytes,
      );
    },
  });
}
