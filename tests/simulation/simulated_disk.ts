import type { SeededRandom } from "../world/seeded_random.ts";

/** What a disk keeps or loses whole. */
export const SECTOR_BYTES = 512;

/** What a disk does instead of what it was asked for. */
export type DiskFault = "powerCut" | "writeFails" | "syncFails" | "readFails" | "full";

/** How a disk refuses. */
export class DiskError extends Error {
  constructor(readonly fault: DiskFault) {
    super(fault);
  }
}

interface Change {
  /** Where bytes were written; a truncation has none. */
  readonly at: number;
  readonly bytes: Uint8Array | undefined;
}

/** A file as programs see it, beside what a power cut would leave of it. */
class SimulatedFile {
  #seen = new Uint8Array(0);
  #seenLength = 0;
  #safe = new Uint8Array(0);
  #safeLength = 0;
  #changes: Change[] = [];
  /** Its name survives a power cut. */
  isNamed = false;

  constructor(image?: Uint8Array) {
    if (!image) return;
    this.#seen = image.slice();
    this.#safe = image.slice();
    this.#seenLength = this.#safeLength = image.length;
    this.isNamed = true;
  }

  get length(): number {
    return this.#seenLength;
  }

  /** Writes that no sync has covered, and that nothing has cut off. */
  get unsynced(): number {
    return this.#changes.length - 1 - this.#changes.findLastIndex(({ bytes }) => !bytes);
  }

  /** Bytes that were there to be read. */
  read(into: Uint8Array, at: number): number {
    const found = this.#seen.subarray(at, Math.min(at + into.length, this.#seenLength));
    into.set(found);
    return found.length;
  }

  write(bytes: Uint8Array, at: number): void {
    this.#seen = fitted(this.#seen, at + bytes.length);
    this.#seen.set(bytes, at);
    this.#seenLength = Math.max(this.#seenLength, at + bytes.length);
    this.#changes.push({ at, bytes: bytes.slice() });
  }

  truncate(length: number): void {
    if (length < this.#seenLength) this.#seen.fill(0, length, this.#seenLength);
    this.#seen = fitted(this.#seen, length);
    this.#seenLength = length;
    this.#changes.push({ at: length, bytes: undefined });
  }

  sync(): void {
    for (const change of this.#changes) this.#keep(change);
    this.#changes = [];
    this.isNamed = true;
  }

  /**
   * A sync that fails: of what it was to cover each change may be on the disk or not, and programs go on seeing all of
   * it. No later sync writes it: the system takes it for written.
   */
  failSync(random: SeededRandom): void {
    for (const change of this.#changes) if (random.chance(0.5)) this.#keep(change);
    this.#changes = [];
  }

  /** Of each sector any state since the last sync may be what is left. */
  cut(random: SeededRandom): void {
    const mood = random.below(4);
    if (mood > 0) this.#keepSome(mood === 1 ? () => Infinity : (writes) => random.below(writes + 1));
    this.#changes = [];
    this.#seen = this.#safe.slice(0, this.#safeLength);
    this.#seenLength = this.#safeLength;
  }

  /** What is on the disk for good. */
  image(): Uint8Array {
    return this.#safe.slice(0, this.#safeLength);
  }

  #keepSome(choose: (writes: number) => number): void {
    const writes = new Map<number, number>();
    const pieces = this.#changes.flatMap(inSectors);
    for (const { sector } of pieces) writes.set(sector, (writes.get(sector) ?? 0) + 1);
    const kept = new Map([...writes].map(([sector, count]) => [sector, choose(count)]));
    for (const { sector, change } of pieces) {
      const left = kept.get(sector)!;
      // What is written after a truncation is nowhere if that is not.
      if (left === 0 && !change.bytes) return;
      if (left > 0) this.#keep(change);
      kept.set(sector, left - 1);
    }
  }

  #keep({ at, bytes }: Change): void {
    if (!bytes) {
      if (at < this.#safeLength) this.#safe.fill(0, at, this.#safeLength);
      this.#safe = fitted(this.#safe, at);
      this.#safeLength = at;
      return;
    }
    this.#safe = fitted(this.#safe, at + bytes.length);
    this.#safe.set(bytes, at);
    this.#safeLength = Math.max(this.#safeLength, at + bytes.length);
  }
}

/** A change, sector by sector; the sector of a truncation is one of its own. */
function inSectors(change: Change): { sector: number; change: Change }[] {
  const { at, bytes } = change;
  if (!bytes) return [{ sector: -1, change }];
  const pieces = [];
  for (let from = 0; from < bytes.length;) {
    const sector = Math.floor((at + from) / SECTOR_BYTES);
    const to = Math.min((sector + 1) * SECTOR_BYTES - at, bytes.length);
    pieces.push({ sector, change: { at: at + from, bytes: bytes.subarray(from, to) } });
    from = to;
  }
  return pieces;
}

function fitted(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= length) return bytes;
  const larger = new Uint8Array(Math.max(length, bytes.length * 2, 4096));
  larger.set(bytes);
  return larger;
}

/**
 * A disk with a memory of what was synced. What was not may be lost at a power cut, whole or in sectors of 512 bytes. Any
 * operation can be the one that fails, or the one at which the power goes.
 */
export class SimulatedDisk {
  readonly #random: SeededRandom;
  readonly #lies: boolean;
  readonly #files = new Map<string, SimulatedFile>();
  /** Reads, writes, truncations and syncs so far. */
  operations = 0;
  /** What is to happen, and at which operation; read faults wait for a read, and so on. */
  #fault: { readonly kind: DiskFault; readonly at: number } | undefined;
  #isFull = false;
  /** Called for every fault that happens. */
  happened: (fault: DiskFault) => void = () => {};
  /** The power is gone, or the program that used it: nothing works until it is used again. */
  isDead = false;
  /** How often something failed. */
  faults = 0;
  /** How often the power went. */
  cuts = 0;

