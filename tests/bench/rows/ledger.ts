import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { memoryFiles } from "../../../runtime/journal/memory_files.ts";
import type { Operation } from "../../../runtime/journal/operations.ts";
import { prepareSchema } from "../../../runtime/journal/schema.ts";
import { Sealing } from "../../../runtime/journal/sealing.ts";
import { openReader, openWriter } from "../../../runtime/journal/sqlite_database.ts";
import { verifyLedger } from "../../../runtime/journal/upkeep/verify_ledger.ts";
import { Reader } from "../../../runtime/journal/reader.ts";
import { Writer } from "../../../runtime/journal/writer.ts";
import { leafHash, verifyInclusion } from "../../../runtime/trust/ledger/tree.ts";
import { masterKey } from "../../world/master_key.ts";
import type { Fed } from "../_journal_feed.ts";
import type { Bench } from "../bench.ts";
import { burst } from "../burst.ts";
import { wholeFile } from "../files.ts";
import { GatewayProcess } from "../gateway_process.ts";
import { Receiver } from "../load.ts";
import { each, line, ratios } from "../report.ts";
import { inTurn, said, spreadOf } from "../spread.ts";

/** Turns that two processes take until they do what they do as fast as they will, and those that are measured. */
const WARMING = 6, TURNS = 20;

/**
 * What the ledger costs: the same messages of 1 kB through the journal's writer, received, processed and delivered, with
 * fsyncs, with a ledger and without, each in a process of its own; and how fast a ledger of a million entries is filled,
 * asked and looked through.
 *
 * How code was compiled and where memory lies stays with a process: each round has two new ones, which take turns. Of a round
 * counts what lies in the middle of the turns' differences. A whole channel, which it is compared to, has a burst in each.
 */
export async function ledger({ folder, count, rounds }: Bench): Promise<void> {
  const receiver = new Receiver();
  const gateway = await GatewayProcess.start(join(folder, "whole"), wholeFile([receiver.port]));
  const whole = () => burst(gateway, 32, count / 2, { receiver });
  await whole();
  const found = await inTurn(rounds, { feeds: () => feedBoth(folder, count / 10), whole });
  await gateway.stop();
  receiver.close();
  const rate = (how: "told" | "untold") => `${said(each(found.feeds, (feeds) => feeds[how]))} msg/s`;
  line("journal alone, 32 together, without a ledger", rate("untold"));
  const more = each(found.feeds, ({ told, untold }) => 100 * (untold / told - 1));
  line("… with it", rate("told"), `${said(more, 1)} % more time`);
  const extra = each(found.feeds, ({ extraMicroseconds }) => extraMicroseconds);
  const share = ratios(
    found.feeds,
    found.whole,
    ({ extraMicroseconds }, { cpuMicroseconds }) =>
      100 * extraMicroseconds / (cpuMicroseconds - extraMicroseconds),
  );
  line(
    "… processor time of it",
    `${said(extra, 1)} µs a message`,
    `${said(share, 1)} % of a whole channel without it`,
  );
  await aMillion(folder, count * 100);
}

/** What two journals showed in a round. */
interface Feeds {
  /** Messages a second, with a ledger. */
  readonly told: number;
  /** … and without. */
  readonly untold: number;
  /** Processor time of a message that it takes more with a ledger. */
  readonly extraMicroseconds: number;
}

async function feedBoth(folder: string, messages: number): Promise<Feeds> {
  const within = await Deno.makeTempDir({ dir: folder });
  const [told, untold] = ["with", "without"].map((how) => new FeedProcess(within, messages, how));
  const cases = { told: () => told.run(), untold: () => untold.run() };
  await inTurn(WARMING, cases);
  const turns = await inTurn(TURNS, cases);
  for (const each of [told, untold]) await each.stop();
  await Deno.remove(within, { recursive: true });
  const perSecond = (runs: readonly Fed[]) => each(runs, (run) => run.perSecond).median;
  const extra = turns.told.map((run, turn) => run.cpuMicroseconds - turns.untold[turn].cpuMicroseconds);
  return {
    told: perSecond(turns.told),
    untold: perSecond(turns.untold),
    extraMicroseconds: spreadOf(extra).median,
  };
}

