import sender from "../../../adapters/syslog/sender.ts";
import { testSender } from "../../contract/sender_kit.ts";
import { Receiver } from "../sockets.ts";
import { readFrame, readSyslog } from "./_receiving.ts";

testSender("syslog sender", {
  spec: sender,
  answers: false,
  async scene() {
    const receiver = new Receiver(async (socket) => {
      const frame = await readFrame(socket);
      return frame && readSyslog(frame).bytes.slice();
    });
    return {
      config: { host: "127.0.0.1", port: receiver.port },
      async next() {
        const { bytes, connection, socket } = await receiver.next();
        return { bytes, connection, answer: (answer) => socket.write(answer), hangUp: () => socket.close() };
      },
      stop: () => receiver.stop(),
      start: async () => receiver.start(),
      [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
    };
  },
});
