import { hash } from "node:crypto";
import { sha256Into } from "../../trust/ledger/sha256.ts";
import { isLarge, type Stored } from "../large_bodies.ts";

/** Length of a salt. */
export const SALT_BYTES = 16;

/** Salts that are asked for at once: one by one each costs as much as a hash. */
const SALTS = 64;

/** Gives salts. */
export class Salts {
  readonly #random: (length: number) => Uint8Array;
  #left: Uint8Array = new Uint8Array();

  constructor(random: (length: number) => Uint8Array) {
    this.#random = random;
  }

  /** One nobody has, in hex. */
  next(): string {
    if (this.#left.length === 0) this.#left = this.#random(SALTS * SALT_BYTES);
    const salt = this.#left.subarray(0, SALT_BYTES);
    this.#left = this.#left.subarray(SALT_BYTES);
    return salt.toHex();
  }
}

/** A body, and the salt that is kept with it, in hex. */
export interface SaltedBody {
  readonly salt: string;
  readonly body: Stored;
}

// Nothing waits while they are filled and hashed.
const input = new Uint8Array(SALT_BYTES + 32), made = new Uint8Array(32);

/**
 * What an entry says of a body: SHA-256 of the salt and the SHA-256 of the body, 48 bytes, in hex. Whoever has neither cannot
 * try bodies until one fits; who is shown both knows that it is this one.
 *
 * @param salt in hex
 */
export function bodyCommitment(salt: string, body: Stored): string {
  input.setFromHex(salt + (isLarge(body) ? body.sha256 : hash("sha256", body)));
  sha256Into(made, input);
  return made.toHex();
}
