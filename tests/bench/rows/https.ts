import { join } from "node:path";
import { pki } from "../../world/pki.ts";
import { Bare } from "../bare.ts";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { acceptFile, securelyAcceptFile, tlsSite } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { overHttp } from "../http_load.ts";
import { send } from "../load.ts";
import { each, line, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/**
 * Durable accepts by HTTPS with client certificates, over connections that are kept and over one for each request, beside
 * the same without TLS and by MLLP, and beside servers of the platform that keep nothing.
 */
export async function https({ folder, count, rounds }: Bench): Promise<void> {
  const tls = { root: pki.root, client: pki.client };
  await using bare = await Bare.start(pki.root, pki.server);
  const over = overHttp;
  await tlsSite(join(folder, "https"));
  const gateway = await GatewayProcess.start(join(folder, "https"), securelyAcceptFile("https"));
  const mllp = await GatewayProcess.start(join(folder, "mllp"), acceptFile());
  const [secure, plain] = gateway.ports;
  for (const connections of [1, 32]) {
    for (const anew of [false, true]) {
      const messages = (connections === 1 ? count / 10 : count) / (anew ? 5 : 1);
      const cases = {
        bareSecure: () => send(bare.ports.https, connections, messages, { over, tls, anew }),
        barePlain: () => send(bare.ports.http, connections, messages, { over, anew }),
        secure: () => burst(gateway, connections, messages, { over, tls, anew, ports: [secure] }),
        plain: () => burst(gateway, connections, messages, { over, anew, ports: [plain] }),
        mllp: () => burst(mllp, connections, messages, { anew }),
      };
      await inTurn(1, cases);
      const found = await inTurn(rounds, cases);
      line(
        `${connections} connection${connections === 1 ? "" : "s"}${
          anew ? " at once, each for one request" : ", kept"
        }`,
        "",
      );
      const perSecond = (runs: readonly { readonly perSecond: number }[]) =>
        `${said(each(runs, (run) => run.perSecond))} /s`;
      const over100 = (runs: typeof found.secure, beside: readonly { readonly perSecond: number }[]) =>
        `${said(ratios(runs, beside, (a, b) => 100 * a.perSecond / b.perSecond))} %`;
      line("… raw: node:https, client certificates", perSecond(found.bareSecure));
      line("… raw: Deno.serve, without TLS", perSecond(found.barePlain));
      line("… durable accept by MLLP", perSecond(found.mllp));
      line(
        "… durable accept by HTTP",
        perSecond(found.plain),
        `${over100(found.plain, found.barePlain)} of raw, ${over100(found.plain, found.mllp)} of MLLP`,
      );
      line(
        "… durable accept by HTTPS, client certificates",
        perSecond(found.secure),
        `${over100(found.secure, found.bareSecure)} of raw, ${over100(found.secure, found.plain)} of HTTP`,
      );
      line("… the wait for an answer", waits(found.secure));
      const cpu = (runs: typeof found.secure) => said(each(runs, (run) => run.cpuMicroseconds));
      line(
        "… processor time of the gateway",
        `${cpu(found.secure)} µs a request`,
        `HTTP ${cpu(found.plain)}, MLLP ${cpu(found.mllp)} µs`,
      );
    }
  }
  await Promise.all([gateway.stop(), mllp.stop()]);
}
