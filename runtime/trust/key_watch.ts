import type { MitralError } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import { parseIdentity } from "./identity.ts";
import { identityErrors } from "./identity_errors.ts";
import { type GatewayKeyring, readKeyFile } from "./keyring.ts";
import type { MasterKey } from "./master_key.ts";

/** What became of a gateway's own keys. */
export type KeyNews =
  /** `by`: the person who changed them, where the file says so. */
  | { readonly name: "keysChanged"; readonly serial: number; readonly by?: string }
  | { readonly name: "keysTroubled"; readonly error: MitralError };

const LOOK_MS = 10_000;

/**
 * Looks at a gateway's private file every ten seconds, so that keys made by `mitral keys rotate` count without a restart.
 * A file that cannot be used changes nothing, and is told of once: a gateway goes on with the keys it has.
 */
export class KeyWatch implements Disposable {
  readonly #parts: KeyWatchParts;
  #stamp = "";
  #forget = () => {};
  #isOver = false;

  constructor(parts: KeyWatchParts) {
    this.#parts = parts;
  }

  /** Looks from now on, until it is disposed; says where the keys lie in clear, or one is missing. */
  async start(): Promise<void> {
    const { keyring, file, report } = this.#parts;
    this.#stamp = await this.#stampNow();
    if (keyring.identity?.isSealed === false) {
      report({ name: "keysTroubled", error: identityErrors.error("IDENTITY_FILE_UNSEALED", { file }) });
    } else if (keyring.identity && !keyring.identity.ledger) {
      report({ name: "keysTroubled", error: identityErrors.error("IDENTITY_LEDGER_MISSING", { file }) });
    }
    this.#wait();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#forget();
  }

  #wait(): void {
    if (this.#isOver) return;
    this.#forget = this.#parts.world.clock.after(LOOK_MS, async () => {
      await this.#look();
      this.#wait();
    });
  }

  async #look(): Promise<void> {
    const { world, file, masterKey, keyring, report } = this.#parts;
    const stamp = await this.#stampNow();
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      const identity = await parseIdentity(await readKeyFile(file, world.disk), file, masterKey);
      keyring.use({ identity });
      const { serial, changedBy } = identity;
      report({ name: "keysChanged", serial, ...(changedBy === undefined ? {} : { by: changedBy }) });
    } catch (cause) {
      report({ name: "keysTroubled", error: cause as MitralError });
    }
  }

  async #stampNow(): Promise<string> {
    const facts = await this.#parts.world.disk.facts(this.#parts.file).catch(() => undefined);
    return facts ? `${facts.size} ${facts.modifiedMs}` : "none";
  }
}

/** What a watch is made of. */
export interface KeyWatchParts {
  /** The private file, absolute. */
  readonly file: string;
  readonly masterKey?: MasterKey;
  /** Holds what was read of the file, and is given what it holds later. */
  readonly keyring: GatewayKeyring;
  readonly world: Pick<World, "disk" | "clock">;
  readonly report: (news: KeyNews) => void;
}
