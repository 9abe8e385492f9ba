import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { answersFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver, send } from "../load.ts";
import { echo } from "../probes.ts";
import { each, line, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** A question through the gateway and its peer's answer back, beside the same question straight to the same peer. */
export async function answers({ folder, count, rounds }: Bench): Promise<void> {
  const peer = new Receiver();
  const gateway = await GatewayProcess.start(join(folder, "answers"), answersFile(peer.port));
  for (const connections of [1, 8]) {
    const questions = connections * count / 20;
    const cases = {
      direct: () => send(peer.port, connections, questions),
      through: () => burst(gateway, connections, questions),
      echo: () => echo(connections, questions),
    };
    await inTurn(1, cases);
    const { direct, through, echo: raw } = await inTurn(rounds, cases);
    const many = `${connections} connection${connections === 1 ? "" : "s"}`;
    line(`question straight to the peer, ${many}`, waits(direct));
    line(`question through the gateway, ${many}`, waits(through));
    line(
      "… through over straight, at p50",
      said(ratios(through, direct, (a, b) => a.p50Ms / b.p50Ms), 1),
      `${said(ratios(through, direct, (a, b) => a.p50Ms - b.p50Ms), 2)} ms added`,
    );
    line(
      "… a second, and processor time",
      `${said(each(through, (run) => run.perSecond))} /s, ${
        said(each(through, (run) => run.cpuMicroseconds))
      } µs`,
      `raw round trips ${said(each(raw, (rate) => rate))} /s`,
    );
  }
  await gateway.stop();
  peer.close();
}
