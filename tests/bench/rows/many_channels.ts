import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { channelsFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver } from "../load.ts";
import { acknowledged, delivered, line, mostMemory, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

const MANY = 200;

/** The load of one channel, spread over two hundred of a gateway. */
export async function manyChannels({ folder, count, rounds }: Bench): Promise<void> {
  const receiver = new Receiver();
  const start = (channels: number) =>
    GatewayProcess.start(join(folder, `${channels}`), channelsFile(channels, receiver.port));
  const [one, many] = [await start(1), await start(MANY)];
  const cases = {
    one: () => burst(one, 32, count, { receiver }),
    many: () => burst(many, MANY, count, { receiver, ports: many.ports }),
  };
  await inTurn(1, cases);
  const found = await inTurn(Math.min(rounds, 3), cases);
  line("one channel, 32 connections", acknowledged(found.one));
  line("… delivered", delivered(found.one));
  const share = ratios(found.many, found.one, (a, b) => 100 * a.perSecond / b.perSecond);
  line(
    `${MANY} channels, a connection each`,
    acknowledged(found.many),
    `${said(share)} % of one channel`,
  );
  line("… delivered", delivered(found.many));
  line("… the wait for an ACK", waits(found.many));
  line("… start until ready", `${many.readyMs.toFixed(0)} ms`, `${one.readyMs.toFixed(0)} ms with one`);
  line("… most memory", await mostMemory(many), `${await mostMemory(one)} with one`);
  await Promise.all([one.stop(), many.stop()]);
  receiver.close();
}
