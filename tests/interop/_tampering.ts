/** Two whole gateways on real data folders, and somebody who has the disk of one of them. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { resetSync } from "@logtape/logtape";
import type { WitnessAnswer } from "../../runtime/engine/ledger/state.ts";
import { prove } from "../../runtime/console/control/audit.ts";
import { ControlServer } from "../../runtime/console/control/server.ts";
import { fingerprintOf } from "../../runtime/trust/partner_file.ts";
import { logEvents, writeLogs } from "../../runtime/telemetry/logs.ts";
import { measure } from "../../runtime/telemetry/metrics.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { writeMasterKey } from "../world/master_key.ts";
import { run } from "../runtime/console/console_kit.ts";
import { serviceOf } from "../runtime/console/served_gateway.ts";
import { sendsTo, Site, takesFrom } from "../runtime/engine/exchange/exchange_rig.ts";
import { check, type Checked, writePack } from "./_evidence.ts";

const PATIENT = 4711;

/** What a test has. */
export interface Tampering {
  /** Whose disk somebody has. It has sent a message, has its receipt, and its ledger is witnessed. */
  readonly clinic: Site;
  /** Its partner. */
  readonly lab: Site;
  /** The message. */
  readonly id: string;
}

/** A clinic that has exchanged a message with a lab, which has witnessed that; both run. */
export async function withWitnessed(use: (tampering: Tampering) => Promise<void>): Promise<void> {
  await using clinic = await Site.open("clinic");
  await using lab = await Site.open("lab");
  await clinic.introduceTo(lab);
  await lab.introduceTo(clinic);
  await writeMasterKey(clinic.folder);
  const file = "gateway: clinic\nkeys: ./gateway.json\npartners: { lab: ./lab.json }\n";
  await Deno.writeTextFile(join(clinic.folder, "gateway.yaml"), file);
  await lab.start({ inbox: takesFrom("clinic") }, { partners: ["clinic"], onDisk: true });
  await startClinic(clinic);
  await send(clinic);
  await clinic.seen("messageDelivered");
  const [{ id }] = await clinic.gateway.archive.list({});
  await witnessed(clinic);
  await use({ clinic, lab, id });
}

/** Starts the clinic on its data folder as it is now. */
export async function startClinic(clinic: Site): Promise<void> {
  await clinic.start({ orders: sendsTo("lab") }, { partners: ["lab"], onDisk: true });
}

export async function send({ gateway }: Site): Promise<void> {
  await gateway.inject("orders", `{"patient":${PATIENT}}`);
}

/** The lab is shown the clinic's ledger as it is now. */
export async function witnessed({ gateway }: Site): Promise<WitnessAnswer | undefined> {
  return (await gateway.ledger.witnessNow())[0];
}

/** Code of the first alarm about a ledger that a gateway raises. */
export async function alarmAt(site: Site): Promise<string> {
  return (await site.seen("ledgerAlarmed")).error.code;
}

/** Codes of all alarms that a gateway has raised so far. */
export function alarmsAt(site: Site): readonly string[] {
  return site.all("ledgerAlarmed").map(({ error }) => error.code);
}

/** Stops a gateway, and changes its journal as whoever has the disk can; statements of SQL, or what is done to it. */
export async function tamper(site: Site, change: string | ((database: DatabaseSync) => void)): Promise<void> {
  await site.stop();
  const database = new DatabaseSync(join(dataOf(site), "journal.db"));
  try {
    if (typeof change === "string") database.exec(change);
    else change(database);
  } finally {
    database.close();
  }
}

export function dataOf({ folder }: Site): string {
  return join(folder, "data");
}

/** Puts a copy of a data folder, as it was, in its place. */
export async function putBack(site: Site, older: Site): Promise<void> {
  await Deno.remove(dataOf(site), { recursive: true });
  await cp(dataOf(older), dataOf(site), { recursive: true });
}

/** Where people and programs see what is wrong with gateways that run. */
export async function watched(...sites: readonly Site[]) {
  const lines: string[] = [];
  writeLogs({ write: (line) => lines.push(line), as: "json" });
  const watching = await Promise.all(sites.map(async ({ gateway, folder }) => {
    const at = { world: denoWorld, folder: join(folder, "data"), answered: () => {} };
    const server = await ControlServer.open(at);
    server.serve(serviceOf(gateway as unknown as Parameters<typeof serviceOf>[0]));
    return { server, metrics: measure(gateway), forget: logEvents(gateway) };
  }));
  return {
    /** Lines of all their logs. */
    lines,
    /** What each measures. */
    metrics: watching.map(({ metrics }) => metrics),
    async [Symbol.asyncDispose]() {
      for (const { server, metrics, forget } of watching) {
        forget();
        metrics.stop();
        await server.close();
      }
      resetSync();
    },
  };
}

/** Rewrites text in the entries of the ledger, by text that is as long. */
export function reword(database: DatabaseSync, from: string, to: string): void {
  const [before, after] = [from, to].map((text) => new TextEncoder().encode(text));
  for (const { place, entries } of database.prepare("SELECT place, entries FROM ledger").all()) {
    const bytes = entries as Uint8Array;
    const at = new TextDecoder("latin1").decode(bytes).indexOf(from);
    if (at < 0 || before!.length !== after!.length) continue;
    bytes.set(after!, at);
    database.prepare("UPDATE ledger SET entries = ? WHERE place = ?").run(bytes, place!);
  }
}

/** Runs a command in the folder of a gateway. */
export async function mitral({ folder }: Site, ...args: readonly string[]): ReturnType<typeof run> {
  return await run(args, { cwd: folder, env: { USER: "ann" } });
}

/** What `mitral audit verify` finds, by its codes. */
export async function auditVerify(site: Site): Promise<readonly string[]> {
  const { out } = await mitral(site, "audit", "verify", "--file", "gateway.yaml", "--json");
  const list: readonly { readonly code: string }[] = JSON.parse(out).findings.list;
  return [...new Set(list.map(({ code }) => code))].sort();
}

/** What the outsider's script says of the evidence that a running gateway gives about a message. */
export async function outsider(site: Site, id: string, ...pinned: readonly Site[]): Promise<Checked> {
  const by = { person: "ann", reason: "asked by the court" };
  const { files } = (await prove(site.gateway, { id, withoutPayload: false, by }))!;
  const folder = join(site.folder, `pack ${crypto.randomUUID()}`);
  await writePack(folder, files);
  const roots = await Promise.all(
    pinned.map(async ({ name, identity }) => `${name}=${await fingerprintOf(identity)}`),
  );
  return await check(folder, ...roots.flatMap((root) => ["--root", root]));
}
