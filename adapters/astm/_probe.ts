import type { ProbeTools } from "../../runtime/contract/adapter.ts";
import type { Probe } from "../../runtime/contract/probe.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { callingTls } from "../_kit/probe/tls.ts";
import { wayAttempts } from "../_kit/probe/way.ts";
import { AstmLink, LinkError } from "./_link.ts";
import { type config, type errors, linkCodes } from "./_sender_spec.ts";

type Tools = ProbeTools<typeof config, keyof typeof errors>;

/** Whether the peer can be reached and, where we call it, gives the line: no message is sent. */
export function probeSender(tools: Tools): Probe {
  const way = wayAttempts("ASTM", tools);
  return probe(tools, tools.config.role === "client" ? [...way, exchange(tools)] : way);
}

/** Asks for the line, and gives it back. */
function exchange(tools: Tools): Attempt {
  const { config, world, error, report } = tools;
  const { host = "", port, connectMsMax, answerMsMax } = config;
  const failed = (cause: unknown) => {
    const code = cause instanceof LinkError ? linkCodes[cause.trouble] : "ASTM_ANSWER_MISSING";
    return error(code, { host, port, answerMsMax, enquiriesMax: 1 }, cause);
  };
  return {
    step: "exchange",
    msMax: connectMsMax + answerMsMax + 1_000,
    async run(signal) {
      const tls = await callingTls("ASTM", config.tls, tools)?.();
      const connection = await world.net.connect({ host, port, signal, ...(tls ? { tls } : {}) });
      const link = new AstmLink(connection, {
        ...config,
        enquiriesMax: 1,
        idleMsMax: 0,
        clock: world.clock,
        report,
      });
      const giveUp = () => link.close();
      signal.addEventListener("abort", giveUp, { once: true });
      try {
        await link.transfer([]);
      } finally {
        signal.removeEventListener("abort", giveUp);
        link.close();
      }
      return "ENQ is answered with ACK: the line is given, and was given back";
    },
    failed,
    late: () => failed(new LinkError("late")),
  };
}
