import type { World } from "../../../../../runtime/contract/world.ts";
import { languageFile, readByProgram } from "../engines/program.ts";
import { ReaderPool } from "./pool.ts";

/** A pool, and how many use it. */
interface Shared {
  readonly pool: ReaderPool;
  users: number;
}

/** The pool of each world: one process has one, whatever its channels. */
const pools = new WeakMap<World["spawn"], Shared>();

/**
 * The most threads where nobody says: each takes up to 180 MB, what the pages of a long fax say together up to 130, and all
 * is to stay below 600.
 */
const THREADS_USUAL_MAX = 2;

/** One core is left to everything else, where there are several. */
export function usualThreads(cores: number = navigator.hardwareConcurrency): number {
  return Math.min(Math.max(cores - 1, 1), THREADS_USUAL_MAX);
}

/**
 * The pool that all channels of a process share. It is as large as the largest that any of them asks for. MUST be given
 * back by disposing what it returns.
 */
export function sharePool(world: World, threads: number): { readonly pool: ReaderPool } & Disposable {
  const shared = pools.get(world.spawn) ?? { pool: openPool(world), users: 0 };
  pools.set(world.spawn, shared);
  shared.users++;
  shared.pool.growTo(threads);
  let isMine = true;
  return {
    pool: shared.pool,
    [Symbol.dispose]() {
      if (!isMine) return;
      isMine = false;
      if (--shared.users > 0) return;
      shared.pool.close();
      pools.delete(world.spawn);
    },
  };
}

function openPool(world: World): ReaderPool {
  let data: ReturnType<typeof languageFile> | undefined;
  return new ReaderPool({
    world,
    run: async (png, layout, signal) =>
      await readByProgram(world, await (data ??= languageFile(world)), png, layout, signal),
  });
}
