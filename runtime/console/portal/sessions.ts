import { createHash } from "node:crypto";
import type { World } from "../../contract/world.ts";
import type { User } from "./users/users.ts";

/** Somebody who signed in. */
export interface Session {
  readonly name: string;
  /** In every form that changes something: other sites cannot know it. */
  readonly token: string;
  /** The hash it began with: with another password it is over. */
  readonly hash: string;
  /** Ids of documents that were noted to have been looked at. */
  readonly seen: Set<string>;
}

interface Open extends Session {
  readonly startedMs: number;
  seenMs: number;
}

/** However busy somebody is, after so long they sign in anew: a day's work. */
const WHOLE_MS = 12 * 3_600_000;
/** So many are kept; who was not seen for the longest time signs in anew. */
const SESSIONS_MAX = 1_000;
/** 256 bits nobody guesses. */
const ID_BYTES = 32;

/** Who is signed in, in memory alone and by the hash of their cookie: a restart signs everybody out. */
export class Sessions {
  readonly #world: Pick<World, "clock" | "random">;
  readonly #idleMs: number;
  /** Who was seen last at the end. */
  readonly #open = new Map<string, Open>();

  constructor(world: Pick<World, "clock" | "random">, idleMs: number) {
    this.#world = world;
    this.#idleMs = idleMs;
  }

  /** Opens one; returns what its cookie says. */
  start({ name, hash }: User): string {
    const id = this.#secret(), nowMs = this.#world.clock.elapsedMs();
    const opened = { name, hash, token: this.#secret(), seen: new Set<string>() };
    this.#keep(keyOf(id), { ...opened, startedMs: nowMs, seenMs: nowMs });
    return id;
  }

  /** The session of a cookie, which was used now; `undefined` where it is over, or never was. */
  use(id: string): Session | undefined {
    const key = keyOf(id), session = this.#open.get(key);
    if (!session) return undefined;
    const nowMs = this.#world.clock.elapsedMs();
    this.#open.delete(key);
    if (nowMs - session.seenMs >= this.#idleMs || nowMs - session.startedMs >= WHOLE_MS) return undefined;
    session.seenMs = nowMs;
    this.#keep(key, session);
    return session;
  }

  end(id: string): void {
    this.#open.delete(keyOf(id));
  }

  #keep(key: string, session: Open): void {
    this.#open.set(key, session);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= SESSIONS_MAX) break;
      this.#open.delete(oldest);
    }
  }

  #secret(): string {
    return this.#world.random.bytes(ID_BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
  }
}

function keyOf(id: string): string {
  return createHash("sha256").update(id).digest("hex");
}
