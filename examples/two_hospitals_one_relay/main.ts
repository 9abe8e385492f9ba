/** Two hospitals and a relay, any of which is killed at any time. README.md tells what to look at. */
import { join } from "node:path";
import { interrupted } from "../_kit/interrupted.ts";
import { freePorts } from "../_kit/ports.ts";
import { carriedBy } from "./carriers.ts";
import { arrivalsAt, journalOf, receiptOf, secretsIn } from "./evidence.ts";
import { Hospital, meet } from "./hospital.ts";
import { judged, outsiderMissing } from "./outsider.ts";
import { help, type Options, readOptions } from "./options.ts";
import { Relay, relayMissing } from "./relay.ts";

/** Receipts that are looked at one by one, of each hospital; all of them are counted. */
const RECEIPTS = 3;
let isRight = true;

function claim(text: string, isTrue: boolean): void {
  isRight &&= isTrue;
  console.log(`  ${isTrue ? "yes" : "NO "}  ${text}`);
}

try {
  const options = readOptions(Deno.args);
  if (!options) {
    console.log(help);
    Deno.exit(0);
  }
  const missing = options.carrier === "direct" ? undefined : await relayMissing();
  if (missing) {
    console.error(missing);
    Deno.exit(3);
  }
  const ended = await Promise.race([play(options).then(() => true), interrupted().then(() => false)]);
  Deno.exit(!ended ? 130 : isRight ? 0 : 1);
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  Deno.exit(1);
}

async function play(options: Options): Promise<void> {
  await using open = new AsyncDisposableStack();
  const folder = await folderFor(options, open);
  const [wss, tls, monitor, ...ports] = freePorts(9);
  const hospital = async (name: string, site: string, [lab, ehr, door]: readonly number[]) => {
    const made = new Hospital(
      {
        name,
        folder: join(folder, site),
        file: join(folder, site, "gateway.yaml"),
        log: join(folder, `${site}.log`),
      },
      { lab, ehr, door },
      options.messages,
    );
    const text = await Deno.readTextFile(new URL(`./${site}/gateway.yaml`, import.meta.url));
    await Deno.mkdir(made.site.folder);
    await Deno.writeTextFile(
      made.site.file,
      carriedBy(options.carrier, text, { wss, door })
        .replace(/\b257[56]\b/, String(lab)).replace(/\b700[12]\b/, String(ehr)),
    );
    return open.use(made);
  };
  const north = await hospital("northern-general", "north", ports.slice(0, 3));
  const south = await hospital("southern-infirmary", "south", ports.slice(3));
  await Promise.all([north.prepare(), south.prepare()]);

  let relay: Relay | undefined;
  if (options.carrier !== "direct") {
    console.log("A relay is set up; its operator gets both hospitals' public files, and nothing else.");
    relay = open.use(await Relay.setUp(folder, { wss, tls, monitor }));
    await relay.serve(north.publicFile, south.publicFile);
    await relay.start();
    await relay.apply();
  }
  console.log(`The hospitals meet. Both read: ${await meet(north, south, folder)}`);
  await Promise.all([north.start(), south.start()]);

  await exchange(options, north, south, relay);
  await prove(options, north, south, [folder, relay]);
}

/** Both laboratories send, while now and then something is killed. */
async function exchange(options: Options, north: Hospital, south: Hospital, relay?: Relay): Promise<void> {
  const { messages, kills, seed } = options;
  const victims = [
    { name: "the northern gateway", kill: () => north.killAndStart() },
    { name: "the southern gateway", kill: () => south.killAndStart() },
    ...(relay ? [{ name: "the relay", kill: () => relay.kill().then(() => relay.start()) }] : []),
  ];
  console.log(`Each laboratory sends ${messages} results; ${kills} times something is killed.`);
  const chance = chanceFrom(seed);
  const marks = Array.from({ length: kills }, () => 1 + Math.floor(chance() * (2 * messages - 1)));
  marks.sort((one, other) => one - other);
  let sent = 0, killing = Promise.resolve();
  const tick = () => {
    sent++;
    while (marks.length > 0 && sent >= marks[0]) {
      const at = marks.shift()!, { name, kill } = victims[Math.floor(chance() * victims.length)];
      killing = killing.then(() => {
        console.log(`  after ${at} acknowledgements ${name} is killed`);
        return kill();
      });
    }
  };
  await Promise.all([north.send(tick), south.send(tick)]);
  await killing;
  await Promise.all([north.reached(messages), south.reached(messages)]);
}

async function prove(
  { messages }: Options,
  north: Hospital,
  south: Hospital,
  [folder, relay]: readonly [string, Relay | undefined],
): Promise<void> {
  for (const [from, to] of [[north, south], [south, north]]) {
    console.log(`From ${from.site.name} to ${to.site.name}:`);
    const { lost, repeated, needless, overtaken } = arrivalsAt(to, from);
    claim(`all ${messages} results that were acknowledged have come`, lost.length === 0);
    claim(`${repeated} came again, each after a kill; none for no reason`, needless.length === 0);
    claim("those about one patient came in order", overtaken.length === 0);
    const received = await journalOf(to, `from-${from === north ? "northern" : "southern"}`);
    claim(
      `the other gateway has each of them once (${received.length})`,
      received.length === messages && new Set(received.map(({ controlId }) => controlId)).size === messages,
    );
    const { feeds } = await from.account(to.site.name);
    const sent = feeds.find(({ way }) => way === "sent");
    claim(`both gateways agree on ${sent?.agreedUpTo} receipts, without a gap`, hasAll(sent, messages));
    for (const { id } of (await journalOf(from, "results")).slice(0, RECEIPTS)) {
      const { by, st } = await receiptOf(from, id);
      claim(`the receipt for ${id} is signed by ${by}: ${st}`, by === to.site.name && st === "accepted");
    }
  }
  await outsider(north, south, folder);
  const data = [north, south].map(({ site }) => join(site.folder, "data"));
  const logs = [north, south].map(({ site }) => site.log);
  const { found, bytes } = await secretsIn([...data, ...logs, ...relay?.files ?? []]);
  claim(
    `names and findings turn up ${found} times in ${bytes} bytes of data, logs${
      relay ? " and mailboxes" : ""
    }`,
    found === 0 && bytes > 0,
  );
  console.log(
    isRight ? "Nothing was lost, and nobody between could read it." : "That is not as it must be.",
  );
}

/** Somebody who trusts neither hospital wants to know whether one result was delivered. */
async function outsider(from: Hospital, to: Hospital, folder: string): Promise<void> {
  const missing = await outsiderMissing();
  if (missing) return console.log(`  --   ${missing}`);
  const [{ id }] = await journalOf(from, "results");
  const { says, isProven } = await judged(from, to, id, join(folder, "evidence"));
  claim(`an outsider who has two fingerprints sees of ${id}: ${says}`, isProven);
}

function hasAll(
  sent: { readonly agreedUpTo: number; readonly gaps: readonly unknown[] } | undefined,
  messages: number,
): boolean {
  return sent?.agreedUpTo === messages && sent.gaps.length === 0;
}

async function folderFor({ folder }: Options, open: AsyncDisposableStack): Promise<string> {
  if (folder === undefined) {
    const made = await Deno.makeTempDir({ prefix: "mitral-example-" });
    open.defer(() => Deno.remove(made, { recursive: true }));
    return made;
  }
  await Deno.mkdir(folder, { recursive: true });
  for await (const _ of Deno.readDir(folder)) throw new Error(`Cannot use --dir: ${folder} is not empty`);
  return folder;
}

/** Chance that repeats itself: the same seed gives the same numbers from 0 to 1. */
function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
