import { timingSafeEqual } from "node:crypto";
import type { Spawn, Thread } from "../../../contract/world.ts";
import { errors } from "../errors.ts";
import { ARGON2, type HashParameters, parseHash, SALT_BYTES } from "./password.ts";

/** So many people may wait for the thread. */
const WAITING_MAX = 16;

/** What is hashed for somebody nobody knows: it takes as long as for one who is known. */
const NOBODY: HashParameters = { ...ARGON2, salt: new Uint8Array(SALT_BYTES) };

/**
 * Checks passwords in a thread of its own, one at a time: hashing takes a third of a second, in which messages go on. The
 * thread is there from the first check on.
 */
export class PasswordChecker {
  readonly #world: { readonly spawn: Pick<Spawn, "thread"> };
  #thread: Thread | undefined;
  readonly #waiting: PromiseWithResolvers<Uint8Array>[] = [];

  constructor(world: { readonly spawn: Pick<Spawn, "thread"> }) {
    this.#world = world;
  }

  /** Whether a password belongs to a hash; to none, in the same time. Errors: PORTAL_SIGN_IN_BUSY. */
  async matches(password: string, hash: string | undefined): Promise<boolean> {
    const kept = hash === undefined ? undefined : parseHash(hash);
    const derived = await this.#derive(password, kept ?? NOBODY);
    return kept !== undefined && timingSafeEqual(derived, kept.hash);
  }

  /** Ends the thread; who waits for it is told that it is busy. */
  close(): void {
    this.#thread?.terminate();
    this.#fail();
  }

  #derive(password: string, { salt, m, t, p }: HashParameters): Promise<Uint8Array> {
    if (this.#waiting.length >= WAITING_MAX) errors.fail("PORTAL_SIGN_IN_BUSY");
    const answer = Promise.withResolvers<Uint8Array>();
    this.#waiting.push(answer);
    this.#thread ??= this.#start();
    this.#thread.post({ password, parameters: { salt, m, t, p } });
    return answer.promise;
  }

  #start(): Thread {
    const thread = this.#world.spawn.thread(new URL("./password_thread.ts", import.meta.url));
    // It answers in the order it was asked.
    thread.receive = (hash) => this.#waiting.shift()?.resolve(hash as Uint8Array);
    thread.died = () => this.#fail();
    return thread;
  }

  #fail(): void {
    this.#thread = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(errors.error("PORTAL_SIGN_IN_BUSY"));
  }
}
