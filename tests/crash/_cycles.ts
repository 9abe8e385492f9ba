import { DatabaseSync } from "node:sqlite";
import { setTimeout as after } from "node:timers/promises";
import { join } from "node:path";
import { freePorts } from "../../examples/_kit/ports.ts";
import { limits } from "../../runtime/engine/limits.ts";
import { verifyLedger } from "../../runtime/journal/upkeep/verify_ledger.ts";
import type { CrashRun } from "./_apart.ts";
import { audit } from "./_audit.ts";
import { type Crash, Crashable } from "./_crashable.ts";
import type { Disk } from "./_disk.ts";
import { moody } from "./_moody.ts";
import { CrashSender, type Moment } from "./_sender.ts";
import { seeded } from "./_seeded.ts";
import { Sink } from "./_sink.ts";

/** Nothing is acknowledged and nothing arrives for so long: the gateway hangs. */
const STILL_MS_MAX = 60_000;
/** How long the gateway waits for a destination's answer. */
const ANSWER_MS_MAX = 400;

/** What came of it. */
export interface Outcome {
  readonly violations: readonly string[];
  /** In one line. */
  readonly summary: string;
}

/**
 * Crashes a gateway again and again under traffic, lets everything drain, and holds what arrived against what was
 * acknowledged. The data folder lies on the disk, all else does not. `folder` gets the gateway's file and its log.
 * Rejects where the gateway does not come up, or hangs; and when it is given up.
 */
export async function crashCycles(
  { mode, cycles, seed, program }: CrashRun,
  folder: string,
  disk: Disk,
  givenUp: Promise<never>,
): Promise<Outcome> {
  const random = seeded(seed);
  const [port, monitorPort, steadyPort, moodyPort] = freePorts(4);
  const site = { name: "ward", file: join(folder, "gateway.yaml"), log: join(folder, "ward.log"), program };
  const data = join(disk.folder, "data");
  await Deno.writeTextFile(site.file, ward({ data, port, monitorPort, steadyPort, moodyPort }));

  const gateway = new Crashable(site);
  const sender = new CrashSender(port, gateway, random);
  let isWell = false;
  await using steady = new Sink(steadyPort, sender);
  await using failing: Sink = new Sink(
    moodyPort,
    sender,
    moody({
      random,
      answerMsMax: ANSWER_MS_MAX,
      isWell: () => isWell,
      leave() {
        failing.close();
        sender.further(20 + Math.floor(random() * 200)).then(() => failing.open());
      },
    }),
  );
  // So that much is under way to it at the first crash.
  failing.close();

  const blow: Crash = {
    cut: () => disk.cut(),
    async dead() {
      await disk.restore();
      await Promise.all([steady.senderDied(), failing.senderDied()]);
    },
  };
  const traffic = async () => {
    const startedMs = performance.now();
    await gateway.up();
    const startMs = performance.now() - startedMs;
    const starting = () => after(startMs * random());
    const sending = sender.run();
    for (; sender.cycle <= cycles; sender.cycle++) {
      await Promise.race([sender.reach(momentOf(sender.cycle, random)), sending]);
      // Every third time it is crashed again, somewhere on its way up.
      await gateway.crash({ ...blow, ...(sender.cycle % 3 === 0 ? { starting } : {}) });
      if (sender.cycle === 1) failing.open();
    }
    sender.stop();
    await sending;
    isWell = true;
    failing.open();
    await drained(monitorPort);
    await Promise.all([steady.quiet(), failing.quiet()]);
  };
  const still = stillness(() => sender.acknowledged + steady.comings.length + failing.comings.length);
  try {
    await Promise.race([traffic(), still.lasts, givenUp]).catch((cause) => {
      throw new Error(`cycle ${sender.cycle}: ${(cause as Error).message}`, { cause });
    });
    const verdicts = [audited("steady", steady), audited("failing", failing)];
    await gateway[Symbol.asyncDispose]();
    const again = verdicts.map(({ name, delivered, again }) =>
      `${name}: ${delivered} delivered, again ${again.refused} refused, ${again.unread} unread, ${again.unsynced} unsynced`
    );
    return {
      violations: [
        ...sender.strange,
        ...steady.needless.map((id) => `steady: ${id} came again with no crash between`),
        ...verdicts.flatMap(({ violations }) => violations),
        ...flaws(data, steady.arrived.length),
      ],
      summary: `${mode}: seed ${seed}, ${cycles} cycles, ${sender.acknowledged} messages acknowledged of ` +
        `${sender.sent.length} sent; ${again.join("; ")}`,
    };
  } finally {
    still.forget();
    await gateway.kill();
  }

  function audited(name: string, sink: Sink) {
    const { comings, wrong } = sink;
    const seen = { name, comings, wrong, isOpen: (connection: number) => sink.isOpen(connection) };
    return { name, ...audit(sender.sent, seen, limits.unsyncedMax) };
  }
}

