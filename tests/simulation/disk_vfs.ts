import type { SeededRandom } from "../world/seeded_random.ts";
import { DiskError, type DiskFault, type SimulatedDisk } from "./simulated_disk.ts";
import { type Pointer, sqlite } from "./sqlite_wasm.ts";

const { wasm, capi } = sqlite;

/** Name of the file system that is whatever disk is mounted. */
export const VFS_NAME = "simulated";

const OK = 0;
const CANTOPEN = 14;
const NOTFOUND = 12;
const SHORT_READ = 522;
/** What SQLite calls what a disk does, where nothing else fits. */
const FAILURES: Readonly<Record<DiskFault, number>> = {
  powerCut: 10,
  readFails: 266,
  writeFails: 778,
  syncFails: 1034,
  full: 13,
};
const OPEN_CREATE = 4;
/** As SQLite sees Linux: a write harms no bytes beside it. */
const POWERSAFE_OVERWRITE = 0x1000;
/** SQLite's own for Linux. The disk's sectors are smaller, which is harder on it. */
const SECTOR_BYTES = 4096;
/** 1970-01-01 in milliseconds of the Julian day: no SQL of the journal asks for the time. */
const JULIAN_MS_OF_1970 = 210866760000000n;

let disk: SimulatedDisk;
let random: SeededRandom;
/** Path of each open file, by its place in WebAssembly's memory. */
const paths = new Map<Pointer, string>();

/** From here on SQLite's files are on this disk, and its chance is this one, from its start. */
export function mount(mounted: SimulatedDisk, chance: SeededRandom): void {
  [disk, random] = [mounted, chance];
  paths.clear();
  reseed();
}

/** SQLite seeds its own generator once: here it does again, as a process that starts does. */
export function reseed(): void {
  wasm.exports.sqlite3_randomness(0, 0);
}

function attempt(act: () => number | void): number {
  try {
    return act() ?? OK;
  } catch (cause) {
    if (cause instanceof DiskError) return FAILURES[cause.fault];
    throw cause;
  }
}

const bytesAt = (pointer: Pointer, length: number) => wasm.heap8u().subarray(pointer, pointer + length);
const pathOf = (file: Pointer) => paths.get(file)!;

const io = new capi.sqlite3_io_methods();
io.$iVersion = 1;
const vfs = new capi.sqlite3_vfs();
vfs.$iVersion = 2;
vfs.$szOsFile = 8;
vfs.$mxPathname = 512;

sqlite.vfs.installVfs({
  io: {
    struct: io,
    methods: {
      xClose: (file: Pointer) => {
        paths.delete(file);
        return OK;
      },
      xRead: (file: Pointer, into: Pointer, length: number, at: bigint) =>
        attempt(() => {
          const bytes = bytesAt(into, length);
          const count = disk.read(pathOf(file), bytes, Number(at));
          bytes.fill(0, count);
          return count < length ? SHORT_READ : OK;
        }),
      xWrite: (file: Pointer, from: Pointer, length: number, at: bigint) =>
        attempt(() => disk.write(pathOf(file), bytesAt(from, length), Number(at))),
      xTruncate: (file: Pointer, length: bigint) =>
        attempt(() => disk.truncate(pathOf(file), Number(length))),
      xSync: (file: Pointer) => attempt(() => disk.sync(pathOf(file))),
      xFileSize: (file: Pointer, size: Pointer) => {
        wasm.poke64(size, BigInt(disk.length(pathOf(file))));
        return OK;
      },
      xLock: () => OK,
      xUnlock: () => OK,
      xCheckReservedLock: (_file: Pointer, result: Pointer) => {
        wasm.poke32(result, 0);
        return OK;
      },
      xFileControl: () => NOTFOUND,
      xSectorSize: () => SECTOR_BYTES,
      xDeviceCharacteristics: () => POWERSAFE_OVERWRITE,
    },
  },
  vfs: {
    struct: vfs,
    name: VFS_NAME,
    methods: {
      xOpen: (_vfs: Pointer, name: Pointer, file: Pointer, flags: number, flagsOut: Pointer) => {
        wasm.pokePtr(file, 0);
        const path = name === 0 ? `unnamed-${file}` : wasm.cstrToJs(name);
        if (disk.isDead || !(flags & OPEN_CREATE) && !disk.has(path)) return CANTOPEN;
        disk.create(path);
        paths.set(file, path);
        wasm.pokePtr(file, io.pointer);
        if (flagsOut) wasm.poke32(flagsOut, flags);
        return OK;
      },
      xDelete: (_vfs: Pointer, name: Pointer) => attempt(() => disk.remove(wasm.cstrToJs(name))),
      xAccess: (_vfs: Pointer, name: Pointer, _flags: number, result: Pointer) => {
        wasm.poke32(result, disk.has(wasm.cstrToJs(name)) ? 1 : 0);
        return OK;
      },
      xFullPathname: (_vfs: Pointer, name: Pointer, length: number, into: Pointer) => {
        const heap = wasm.heap8u();
        const end = heap.indexOf(0, name) + 1;
        if (end - name > length) return CANTOPEN;
        heap.copyWithin(into, name, end);
        return OK;
      },
      xRandomness: (_vfs: Pointer, length: number, into: Pointer) => {
        bytesAt(into, length).set(random.bytes(length));
        return length;
      },
      xSleep: () => OK,
      xCurrentTimeInt64: (_vfs: Pointer, into: Pointer) => {
        wasm.poke64(into, JULIAN_MS_OF_1970);
        return OK;
      },
      xGetLastError: () => OK,
    },
  },
});
