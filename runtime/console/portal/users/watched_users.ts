import { createHash } from "node:crypto";
import type { Clock } from "../../../contract/world.ts";
import type { PageUser } from "../../../engine/ledger/page_users.ts";
import type { Users } from "./users.ts";

/** How often it is looked whether somebody has changed who may sign in. */
const LOOK_MS = 2_000;

/** Tells who may sign in, at first and whenever that has changed: `mitral users` changes it beside the gateway. */
export class WatchedUsers implements AsyncDisposable {
  readonly #users: Pick<Users, "kept">;
  readonly #clock: Clock;
  readonly #tell: (users: readonly PageUser[]) => void;
  #told = "";
  #stopTimer = () => {};
  #looking: Promise<void>;
  #isOver = false;

  constructor(users: Pick<Users, "kept">, clock: Clock, tell: (users: readonly PageUser[]) => void) {
    this.#users = users;
    this.#clock = clock;
    this.#tell = tell;
    this.#looking = this.#look();
  }

  /** Looks a last time. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#stopTimer();
    await this.#looking;
    await this.#look();
  }

  async #look(): Promise<void> {
    // What cannot be read lets nobody in, and whoever tries is told.
    const kept = await this.#users.kept().catch(() => undefined);
    const text = JSON.stringify(kept);
    if (kept && text !== this.#told) {
      this.#told = text;
      this.#tell(
        kept.map((each) =>
          "removed" in each
            ? { name: each.name, by: each.by }
            : { name: each.name, role: each.role, mark: markOf(each.hash), by: each.by }
        ),
      );
    }
    if (this.#isOver) return;
    this.#stopTimer = this.#clock.after(LOOK_MS, () => void (this.#looking = this.#look()));
  }
}

/** Of a hash that has a salt of its own. */
function markOf(hash: string): string {
  return createHash("sha256").update(hash).digest("base64url").slice(0, 16);
}
