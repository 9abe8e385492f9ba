import { defineListener } from "../../runtime/contract/adapter.ts";
import type { Connection } from "../../runtime/contract/world.ts";
import { bytesOf } from "../_kit/bytes/control_characters.ts";
import { Rates } from "../_kit/limits/rate.ts";
import { type Placing, welcomeCalled, welcomeCallers } from "../_kit/net/crowd.ts";
import { receive } from "../_kit/net/reception.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { wayAttempts } from "../_kit/probe/way.ts";
import { breachCodes, check, config, errors } from "./_listener_spec.ts";
import { TcpSession } from "./_session.ts";
import type { BrokenFrame } from "./framing/frame_reader.ts";
import { framingOf } from "./framing/framing.ts";

/**
 * Takes messages over TCP, told apart by their length, by a length in front of them, by marks around them, or by
 * the end of the connection: from peers that call, or from one peer that it calls itself.
 *
 * Messages of a connection are taken in order, each when the one before is taken. An answer goes out only when the intake
 * has given it. Where a message is not taken and there is nothing to say, the connection is closed. A peer that gets
 * no answers cannot know what was taken: what has come whole is offered to the channel until that takes it, but what
 * is under way when either side stops is lost.
 *
 * What breaks off goes to quarantine. Bytes between messages are counted, not kept. An empty message is skipped.
 */
export default defineListener({
  name: "tcp",
  about: "Takes messages over TCP, by TLS or plain, with a framing of your choice.",
  config,
  errors,
  check,
  probe: (tools) => probe(tools, wayAttempts("TCP", tools)),
  listen(tools) {
    const { config, world, intake, error, report } = tools;
    const { frameBytesMax, pauseMsMax, frameMsMax } = config;
    const shared = {
      ...config,
      clock: world.clock,
      intake,
      report,
      framing: framingOf(config.framing),
      rates: new Rates(world.clock, config.messagesPerSecondMax),
      ack: bytesOf(config.ack),
      nak: bytesOf(config.nak),
      breachError: ({ breach, bytes }: BrokenFrame) =>
        error(breachCodes[breach], { frameBytesMax, pauseMsMax, frameMsMax, bytes: bytes.length }),
    };
    const serving = (placing: Placing<TcpSession>) => {
      const all = { ...shared, ...placing };
      return (connection: Connection) => new TcpSession(connection, all);
    };
    const { enter, begin } = config.role === "client"
      ? welcomeCalled(serving)
      : welcomeCallers("TCP", tools, serving);
    return receive("TCP", tools, enter, begin);
  },
});