/** When the power is cut: by turns between two messages, within a large one, and right behind one. */
function momentOf(cycle: number, random: () => number): Moment {
  const acknowledged = Math.floor(600 * random() ** 2);
  switch (cycle % 3) {
    case 1:
      return { acknowledged, more: 0 };
    case 2:
      return { acknowledged, share: 1, more: Math.floor(random() * 12) };
    default:
      return { acknowledged, share: random(), more: 0 };
  }
}

/** Resolves when the gateway has nothing left to do. */
async function drained(monitorPort: number): Promise<void> {
  // Twice: a message may be on its way from one queue to the next.
  for (let zeros = 0; zeros < 2;) {
    const metrics = await (await fetch(`http://127.0.0.1:${monitorPort}/metrics`)).text();
    const [, pending] = metrics.match(/^mitral_journal_pending_messages (\d+)$/m)!;
    zeros = pending === "0" ? zeros + 1 : 0;
    await after(50);
  }
}

/** Rejects when a number has not changed for {@linkcode STILL_MS_MAX}. */
function stillness(count: () => number): { readonly lasts: Promise<never>; forget(): void } {
  const { promise: lasts, reject } = Promise.withResolvers<never>();
  let [last, quietMs] = [0, 0];
  const timer = setInterval(() => {
    quietMs = count() === last ? quietMs + 1_000 : 0;
    last = count();
    if (quietMs >= STILL_MS_MAX) reject(new Error(`nothing has happened for ${STILL_MS_MAX} ms`));
  }, 1_000);
  return { lasts, forget: () => clearInterval(timer) };
}

/** What is wrong with the journal: what SQLite finds, a message that is in it twice, and what its ledger does not tell. */
function flaws(data: string, different: number): string[] {
  using database = new DatabaseSync(join(data, "journal.db"), { readOnly: true });
  const found = database.prepare("PRAGMA integrity_check").all().map((row) => String(row.integrity_check));
  const { kept } = database.prepare("SELECT count(*) AS kept FROM message").get()!;
  const { findings } = verifyLedger({ folder: data }, () => {});
  return [
    ...findings.list.map(({ code, subject }) => `of the ledger: ${code}, ${subject}`),
    ...found.filter((line) => line !== "ok").map((line) => `the journal is damaged: ${line}`),
    ...(Number(kept) > different ? [`the journal has ${kept} messages, of ${different} different ones`] : []),
  ];
}

interface Ward {
  readonly data: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly steadyPort: number;
  readonly moodyPort: number;
}

function ward({ data, port, monitorPort, steadyPort, moodyPort }: Ward): string {
  return `
gateway: ward
data: ${data}
# Its disk is a small file.
journal: { diskFreeMin: 0 }
monitor: { port: ${monitorPort} }
channels:
  results:
    listen: { mllp: { port: ${port} } }
    parse: hl7v2
    order: by key
    retry: { firstMs: 20 ms, longestMs: 200 ms }
    send:
      steady: { mllp: { host: 127.0.0.1, port: ${steadyPort}, connections: 4 } }
      failing:
        mllp: { host: 127.0.0.1, port: ${moodyPort}, connections: 4, answerMsMax: ${ANSWER_MS_MAX} ms }
`;
}
