import { join } from "node:path";
import { askMitral, GatewayProcess, mitral } from "./process.ts";

/** Ports the gateway files say, by what the demo calls them. */
const written = { hospital: 2575, wire: 8443, lab: 8444, lis: 7001, hospitalMonitor: 9464, labMonitor: 9465 };

/** A port of this machine for each end of a line. */
export type Ports = Readonly<Record<keyof typeof written, number>>;

/** One of the two gateways: where its files are. */
export interface Site {
  readonly name: string;
  /** Its folder: gateway file, keys, partners' public keys, data. */
  readonly folder: string;
  readonly file: string;
  readonly log: string;
}

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
  const ports = freePorts();
  const [hospital, lab] = ["st-elsewhere", "metro-lab"].map((name): Site => ({
    name,
    folder: join(folder, name),
    file: join(folder, name, "gateway.yaml"),
    log: join(folder, `${name}.log`),
  }));
  for (const site of [hospital, lab]) {
    await Deno.mkdir(join(site.folder, "partners"), { recursive: true });
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

async function makeKeys({ folder, file }: Site): Promise<void> {
  const found = await Deno.stat(join(folder, "keys/gateway.json")).catch(() => undefined);
  if (found) return;
  const { code, err } = await mitral("keys", "init", "--file", file);
  if (code !== 0) throw new Error(`Keys cannot be made:\n${err}`);
}

/** Hands the public keys of one gateway to the other, as two people would. */
async function introduce(from: Site, to: Site): Promise<void> {
  const name = `${from.name}.partner.json`;
  await Deno.copyFile(join(from.folder, "keys", name), join(to.folder, "partners", name));
}

/**
 * A port nobody listens on. Not of the system's own choice: it gives those to outgoing connections too, and one of them
 * could take a gateway's port while that is being restarted.
 */
export function freePort(): number {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000);
    if (isFree(port)) return port;
  }
}

function freePorts(): Ports {
  const ends = Object.keys(written);
  const ports = new Set<number>();
  while (ports.size < ends.length) ports.add(freePort());
  return Object.fromEntries([...ports].map((port, at) => [ends[at], port])) as Ports;
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) return false;
    throw cause;
  }
}
