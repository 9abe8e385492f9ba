import { join } from "node:path";
import { freePorts } from "../_kit/ports.ts";
import { askMitral, GatewayProcess } from "../_kit/process.ts";
import { introduce, makeKeys, type Site } from "../_kit/site.ts";

/** Ports the gateway files say, by what the demo calls them. */
const written = { hospital: 2575, wire: 8443, lab: 8444, lis: 7001, hospitalMonitor: 9464, labMonitor: 9465 };

/** A port of this machine for each end of a line. */
export type Ports = Readonly<Record<keyof typeof written, number>>;

/** Two gateways, ready to be started. */
export interface Topology {
  readonly ports: Ports;
  readonly hospital: Site;
  readonly lab: Site;
}

/** Settings a test changes in the gateway files: what stands there, by what is to stand there. */
export type Changes = Readonly<Record<string, string>>;

/**
 * Makes both gateways under `folder`: a folder each, with the gateway file, keys of its own, and the other's public
 * keys. What is there already is kept, except for the gateway files: the ports are new each time.
 */
export async function prepare(folder: string, changes: Changes = {}): Promise<Topology> {
  const names = Object.keys(written);
  const ports = Object.fromEntries(freePorts(names.length).map((port, at) => [names[at], port])) as Ports;
  const [hospital, lab] = ["st-elsewhere", "metro-lab"].map((name): Site => ({
    name,
    folder: join(folder, name),
    file: join(folder, name, "gateway.yaml"),
    log: join(folder, `${name}.log`),
  }));
  for (const site of [hospital, lab]) {
    await Deno.mkdir(site.folder, { recursive: true });
    await Deno.writeTextFile(site.file, await gatewayFile(site.name, ports, changes));
  }
  await Deno.copyFile(
    new URL("./normalise_phone.ts", import.meta.url),
    join(hospital.folder, "normalise_phone.ts"),
  );
  await Promise.all([hospital, lab].map(makeKeys));
  await introduce(hospital, lab);
  await introduce(lab, hospital);
  return { ports, hospital, lab };
}

/** Both gateways, running. Disposing of it stops the hospital's first, so that what it has sent is still taken. */
export interface Running extends AsyncDisposable {
  /** Rejects where a gateway ends by itself, with the last lines it said. */
  readonly fallen: Promise<never>;
}

/** Starts both; where one does not start, neither is left running. */
export async function startBoth({ hospital, lab }: Topology): Promise<Running> {
  const starting = [hospital, lab].map((site) => GatewayProcess.start(site));
  const started = (await Promise.allSettled(starting)).filter((each) => each.status === "fulfilled")
    .map(({ value }) => value);
  const stop = async () => {
    for (const gateway of started) await gateway.stop();
  };
  // The one that failed says why.
  await Promise.all(starting).catch((cause) => stop().then(() => Promise.reject(cause)));
  return { fallen: Promise.race(started.map((gateway) => gateway.fallen)), [Symbol.asyncDispose]: stop };
}

/** What a running gateway has counted since it started. */
export interface Counts {
  readonly received: number;
  readonly delivered: number;
  readonly quarantined: number;
}

/** Counts of a running gateway's one channel, from `mitral status`. */
export async function countsOf({ file }: Site): Promise<Counts> {
  const status = await askMitral("status", "--file", file) as { channels: readonly { counts: Counts }[] };
  return status.channels[0].counts;
}

async function gatewayFile(name: string, ports: Ports, changes: Changes): Promise<string> {
  let text = await Deno.readTextFile(new URL(`./${name}.yaml`, import.meta.url));
  for (const [end, port] of Object.entries(written)) {
    text = text.replaceAll(new RegExp(`\\b${port}\\b`, "g"), String(ports[end as keyof Ports]));
  }
  for (const [from, to] of Object.entries(changes)) text = text.replaceAll(from, to);
  return text;
}
