import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { type MasterKey, masterKeyErrors } from "../trust/master_key.ts";
import type { Database, Statement } from "./database.ts";

/** What a sealed value is: it opens as nothing else. */
export const SEALED = {
  body: 1,
  answer: 2,
  deliveryAnswer: 3,
  evidence: 4,
  state: 5,
  reason: 6,
  hold: 7,
  statement: 8,
  disclosure: 9,
  patient: 10,
  readDocument: 11,
  reviewedDocument: 12,
} as const;

/** Whose data key seals a value. */
export interface Owner {
  /** Number of the channel's name; 0 for the gateway itself. */
  readonly channel: number;
  /** Of the message, in whole days since 1970-01-01 UTC; 0 for what outlives its day. */
  readonly day: number;
}

interface DataKey {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** How much was sealed with it: the nonce of the next. */
  count: number;
}

/** The day a moment is in, UTC, from its milliseconds since 1970-01-01T00:00Z. */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

export const DAY_MS = 86_400_000;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Before the ciphertext: number of the data key, 4 bytes, and of the value under it, 8 bytes; both big-endian. */
const HEAD_BYTES = 12;

/**
 * Seals what the journal keeps, with AES-256-GCM: under a key of a channel and a day, which is in the table `data_key`,
 * wrapped by the master key. Without its data key a value is gone, wherever copies of it are.
 *
 * A data key seals values of one opening of the journal only. So a count makes its nonces, and no two are the same: not
 * after a rollback, and not after a backup was put in the place of the journal.
 */
export class Sealing {
  /** Of the blind indexes. */
  readonly indexKey: Uint8Array;
  readonly #database: Database;
  readonly #wrapping: Wrapping;
  /** Bytes nobody can guess. */
  readonly random: (length: number) => Uint8Array;
  readonly #insert: Statement;
  readonly #find: Statement;
  readonly #current = new Map<string, DataKey>();
  readonly #opened = new Map<number, Uint8Array>();
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  readonly #context = Buffer.alloc(9);

  /** Errors: MASTER_KEY_WRONG. */
  constructor(database: Database, master: MasterKey, random: (length: number) => Uint8Array) {
    this.#database = database;
    this.random = random;
    this.#wrapping = new Wrapping(master, random);
    this.indexKey = indexKeyIn(database, this.#wrapping);
    this.#insert = database.prepare("INSERT INTO data_key (channel, day, wrapped) VALUES (?, ?, ?)");
    this.#find = database.prepare("SELECT channel, day, wrapped FROM data_key WHERE id = ?");
  }

  /** What stands for patients' numbers for six years; whoever writes makes it. */
  patientKey(): Uint8Array {
    return patientKeyIn(this.#database, this.#wrapping);
  }

  /** @param subject what the value belongs to, by number: it opens for that alone */
  seal(kind: number, subject: number, owner: Owner, plain: Uint8Array): Uint8Array {
    const key = this.#currentKey(owner);
    const blob = Buffer.allocUnsafeSlow(HEAD_BYTES + plain.length + TAG_BYTES);
    blob.writeUInt32BE(key.id, 0);
    blob.writeUIntBE(0, 4, 2);
    blob.writeUIntBE(key.count++, 6, 6);
    const cipher = createCipheriv("aes-256-gcm", key.bytes, this.#nonceIn(blob));
    cipher.setAAD(this.#contextOf(kind, subject));
    blob.set(cipher.update(plain), HEAD_BYTES);
    cipher.final();
    blob.set(cipher.getAuthTag(), HEAD_BYTES + plain.length);
    return blob;
  }

  /** `null` where a bit of it has changed, or its data key is gone. */
  open(kind: number, subject: number, blob: Uint8Array): Uint8Array | null {
    const sealed = Buffer.from(blob.buffer, blob.byteOffset, blob.length);
    if (sealed.length < HEAD_BYTES + TAG_BYTES) return null;
    const key = this.#keyOf(sealed.readUInt32BE(0));
    if (!key) return null;
    const decipher = createDecipheriv("aes-256-gcm", key, this.#nonceIn(sealed));
    decipher.setAAD(this.#contextOf(kind, subject));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    try {
      const plain = decipher.update(sealed.subarray(HEAD_BYTES, sealed.length - TAG_BYTES));
      decipher.final();
      return plain;
    } catch {
      return null;
    }
  }

  /** Forgets what a rolled-back transaction may have made, and keys that were deleted. */
  forget(): void {
    this.#current.clear();
    this.#opened.clear();
  }

  #currentKey({ channel, day }: Owner): DataKey {
    const place = placeOf(channel, day);
    let key = this.#current.get(place);
    if (!key) {
      const bytes = this.random(32);
      const { lastId: id } = this.#insert.run(channel, day, this.#wrapping.wrap(place, bytes));
      this.#current.set(place, key = { id, bytes, count: 0 });
      this.#opened.set(id, bytes);
    }
    return key;
  }

  #keyOf(id: number): Uint8Array | null {
    const known = this.#opened.get(id);
    if (known) return known;
    const row = this.#find.get(id);
    if (!row) return null;
    const key = this.#wrapping.unwrap(
      placeOf(Number(row.channel), Number(row.day)),
      row.wrapped as Uint8Array,
    );
    if (key) this.#opened.set(id, key);
    return key;
  }

  #nonceIn(blob: Buffer): Buffer {
    blob.copy(this.#nonce, 4, 4, HEAD_BYTES);
    return this.#nonce;
  }

  #contextOf(kind: number, subject: number): Buffer {
    this.#context[0] = kind;
    this.#context.writeUInt16BE(Math.floor(subject / 2 ** 48), 1);
    this.#context.writeUIntBE(subject % 2 ** 48, 3, 6);
    return this.#context;
  }
}

/** What a wrapped key is for: under another name it does not unwrap. */
export function placeOf(channel: number, day: number): string {
  return `data key ${channel} ${day}`;
}

/** Wraps keys under the master key: nonce, ciphertext and tag of AES-256-GCM, under a key that HKDF-SHA-256 makes of it. */
export class Wrapping {
  /** Of the master key. */
  readonly id: string;
  readonly #key: Uint8Array;
  readonly #random: (length: number) => Uint8Array;

