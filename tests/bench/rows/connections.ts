import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { acceptFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver, send } from "../load.ts";
import { acknowledged, each, line, mostMemory, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** A connection for each message, as some senders do it: durable accepts beside the same without a gateway. */
export async function connections({ folder, count, rounds }: Bench): Promise<void> {
  const receiver = new Receiver();
  const gateway = await GatewayProcess.start(join(folder, "connections"), acceptFile());
  const messages = count / 2;
  const cases = {
    straight: () => send(receiver.port, 32, messages, { anew: true }),
    kept: () => burst(gateway, 32, messages),
    anew: () => burst(gateway, 32, messages, { anew: true }),
  };
  await inTurn(1, cases);
  const { straight, kept, anew } = await inTurn(Math.min(rounds, 3), cases);
  line("straight to the receiver, 32 at once, each by a new one", acknowledged(straight));
  line("durable accept, over 32 that are kept", acknowledged(kept));
  const share = ratios(anew, kept, (a, b) => 100 * a.perSecond / b.perSecond);
  line(
    "durable accept, 32 at once, each by a new one",
    acknowledged(anew),
    `${said(share)} % of kept connections`,
  );
  line("… the wait for an ACK", waits(anew));
  line("… processor time of the gateway", `${said(each(anew, (run) => run.cpuMicroseconds))} µs a message`);
  line("… most memory", await mostMemory(gateway));
  await gateway.stop();
  receiver.close();
}
