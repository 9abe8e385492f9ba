import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { postedFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { post, Receiver, send } from "../load.ts";
import { each, line, ratios } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/**
 * How fast a queue that has grown on disk goes out, one message at a time, beside as many straight to the same receiver:
 * messages that say whose they are, and messages that say nothing.
 */
export async function backlog({ folder, count, rounds }: Bench): Promise<void> {
  const receiver = new Receiver();
  const start = async (format: string, contentType: string) => {
    const gateway = await GatewayProcess.start(join(folder, format), postedFile(receiver.port, format));
    let posted = 0;
    const drained = async () => {
      receiver.shut();
      const before = receiver.count;
      await post(`http://127.0.0.1:${gateway.port}/in`, contentType, 32, count, posted);
      posted += count;
      await gateway.idle();
      const startedMs = performance.now();
      receiver.open();
      await receiver.reached(before + count);
      return count / (performance.now() - startedMs) * 1000;
    };
    return { gateway, drained };
  };
  const keyed = await start("hl7v2", "x-application/hl7-v2+er7");
  const keyless = await start("text", "text/plain");
  const found = await inTurn(rounds, {
    straight: () => send(receiver.port, 1, count),
    keyed: keyed.drained,
    keyless: keyless.drained,
  });
  line(
    "straight to the receiver, 1 connection",
    `${said(each(found.straight, (run) => run.perSecond))} msg/s`,
  );
  for (const [what, rates] of [["with", found.keyed], ["without", found.keyless]] as const) {
    const share = ratios(rates, found.straight, (rate, { perSecond }) => 100 * rate / perSecond);
    line(
      `a backlog of ${count} messages ${what} keys goes out`,
      `${said(each(rates, (rate) => rate))} msg/s`,
      `${said(share)} % of straight`,
    );
  }
  await Promise.all([keyed.gateway.stop(), keyless.gateway.stop()]);
  receiver.close();
}
