import { defineListener } from "../../runtime/contract/adapter.ts";
import type { Connection } from "../../runtime/contract/world.ts";
import { Rates } from "../_kit/limits/rate.ts";
import { type Placing, welcomeCalled, welcomeCallers } from "../_kit/net/crowd.ts";
import { receive } from "../_kit/net/reception.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { wayAttempts } from "../_kit/probe/way.ts";
import { Doubts } from "./_doubts.ts";
import { check, config, errors } from "./_listener_spec.ts";
import { AstmSession, type EndedBy } from "./_session.ts";

/**
 * Takes messages of analysers by the low-level protocol of ASTM E1381 (CLSI LIS01-A2) over TCP, as serial-to-Ethernet
 * servers give it, too: from peers that call, or from one peer that it calls itself.
 *
 * The acknowledgement of a message is the ACK of its last frame, since EOT has none. It goes out once the channel has
 * taken the message; of one that the channel refused, too, which is in quarantine then. Where nothing was taken, NAK asks
 * for the last frame again. A frame that comes twice is taken once, and so is a message whose sender has not seen
 * its acknowledgement.
 *
 * Source: ASTM E1381-02, CLSI LIS01-A2.
 */
export default defineListener({
  name: "astm",
  about: "Takes messages of analysers by ASTM E1381 (CLSI LIS01-A2), over TCP.",
  config,
  errors,
  check,
  probe: (tools) => probe(tools, wayAttempts("ASTM", tools)),
  listen(tools) {
    const { config, world, intake, memory, error, report } = tools;
    const { messageBytesMax, repeatMsMax } = config;
    const shared = {
      ...config,
      clock: world.clock,
      intake,
      report,
      rates: new Rates(world.clock, config.messagesPerSecondMax),
      doubts: new Doubts(memory, world.clock, repeatMsMax),
      unfinishedError: (bytes: number, endedBy: EndedBy) =>
        error("ASTM_MESSAGE_UNFINISHED", { bytes, endedBy }),
      tooLargeError: () => error("ASTM_MESSAGE_TOO_LARGE", { messageBytesMax }),
    };
    const serving = (placing: Placing<AstmSession>) => {
      const all = { ...shared, ...placing };
      return (connection: Connection) => new AstmSession(connection, all);
    };
    const { enter, begin } = config.role === "client"
      ? welcomeCalled(serving)
      : welcomeCallers("ASTM", tools, serving);
    return receive("ASTM", tools, enter, begin);
  },
});
