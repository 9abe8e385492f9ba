import { join } from "node:path";
import type { Disk, World } from "../../../contract/world.ts";
import { USERS } from "../../../journal/upkeep/backup_manifest.ts";
import { errors } from "../errors.ts";
import { hashPassword, parseHash, SALT_BYTES, weaknessOf } from "./password.ts";

/** What somebody may do: `reviewer` sees and decides, `viewer` sees. */
export const roles = ["reviewer", "viewer"] as const;

/** One of {@linkcode roles}. */
export type Role = typeof roles[number];

/** Somebody who may sign in. */
export interface User {
  /** As it stands in the journal. */
  readonly name: string;
  readonly role: Role;
  /** Argon2id, as a PHC string. */
  readonly hash: string;
  /** Who made it as it is, as the operating system names that person, and when. */
  readonly by: string;
  readonly atMs: number;
}

/** Somebody who could: the name stays theirs, since what they did stands in the journal. */
export interface FormerUser extends Pick<User, "name" | "by" | "atMs"> {
  readonly removed: true;
}

/** Who may sign in, or could. */
export type Kept = User | FormerUser;

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** What others stand in the journal as. */
const RESERVED = ["program", "unknown"];

/**
 * Who may sign in to this gateway's page: a file in the data folder, for its owner alone. It is read anew each time, so that
 * a change counts at once, whether the gateway runs or not.
 */
export class Users {
  readonly #disk: Disk;
  readonly #path: string;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#path = join(folder, USERS);
  }

  /** By name. Errors: PORTAL_USERS_UNREADABLE. */
  async list(): Promise<readonly User[]> {
    return (await this.#read()).filter((kept) => !("removed" in kept)) as User[];
  }

  /** All whose names are taken, by name. Errors: PORTAL_USERS_UNREADABLE. */
  kept(): Promise<readonly Kept[]> {
    return this.#read();
  }

  /** Errors: PORTAL_USERS_UNREADABLE. */
  async find(name: string): Promise<User | undefined> {
    return (await this.list()).find((user) => user.name === name);
  }

  /**
   * `isSamePerson`: somebody who was removed comes back. Errors: PORTAL_NAME_UNFIT, PORTAL_USER_KNOWN, PORTAL_USER_GONE,
   * PORTAL_PASSWORD_WEAK, PORTAL_USERS_UNREADABLE.
   */
  async add(
    { name, role, isSamePerson, password }: Pick<User, "name" | "role"> & {
      readonly isSamePerson: boolean;
      readonly password: string;
    },
    change: UserChange,
  ): Promise<void> {
    if (!NAME.test(name) || RESERVED.includes(name)) errors.fail("PORTAL_NAME_UNFIT");
    const all = await this.#read(), found = all.find((kept) => kept.name === name);
    if (found && !("removed" in found)) errors.fail("PORTAL_USER_KNOWN", { name });
    if (found && !isSamePerson) errors.fail("PORTAL_USER_GONE", { name });
    await this.#put({ name, role, hash: hashOf(password, name, change), ...made(change) }, all);
  }

  /** Ends every session of theirs. Errors: PORTAL_USER_UNKNOWN, PORTAL_USERS_UNREADABLE. */
  async remove(name: string, change: UserChange): Promise<void> {
    const all = await this.#read();
    known(name, all);
    await this.#put({ name, removed: true, ...made(change) }, all);
  }

  /** Ends every session of theirs. Errors: PORTAL_USER_UNKNOWN, PORTAL_PASSWORD_WEAK, PORTAL_USERS_UNREADABLE. */
  async setPassword(name: string, password: string, change: UserChange): Promise<void> {
    const all = await this.#read();
    const user = known(name, all);
    await this.#put({ ...user, hash: hashOf(password, name, change), ...made(change) }, all);
  }

  async #put(kept: Kept, all: readonly Kept[]): Promise<void> {
    const users = [...all.filter(({ name }) => name !== kept.name), kept]
      .sort((a, b) => a.name < b.name ? -1 : 1);
    const text = JSON.stringify({ version: 1, users }, null, 2) + "\n";
    await this.#disk.writeAtomic(this.#path, new TextEncoder().encode(text), { mode: 0o600 });
  }

  async #read(): Promise<readonly Kept[]> {
    if (!await this.#disk.facts(this.#path)) return [];
    try {
      const { version, users } = JSON.parse(await this.#disk.readText(this.#path));
      if (version === 1 && Array.isArray(users) && users.every(isKept)) return users;
    } catch (cause) {
      return errors.fail("PORTAL_USERS_UNREADABLE", { path: this.#path }, cause);
    }
    return errors.fail("PORTAL_USERS_UNREADABLE", { path: this.#path });
  }
}

/** Who changes something, and with what. */
export interface UserChange {
  /** As the operating system names the person. */
  readonly by: string;
  readonly world: Pick<World, "clock" | "random">;
}

/** Fails where a password may not be taken. Errors: PORTAL_PASSWORD_WEAK. */
function hashOf(password: string, name: string, { world }: UserChange): string {
  const rule = weaknessOf(password, name);
  if (rule !== undefined) errors.fail("PORTAL_PASSWORD_WEAK", { rule });
  return hashPassword(password, world.random.bytes(SALT_BYTES));
}

function made({ by, world }: UserChange) {
  return { by, atMs: world.clock.nowMs() };
}

function known(name: string, all: readonly Kept[]): User {
  const found = all.find((kept) => kept.name === name);
  return found && !("removed" in found) ? found : errors.fail("PORTAL_USER_UNKNOWN", { name });
}

function isKept(value: unknown): value is Kept {
  const { name, by, atMs, removed, role, hash } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof name === "string" && NAME.test(name) && typeof by === "string" && typeof atMs === "number" &&
    (removed === true ||
      (roles as readonly unknown[]).includes(role) && typeof hash === "string" &&
        parseHash(hash) !== undefined);
}
