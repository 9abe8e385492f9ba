/**
 * The ledger's tree alone, without a journal: appending entries, making and checking proofs in trees of a thousand to a
 * million entries, beside a raw SHA-256 of 64 bytes in the same run, which is what a node of the tree costs. Run:
 * `deno run -A tests/bench/ledger_bench.ts`.
 */
import { createHash } from "node:crypto";
import process from "node:process";
import type { LedgerEntry } from "../../runtime/trust/ledger/entry.ts";
import { encodeEntry } from "../../runtime/trust/ledger/entry_bytes.ts";
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "../../runtime/trust/ledger/tree.ts";
import { TreeEdge } from "../../runtime/trust/ledger/tree_edge.ts";
import { SeededRandom } from "../world/seeded_random.ts";
import { spreadOf } from "./spread.ts";

const MEASURE_MS = Number(Deno.env.get("MEASURE_MS") ?? 1_000);
const TURN_MS = 5;
const TURNS = 20;
const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const random = new SeededRandom(8);
const block = new Uint8Array(64);
const hex = "0123456789abcdef".repeat(4);

/** An entry with as much in it as a sealed message has. */
function entryOf(number: number): LedgerEntry {
  return {
    kind: "receipted",
    atMs: 1_790_000_000_000 + number,
    channel: "lab_results",
    destination: "metro_lab",
    message: `0192f3a4-b5c6-7abc-8def-${String(number).padStart(12, "0")}`,
    gateway: "metro-lab",
    outcome: "accepted",
    statement: hex,
    envelope: hex,
    receipt: hex,
  };
}

/** A row: turns of some milliseconds, each beside one of the probe. Processor time counts: machines are shared, and sway. */
function row(what: string, operation: () => unknown): void {
  const [ours, raw]: [number[], number[]] = [[], []];
  for (const startMs = performance.now(); performance.now() - startMs < MEASURE_MS;) {
    raw.push(turnOf(probe));
    ours.push(turnOf(operation));
  }
  print(what, ours, raw);
}

/** A row: entries are appended until there are so many, in turns, each beside one of the probe. */
function grow(size: number): void {
  const [ours, raw]: [number[], number[]] = [[], []];
  const from = edge.size, step = (size - from) / TURNS;
  const append = () => edge.append(leafHash(encodeEntry(entryOf(edge.size))));
  while (edge.size < size) {
    raw.push(turnOf(probe));
    ours.push(
      cpuMicros(() => {
        for (let count = 0; count < step; count++) append();
      }) / step,
    );
  }
  print(`${from} to ${size} entries: written, hashed, appended`, ours, raw);
}

/** Microseconds of one operation. */
function turnOf(operation: () => unknown): number {
  let done = 0;
  const micros = cpuMicros(() => {
    const startMs = performance.now();
    for (; done % 16 > 0 || performance.now() - startMs < TURN_MS; done++) operation();
  });
  return micros / done;
}

function cpuMicros(operations: () => void): number {
  const before = process.cpuUsage();
  operations();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function probe(): unknown {
  return createHash("sha256").update(block).digest();
}

function print(what: string, ours: readonly number[], raw: readonly number[]): void {
  const [micros, base] = [spreadOf(ours).median, spreadOf(raw).median];
  console.log(
    what.padEnd(52),
    (1e6 / micros).toFixed(0).padStart(8),
    "/s",
    micros.toFixed(1).padStart(9),
    "µs CPU",
    `  ${(micros / base).toFixed(1).padStart(6)} times SHA-256 of 64 bytes`,
  );
}

/** Fails where a proof does not hold: what is measured has to be right. */
function must(holds: boolean): void {
  if (!holds) throw new Error("a proof does not hold");
}

const entry = entryOf(1), bytes = encodeEntry(entry);
row(`an entry of ${bytes.length} bytes is written`, () => encodeEntry(entry));
row("an entry is hashed", () => leafHash(bytes));

const tiles = new Map<string, Uint8Array>();
const edge = new TreeEdge((level, number, hashes) => tiles.set(`${level}/${number}`, hashes));
const reader = edge.reader((level, number) => tiles.get(`${level}/${number}`));

for (const size of SIZES) {
  grow(size);
  const root = edge.root();
  must(rootOf(size, reader).toHex() === root.toHex());
  const anywhere = () => random.below(size);
  row(`${size} entries: root`, () => edge.root());
  row(`${size} entries: inclusion of any, proof`, () => inclusionProof(anywhere(), size, reader));
  const places = Array.from({ length: 64 }, anywhere);
  const shown = places.map((number) => ({
    leaf: leafHash(encodeEntry(entryOf(number))),
    number,
    size,
    proof: inclusionProof(number, size, reader),
    root,
  }));
  let turn = 0;
  row(`${size} entries: inclusion, checked`, () => must(verifyInclusion(shown[turn++ % shown.length])));
  row(`${size} entries: growth from any size, proof`, () => consistencyProof(anywhere() + 1, size, reader));
  const grown = places.map((place) => ({
    from: { size: place + 1, root: rootOf(place + 1, reader) },
    to: { size, root },
    proof: consistencyProof(place + 1, size, reader),
  }));
  row(`${size} entries: growth, checked`, () => must(verifyConsistency(grown[turn++ % grown.length])));
}

const full = Math.floor(edge.size / 256);
row(`${edge.size} entries: the edge made again from tiles`, () => TreeEdge.restore(full, reader));
