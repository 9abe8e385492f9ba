import { join } from "node:path";
import { pki } from "../../world/pki.ts";
import { Bare } from "../bare.ts";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { securelyAcceptFile, tlsSite } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver, send } from "../load.ts";
import { acknowledged, each, line, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** Durable accepts by MLLP over TLS with client certificates, beside plain MLLP to the same gateway. */
export async function mllpTls({ folder, count, rounds }: Bench): Promise<void> {
  const tls = { root: pki.root, client: pki.client };
  await using bare = await Bare.start(pki.root, pki.server);
  const receiver = new Receiver();
  await tlsSite(join(folder, "mllp-tls"));
  const gateway = await GatewayProcess.start(join(folder, "mllp-tls"), securelyAcceptFile("mllp"));
  const [secure, plain] = gateway.ports;
  for (const connections of [1, 32]) {
    for (const anew of [false, true]) {
      const messages = (connections === 1 ? count / 10 : count) / (anew ? 5 : 1);
      const cases = {
        bareSecure: () => send(bare.ports.mllpTls, connections, messages, { tls, anew }),
        barePlain: () => send(receiver.port, connections, messages, { anew }),
        secure: () => burst(gateway, connections, messages, { tls, anew, ports: [secure] }),
        plain: () => burst(gateway, connections, messages, { anew, ports: [plain] }),
      };
      await inTurn(1, cases);
      const found = await inTurn(rounds, cases);
      const share = (runs: typeof found.secure, beside: readonly { readonly perSecond: number }[]) =>
        `${said(ratios(runs, beside, (a, b) => 100 * a.perSecond / b.perSecond))} %`;
      line(
        `${connections} connection${connections === 1 ? "" : "s"}${
          anew ? " at once, each for one message" : ", kept"
        }`,
        "",
      );
      line("… raw: node:tls, client certificates", acknowledged(found.bareSecure));
      line("… raw: plain", acknowledged(found.barePlain));
      line("… durable accept, plain", acknowledged(found.plain));
      line(
        "… durable accept by TLS, client certificates",
        acknowledged(found.secure),
        `${share(found.secure, found.plain)} of plain, ${share(found.secure, found.bareSecure)} of raw`,
      );
      line("… the wait for an ACK", waits(found.secure));
      const cpu = (runs: typeof found.secure) => said(each(runs, (run) => run.cpuMicroseconds));
      line(
        "… processor time of the gateway",
        `${cpu(found.secure)} µs a message`,
        `plain ${cpu(found.plain)} µs`,
      );
    }
  }
  await gateway.stop();
  receiver.close();
}
