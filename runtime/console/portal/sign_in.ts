import { MitralError } from "../../contract/error.ts";
import type { Clock, Spawn } from "../../contract/world.ts";
import type { Login } from "../../engine/ledger/gateway_entries.ts";
import { errors } from "./errors.ts";
import { PasswordChecker } from "./users/password_checker.ts";
import { Throttle } from "./users/throttle.ts";
import type { User, Users } from "./users/users.ts";

/**
 * Looks whether somebody is who they say. Which of name and password is wrong is told to nobody, and takes the same time.
 * Each answer is an entry of the ledger; a name that nobody has is not written down, since people type passwords in its place.
 */
export class SignIn {
  readonly #users: Pick<Users, "find">;
  readonly #note: (login: Login) => void;
  readonly #throttle: Throttle;
  readonly #checker: PasswordChecker;

  constructor(
    users: Pick<Users, "find">,
    world: { readonly clock: Pick<Clock, "elapsedMs">; readonly spawn: Pick<Spawn, "thread"> },
    note: (login: Login) => void,
  ) {
    this.#users = users;
    this.#note = note;
    this.#throttle = new Throttle(world.clock);
    this.#checker = new PasswordChecker(world);
  }

  /** Errors: PORTAL_SIGN_IN_REFUSED, PORTAL_SIGN_IN_LIMITED, PORTAL_SIGN_IN_BUSY, PORTAL_USERS_UNREADABLE. */
  async check(typed: string, password: string, address: string): Promise<User> {
    const name = typed.trim().toLowerCase();
    let user: User | undefined;
    try {
      if (!this.#throttle.admit(name, address)) errors.fail("PORTAL_SIGN_IN_LIMITED");
      user = await this.#users.find(name);
      if (!await this.#checker.matches(password, user?.hash)) errors.fail("PORTAL_SIGN_IN_REFUSED");
    } catch (cause) {
      // Who is beyond the limit is refused again and again: the first refusals are what tells.
      if (cause instanceof MitralError && cause.code === "PORTAL_SIGN_IN_REFUSED") {
        this.#note({ code: cause.code, ...(user ? { by: user.name } : {}) });
      }
      throw cause;
    }
    this.#throttle.forgive(name, address);
    this.#note({ by: user!.name });
    return user!;
  }

  close(): void {
    this.#checker.close();
  }
}
