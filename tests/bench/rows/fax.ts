import { join } from "node:path";
import process from "node:process";
import { openWasmEngine } from "../../../actors/formats/fax/ocr/engines/wasm_engine.ts";
import { usualThreads } from "../../../actors/formats/fax/ocr/pool/shared_pool.ts";
import { smooth } from "../../../actors/formats/fax/prepare/grey.ts";
import { prepare } from "../../../actors/formats/fax/prepare/prepare.ts";
import type { PageImage } from "../../../actors/formats/fax/raster/bitmap.ts";
import { openPages } from "../../../actors/formats/fax/raster/pages.ts";
import type { Bench } from "../bench.ts";
import { faxOf } from "../fax_pages.ts";
import { FaxGateway } from "../faxes.ts";
import { send, type Sent } from "../load.ts";
import { each, line, ratios, waits } from "../report.ts";
import { inTurn, said } from "../spread.ts";

/** Of a fax whose time is taken. */
const PAGES = 8;
const FLOW_MS = 6_000;
/** Threads of the largest pool that there is where nobody says. */
const THREADS_MAX = usualThreads(Infinity);

/**
 * Faxes of typical pages, each read by two passes: processor time a page, beside that of Tesseract alone which reads the
 * prepared picture of one once; durable accepts by MLLP in the same gateway
 * meanwhile, beside those while other processes keep as many cores busy; the memory of the largest usual pool that reads a long
 * fax.
 */
export async function fax({ folder, rounds, isQuick }: Bench): Promise<void> {
  await reading(join(folder, "usual"), Math.min(rounds, 3));
  await memory(join(folder, "long"), isQuick ? 40 : 200);
}

/** With the pool as it is where nobody says. */
async function reading(home: string, rounds: number): Promise<void> {
  const threads = usualThreads();
  const gateway = await FaxGateway.start(home);
  const document = await faxOf(PAGES);
  let first = 0;
  const flow = async () => {
    const sent = await send(gateway.process.port, 8, 1_000_000, { first, msMax: FLOW_MS });
    first += sent.count;
    await gateway.process.idle();
    return sent;
  };
  const secondsEach = async () => {
    const before = await gateway.process.idle();
    await gateway.read(document);
    return (await gateway.process.idle() - before) / PAGES;
  };
  const bare = await bareReading(document);
  await Promise.all([flow(), gateway.read(await faxOf(1)), bare()]);
  const found = await inTurn(rounds, {
    secondsEach,
    bare,
    without: flow,
    beside: async () => {
      const read = gateway.read(document);
      // Long enough for the gateway to have found it.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const sent = await flow();
      await read;
      return sent;
    },
    probed: async () => {
      using _burners = burn(threads);
      return await flow();
    },
  });
  line(
    "a page, two passes: processor time",
    `${said(each(found.secondsEach, (seconds) => seconds), 2)} s`,
    `${threads} of ${navigator.hardwareConcurrency} cores read`,
  );
  line(
    "… by times of Tesseract alone, once",
    said(ratios(found.secondsEach, found.bare, (a, b) => a / b), 2),
    `${said(each(found.bare, (seconds) => seconds), 2)} s`,
  );
  const rate = (runs: readonly Sent[]) => `${said(each(runs, ({ perSecond }) => perSecond))} msg/s`;
  const share = (runs: readonly Sent[], of: readonly Sent[]) =>
    `${said(ratios(runs, of, (a, b) => 100 * a.perSecond / b.perSecond))} %`;
  line("durable accepts without a fax, 8 connections", rate(found.without), waits(found.without));
  line(
    `… while ${threads} other processes compute`,
    rate(found.probed),
    `${share(found.probed, found.without)} of without`,
  );
  line(
    "… while a fax is read",
    rate(found.beside),
    `${share(found.beside, found.without)} of without, ${share(found.beside, found.probed)} of beside others`,
  );
  line("… the wait for an ACK while a fax is read", waits(found.beside));
  await gateway.process.stop();
}

/** Seconds of the processor that the engine takes for the first page of a fax, read once and nothing else done. */
async function bareReading(fax: Uint8Array): Promise<() => Promise<number>> {
  const engine = await openWasmEngine((url) => Deno.readFile(url));
  using pages = await openPages(fax);
  const picture = smooth(prepare(pages.read(1) as PageImage).page, { across: 1.5, down: 1.5 });
  return async () => {
    const before = process.cpuUsage();
    await engine.read(picture, "columns");
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
}

/** With as many threads as there may be where nobody says. */
async function memory(home: string, pages: number): Promise<void> {
  const gateway = await FaxGateway.start(home, THREADS_MAX);
  const before = await gateway.process.residentMb();
  const looks: number[] = [];
  const startedMs = performance.now();
  await gateway.read(await faxOf(pages), async () => void looks.push(await gateway.process.residentMb()));
  const tookS = (performance.now() - startedMs) / 1000;
  line(`a fax of ${pages} pages, ${THREADS_MAX} threads`, `${tookS.toFixed(0)} s`);
  for (const share of [0.1, 0.5, 1]) {
    const at = Math.ceil(share * looks.length) - 1;
    line(
      `… memory after about ${share * pages} pages`,
      `${looks[at].toFixed(0)} MB`,
      `${(looks[at] - before).toFixed(0)} MB more than before it`,
    );
  }
  const peak = await gateway.process.peakMb();
  line("… most memory", `${peak.toFixed(0)} MB`, `${(peak - before).toFixed(0)} MB more than before it`);
  await gateway.process.stop();
}

/** Keeps so many cores busy, by processes of their own, until it is disposed of. */
function burn(cores: number): Disposable {
  const burners = Array.from(
    { length: cores },
    () => new Deno.Command(Deno.execPath(), { args: ["eval", "for (;;);"], stdout: "null" }).spawn(),
  );
  return {
    [Symbol.dispose]() {
      for (const burner of burners) burner.kill("SIGKILL");
    },
  };
}