/** A journal that is written to in a process of its own. */
class FeedProcess {
  readonly #child: Deno.ChildProcess;
  readonly #go: WritableStreamDefaultWriter<Uint8Array>;
  readonly #said: ReadableStreamDefaultReader<string>;

  constructor(folder: string, messages: number, how: string) {
    this.#child = new Deno.Command("deno", {
      args: ["run", "-q", "-A", fileURLToPath(FEED), folder, String(messages), how],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#go = this.#child.stdin.getWriter();
    this.#said = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async run(): Promise<Fed> {
    await this.#go.write(new Uint8Array(1));
    let text = "";
    while (!text.endsWith("\n")) {
      const { value, done } = await this.#said.read();
      if (done) throw new Error(`the journal was not written: ${text}`);
      text += value;
    }
    return JSON.parse(text);
  }

  async stop(): Promise<void> {
    await this.#go.close();
    await this.#child.status;
  }
}

const FEED = new URL("../_journal_feed.ts", import.meta.url);

function openIn(path: string) {
  const database = openWriter(path);
  prepareSchema(database);
  const sealing = new Sealing(database, masterKey, randomBytes);
  return { writer: new Writer(database, sealing, memoryFiles()), database };
}

async function aMillion(folder: string, entries: number): Promise<void> {
  const { writer, database } = openIn(join(folder, "journal.db"));
  // Nothing of it must survive: the disk is not what is measured.
  database.exec("PRAGMA synchronous = OFF");
  const write = (at: number): Operation => ({
    op: "writeEntry",
    entry: { kind: "delivered", atMs: at, channel: "lab", destination: "ehr", message: `0192${at}` },
  });
  const seconds = (startedMs: number) => (performance.now() - startedMs) / 1_000;
  const filling = performance.now();
  for (let at = 0; at < entries; at += 1_000) {
    writer.apply(Array.from({ length: 1_000 }, (_, each) => write(at + each)));
  }
  line("entries alone, 1000 together, without fsync", `${(entries / seconds(filling)).toFixed(0)} entries/s`);
  const [{ size, root, epoch }] = writer.apply([{ op: "readHead" }]) as [
    { size: number; root: Uint8Array; epoch: number },
  ];
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const { size: bytes } = await Deno.stat(join(folder, "journal.db"));
  line("… on disk", `${(bytes / size).toFixed(0)} bytes an entry`);
  const opening = performance.now();
  const again = new Writer(database, new Sealing(database, masterKey, randomBytes), memoryFiles());
  again.apply([{ op: "readHead" }]);
  line(`a ledger of ${size} entries is opened`, `${(seconds(opening) * 1_000).toFixed(1)} ms`);
  database.close();

  const reading = openReader(join(folder, "journal.db"));
  const reader = new Reader(reading, new Sealing(reading, masterKey, randomBytes), memoryFiles());
  const tookMs: number[] = [];
  for (let at = 0; at < 200; at++) {
    const number = Math.floor(Math.random() * size);
    const startedMs = performance.now();
    const proof = reader.answer({ ask: "inclusion", epoch, number, size });
    tookMs.push(performance.now() - startedMs);
    const { entries: [entry] } = reader.answer({ ask: "entries", from: number, limit: 1 });
    if (!verifyInclusion({ leaf: leafHash(entry.bytes), number, size, proof, root })) {
      throw new Error("no proof");
    }
  }
  line("… the first proof, and another", `${tookMs[0].toFixed(1)} and ${median(tookMs).toFixed(2)} ms`);
  reading.close();
  const verifying = performance.now();
  const { findings } = verifyLedger({ folder }, () => {});
  if (findings.count > 0) throw new Error(`${findings.list[0].code} ${findings.list[0].subject}`);
  line("… looked through", `${seconds(verifying).toFixed(1)} s`, `${memoryMb()} MB resident`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function memoryMb(): string {
  return (Deno.memoryUsage().rss / 2 ** 20).toFixed(0);
}