  constructor({ id, bytes }: MasterKey, random: (length: number) => Uint8Array) {
    this.id = id;
    this.#key = new Uint8Array(hkdfSync("sha256", bytes, "", "mitral journal key wrapping", 32));
    this.#random = random;
  }

  /** A key nobody has. */
  newKey(): Uint8Array {
    return this.#random(32);
  }

  wrap(place: string, key: Uint8Array): Uint8Array {
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    cipher.setAAD(utf8.encode(place));
    return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  }

  /** `null` where it is another's, or has changed. */
  unwrap(place: string, wrapped: Uint8Array): Uint8Array | null {
    const decipher = createDecipheriv("aes-256-gcm", this.#key, wrapped.subarray(0, NONCE_BYTES));
    decipher.setAAD(utf8.encode(place));
    decipher.setAuthTag(wrapped.subarray(wrapped.length - TAG_BYTES));
    try {
      const key = decipher.update(wrapped.subarray(NONCE_BYTES, wrapped.length - TAG_BYTES));
      decipher.final();
      return key;
    } catch {
      return null;
    }
  }
}

const utf8 = new TextEncoder();

/** Name of the index key in the table `vault`, and what it is wrapped for. */
export const INDEX_KEY = "index key";
/** Name of the master key's id there. */
export const MASTER_ID = "master key id";

/** The index key of a journal; a new journal gets one, and belongs to this master key from then on. Errors: MASTER_KEY_WRONG. */
export function indexKeyIn(database: Database, wrapping: Wrapping): Uint8Array {
  const kept = (name: string) => database.prepare("SELECT value FROM vault WHERE name = ?").get(name)?.value;
  const wrapped = kept(INDEX_KEY);
  if (!wrapped) return newIndexKey(database, wrapping);
  return wrapping.unwrap(INDEX_KEY, wrapped as Uint8Array) ??
    masterKeyErrors.fail("MASTER_KEY_WRONG", { needed: String(kept(MASTER_ID)), found: wrapping.id });
}

/** Name of the key that patients' numbers are blinded with. */
const PATIENT_KEY = "patient key";

/** An old journal gets one, and so does a new one. Errors: MASTER_KEY_WRONG. */
function patientKeyIn(database: Database, wrapping: Wrapping): Uint8Array {
  const wrapped = database.prepare("SELECT value FROM vault WHERE name = ?").get(PATIENT_KEY)?.value;
  if (wrapped) {
    return wrapping.unwrap(PATIENT_KEY, wrapped as Uint8Array) ??
      masterKeyErrors.fail("MASTER_KEY_WRONG", { needed: masterKeyIn(database), found: wrapping.id });
  }
  const key = wrapping.newKey();
  database.prepare("INSERT INTO vault (name, value) VALUES (?, ?)").run(
    PATIENT_KEY,
    wrapping.wrap(PATIENT_KEY, key),
  );
  return key;
}

/** Id of the master key a journal belongs to. */
export function masterKeyIn(database: Database): string {
  return String(database.prepare("SELECT value FROM vault WHERE name = ?").get(MASTER_ID)?.value ?? "");
}

function newIndexKey(database: Database, wrapping: Wrapping): Uint8Array {
  const key = wrapping.newKey();
  const keep = database.prepare("INSERT INTO vault (name, value) VALUES (?, ?)");
  database.exec("BEGIN IMMEDIATE");
  keep.run(INDEX_KEY, wrapping.wrap(INDEX_KEY, key));
  keep.run(MASTER_ID, wrapping.id);
  database.exec("COMMIT");
  return key;
}