  /** `lies`: it says that it has synced, and has not. */
  constructor(random: SeededRandom, lies = false) {
    this.#random = random;
    this.#lies = lies;
  }

  /** Puts a file there that is durable. */
  install(path: string, image: Uint8Array): void {
    this.#files.set(path, new SimulatedFile(image));
  }

  /** At the first operation of its kind after `inOperations` of them. */
  plan(kind: DiskFault, inOperations: number): void {
    this.#fault = { kind, at: this.operations + inOperations };
  }

  /** Forgets what was planned. */
  calm(): void {
    this.#fault = undefined;
  }

  /** Uses the disk as if nothing could happen to it. */
  untroubled<T>(act: () => T): T {
    const fault = this.#fault;
    this.#fault = undefined;
    try {
      return act();
    } finally {
      this.#fault = fault;
    }
  }

  /** Somebody has removed what filled it. */
  makeRoom(): void {
    this.#isFull = false;
  }

  /** Nothing works from now on. */
  die(): void {
    this.isDead = true;
  }

  /** Another program uses it: what the one before had written is there, synced or not. */
  resume(): void {
    this.isDead = false;
    this.#fault = undefined;
  }

  /** The power is back: what was not synced is what chance has left of it. */
  restart(): void {
    this.resume();
    this.cuts++;
    for (const [path, file] of this.#files) {
      if (!file.isNamed && this.#random.chance(0.5)) this.#files.delete(path);
      else file.cut(this.#random);
    }
  }

  get freeBytes(): number {
    return this.#isFull ? 0 : 1 << 30;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** Changes of a file that no sync has covered. */
  unsynced(path: string): number {
    return this.#lies ? 0 : this.#files.get(path)?.unsynced ?? 0;
  }

  /** What is on the disk for good. */
  image(path: string): Uint8Array {
    return this.#files.get(path)?.image() ?? new Uint8Array(0);
  }

  length(path: string): number {
    return this.#files.get(path)?.length ?? 0;
  }

  create(path: string): void {
    if (!this.#files.has(path)) this.#files.set(path, new SimulatedFile());
  }

  read(path: string, into: Uint8Array, at: number): number {
    if (this.#strikes("readFails")) throw new DiskError("readFails");
    return this.#file(path).read(into, at);
  }

  write(path: string, bytes: Uint8Array, at: number): void {
    const fault = this.#strikes("powerCut") ?? this.#strikes("writeFails") ?? this.#strikes("full");
    if (fault === "full") this.#isFull = true;
    if (!fault && !(this.#isFull && at + bytes.length > this.length(path))) {
      return this.#file(path).write(bytes, at);
    }
    // Some of it may have got there.
    const sectors = this.#random.below(Math.ceil(bytes.length / SECTOR_BYTES));
    if (sectors > 0) this.#file(path).write(bytes.subarray(0, sectors * SECTOR_BYTES), at);
    throw new DiskError(fault ?? "full");
  }

  truncate(path: string, length: number): void {
    const fault = this.#strikes("powerCut") ?? this.#strikes("writeFails");
    if (fault) throw new DiskError(fault);
    this.#file(path).truncate(length);
  }

  sync(path: string): void {
    const fault = this.#strikes("powerCut") ?? this.#strikes("syncFails");
    if (fault === "syncFails") this.#file(path).failSync(this.#random);
    if (fault) throw new DiskError(fault);
    if (!this.#lies) this.#file(path).sync();
  }

  remove(path: string): void {
    if (!this.isDead) this.#files.delete(path);
  }

  /** Gives a file another name. Durable: the folder is synced with it. */
  rename(from: string, to: string): void {
    const fault = this.#strikes("powerCut") ?? this.#strikes("writeFails");
    if (fault) throw new DiskError(fault);
    this.#files.set(to, this.#file(from));
    this.#files.delete(from);
  }

  /** Paths of all files, in the order they were made. */
  paths(): string[] {
    return [...this.#files.keys()];
  }

  #file(path: string): SimulatedFile {
    const file = this.#files.get(path);
    if (!file) throw new DiskError("readFails");
    return file;
  }

  /** Counts an operation; says whether this fault is to happen at it. */
  #strikes(kind: DiskFault): DiskFault | undefined {
    if (this.isDead) return "powerCut";
    if (kind === "powerCut" || kind === "readFails") this.operations++;
    if (this.#fault?.kind !== kind || this.operations < this.#fault.at) return undefined;
    this.#fault = undefined;
    this.faults++;
    this.happened(kind);
    if (kind === "powerCut") this.isDead = true;
    return kind;
  }
}
