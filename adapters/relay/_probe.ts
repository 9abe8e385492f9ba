import type { Probe } from "../../runtime/contract/probe.ts";
import { type Attempt, probe } from "../_kit/probe/attempts.ts";
import { reach } from "../_kit/probe/reach.ts";
import { proxyTo } from "../_kit/net/proxy.ts";
import { type Calling, openCalling } from "../_kit/tls/calling.ts";
import type { RelayTools } from "./_errors.ts";
import type { ConnectingConfig } from "./_settings.ts";
import { dialError } from "./connecting/dial.ts";
import { signInAt } from "./connecting/line.ts";
import { type Place, placeOf } from "./connecting/place.ts";

/** What the connection test needs of what it is given. */
interface RelayProbeTools extends RelayTools {
  readonly config: ConnectingConfig;
  readonly signal: AbortSignal;
}

/**
 * Whether the servers can be reached, let us in, and have a mailbox for us that is safe. Of several the first is tried, and
 * the next where it does not come to that; nothing is taken from the mailbox.
 */
export async function* probeRelay(tools: RelayProbeTools): Probe {
  const { config: { tls: settings, connectMsMax: msMax }, error } = tools;
  const ready: Calling[] = [];
  yield* probe(tools, [{
    step: "settings",
    msMax,
    async run() {
      if (!tools.relay) throw error("RELAY_IDENTITY_MISSING");
      ready.push(await openCalling("RELAY", settings, tools));
      return `our mailbox is ${tools.relay.mailbox}`;
    },
    failed: (cause) => error("RELAY_SERVERS_UNFIT", {}, cause),
  }]);
  const [tls] = ready;
  if (!tls) return;
  using _open = tls;
  const places = tools.config.servers.flatMap((server) => placeOf(server) ?? []);
  for (const [index, place] of places.entries()) {
    const isLast = index === places.length - 1;
    let hasFailed = false;
    for await (const result of probe(tools, await attempts(place, tls, tools))) {
      hasFailed ||= result.error !== undefined;
      // What another server makes up for is no failure of the relay.
      if (result.error && !isLast) yield { step: result.step, says: result.says, ms: result.ms };
      else yield result;
    }
    if (!hasFailed) return;
  }
}

async function attempts(place: Place, tls: Calling, tools: RelayProbeTools): Promise<readonly Attempt[]> {
  const { config, error, world: { net } } = tools, { host, port, speaks } = place;
  const { connectMsMax: msMax, proxy: settings } = config;
  const failed = (cause: unknown) => dialError(place, tools, cause);
  const late = (cause: unknown) => error("RELAY_CONNECT_LATE", { host, port, connectMsMax: msMax }, cause);
  const proxy = await proxyTo(
    new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}/`),
    settings,
    net,
  );
  const current = () => tls.current ?? { versionMin: "1.2" as const };
  const to = proxy === undefined
    ? { host, port, ...(speaks === "nats" ? {} : { tls: current }) }
    : { host: new URL(proxy).hostname, port: Number(new URL(proxy).port) || 80, step: "proxy" as const };
  return [
    ...reach({ ...tools, ...to, msMax, failed, late }),
    {
      step: "sign-in",
      msMax,
      async run(signal) {
        const { link } = await signInAt(place, tools, config, tls, signal);
        link.close();
        return "signed in; the mailbox is there, and the relay syncs what it stores";
      },
      failed,
      late,
    },
  ];
}
