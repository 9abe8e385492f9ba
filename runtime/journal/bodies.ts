import { Buffer } from "node:buffer";
import type { Database, Row, Statement } from "./database.ts";
import { isLarge, type LargeBody, sha256Of, type Stored } from "./large_bodies.ts";
import { sameBytes } from "./same_bytes.ts";
import { type Owner, SEALED, type Sealing } from "./sealing.ts";

/** What is sealed with a body: nothing of it can be read beside the journal. */
export interface BodyHead {
  /** Media type. */
  readonly contentType: string;
  /** The sender's own id. */
  readonly controlId: string;
  /** As the format names it; of what a gateway sends: left out. */
  readonly type?: string;
  /** Who it came from. */
  readonly peer?: string;
  readonly partner?: string;
  /** What its sender called the delivery, where it is known by that. */
  readonly key?: string;
  /** When it was sealed, by its sender's clock, where it came sealed. */
  readonly sealedAtMs?: number;
  /** What the ledger's word on a message's body is made with, in hex: see `bodyCommitment`. Gone with the body. */
  readonly salt?: string;
}

/** A body as it was put in. */
export interface OpenedBody {
  readonly head: BodyHead;
  readonly stored: Stored;
}

/** Keeps bodies, sealed; each is known by a number. */
export class Bodies {
  readonly #sealing: Sealing;
  readonly #insert: Statement;
  readonly #find: Statement;
  #last: number;

  constructor(database: Database, sealing: Sealing) {
    this.#sealing = sealing;
    this.#insert = database.prepare("INSERT INTO body (id, sealed, file) VALUES (?, ?, ?)");
    this.#find = database.prepare("SELECT sealed FROM body WHERE id = ?");
    this.#last = Number(database.prepare("SELECT ifnull(max(id), 0) AS last FROM body").get()!.last);
  }

  insert(owner: Owner, head: BodyHead, body: Stored): number {
    const id = ++this.#last;
    const sealed = this.#sealing.seal(SEALED.body, id, owner, encode(head, body));
    this.#insert.run(id, sealed, isLarge(body) ? body.file : null);
    return id;
  }

  /** `null` where it can no longer be read. */
  read(id: number): OpenedBody | null {
    return openBody(this.#sealing, id, this.#find.get(id)?.sealed as Uint8Array | undefined);
  }
}

/** A body of the table `body`; `null` where it is not there, or no longer what it was. */
export function openBody(
  sealing: Sealing,
  id: number,
  sealed: Row[string] | undefined,
): OpenedBody | null {
  const plain = sealed instanceof Uint8Array ? sealing.open(SEALED.body, id, sealed) : null;
  return plain && decode(plain);
}

/** True where both are the same bytes. */
export function isSame(a: Stored, b: Stored): boolean {
  if (a.length !== b.length) return false;
  if (isLarge(a)) return a.sha256 === (isLarge(b) ? b.sha256 : sha256Of(b));
  return isLarge(b) ? isSame(b, a) : sameBytes(a, b);
}

/** The head as JSON behind its length (4 bytes, big-endian); then the bytes, unless they are in a file. */
function encode(head: BodyHead, body: Stored): Uint8Array {
  const text = JSON.stringify(isLarge(body) ? { ...head, large: written(body) } : head);
  const bytes = isLarge(body) ? NOTHING : body;
  const length = Buffer.byteLength(text);
  const plain = Buffer.allocUnsafeSlow(4 + length + bytes.length);
  plain.writeUInt32BE(length);
  plain.write(text, 4);
  plain.set(bytes, 4 + length);
  return plain;
}

function decode(plain: Uint8Array): OpenedBody {
  const end = 4 + Buffer.from(plain.buffer, plain.byteOffset, 4).readUInt32BE();
  const { large, ...head } = JSON.parse(utf8.decode(plain.subarray(4, end))) as HeadWithLarge;
  // Copied: a view would take the head along wherever it is sent.
  return { head, stored: large ? read(large) : new Uint8Array(plain.subarray(end)) };
}

type HeadWithLarge = BodyHead & { readonly large?: Written };
type Written = Omit<LargeBody, "key"> & { readonly key: string };

function written({ key, ...rest }: LargeBody): Written {
  return { ...rest, key: Buffer.from(key).toString("hex") };
}

function read({ key, ...rest }: Written): LargeBody {
  return { ...rest, key: new Uint8Array(Buffer.from(key, "hex")) };
}

const utf8 = new TextDecoder();
const NOTHING = new Uint8Array(0);
