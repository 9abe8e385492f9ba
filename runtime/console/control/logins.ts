import type { Clock } from "../../contract/world.ts";
import type { Login } from "../../engine/ledger/gateway_entries.ts";
import type { ControlRequest } from "./server.ts";

/** Whoever asks nothing for so long is signed in no more. */
const IDLE_MS = 900_000;
/** So many are remembered; whoever is forgotten signs in anew. */
const PEOPLE_MAX = 1_000;
/** Asked by programs, over and over, and shows nothing of any message. */
const UNCOUNTED = "status";

/**
 * Tells who signs in by the control socket. The socket asks for no password, and each command connects anew: a person is taken to
 * sign in with the first request after fifteen minutes without any. Who only reads the status does not. What is no request is
 * told as often, under no name.
 */
export class Logins {
  readonly #clock: Pick<Clock, "elapsedMs">;
  readonly #note: (login: Login) => void;
  /** When each has asked last; the last at the end. */
  readonly #asked = new Map<string, number>();

  constructor(clock: Pick<Clock, "elapsedMs">, note: (login: Login) => void) {
    this.#clock = clock;
    this.#note = note;
  }

  answered({ person, method }: ControlRequest): void {
    if (method !== UNCOUNTED && this.#isNew(`by ${person}`)) this.#note({ by: person });
  }

  refused(code: string): void {
    if (this.#isNew("nobody")) this.#note({ code });
  }

  #isNew(who: string): boolean {
    const nowMs = this.#clock.elapsedMs(), lastMs = this.#asked.get(who) ?? -Infinity;
    this.#asked.delete(who);
    this.#asked.set(who, nowMs);
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= PEOPLE_MAX) break;
      this.#asked.delete(oldest);
    }
    return nowMs - lastMs >= IDLE_MS;
  }
}
