import type { MitralError } from "./error.ts";

/** Content of a known type. MUST NOT change once it is part of a message. */
export interface Body {
  /** A media type, as in `Content-Type`: `x-application/hl7-v2+er7`, `application/json`. */
  readonly contentType: string;
  /** The content as it goes out. Parts that were not changed MUST be byte for byte what came in. */
  toBytes(): Uint8Array;
  /** Called when the body becomes part of a message: changing it in place MUST then throw. */
  freeze?(): void;
}

/**
 * A body whose values are read and replaced by path, in the path language of its format: `PID-3.1` for HL7 v2,
 * `$.patient.mrn` for JSON. Filters and transforms need no more than this.
 */
export interface PathBody extends Body {
  /** The decoded value of one leaf; `undefined` where it is absent. Throws `MitralError` on a malformed path. */
  get(path: string): string | undefined;
  /** Every value the path can mean: an index left out, or `[*]`, stands for all of them, in order. */
  getAll(path: string): readonly string[];
  /** A copy with the leaf replaced, and made where it was absent. Nothing else changes. */
  with(path: string, value: string): PathBody;
  /** A copy without what the path names: a leaf, a field, a whole segment. */
  without(path: string): PathBody;
  /**
   * The exact path of each thing the path can mean, in order: `OBX` is `OBX[1]`, `OBX[2]`; `$.items[*]` is `$.items[0]`,
   * `$.items[1]`. None where nothing is there.
   */
  places(path: string): readonly string[];
  /**
   * A path as it reads for somebody who stands at a place: at `OBX[2]`, `OBX-5` is `OBX[2]-5`; at `$.items[1]`, `@.code`
   * is `$.items[1].code`. A path that does not depend on the place is returned as it is.
   */
  resolve(path: string, place: string): string;
  /**
   * A body for each thing the path can mean, in order: for HL7 v2 the segments before the first, with one of them and
   * what belongs to it; for JSON the element by itself. None where nothing is there.
   */
  split(path: string): readonly PathBody[];
  /** Every leaf that is not absent, by its exact path, in order: what two bodies are compared by. */
  leaves(): Iterable<readonly [path: string, value: string]>;
  /**
   * What is to be changed to make another body of the same format out of this one, where the format can tell better than
   * leaf by leaf: that something was put in or taken out, and all behind it is the same. None where nothing differs.
   */
  changesTo?(other: PathBody): readonly Change[];
}

/** One thing that is to be changed in a body to make it another: a leaf, or a part of it that was put in or taken out. */
export interface Change {
  /** The exact path in the body that comes after; in the one before, where it is only there. */
  readonly path: string;
  /** The exact path in the body that comes before, where it is another there. */
  readonly pathBefore?: string;
  /** The value of a leaf, the text of a larger part; left out: it is not there before. */
  readonly before?: string;
  /** Left out: it is not there after. */
  readonly after?: string;
}

/** True where values of the body can be read and replaced by path. */
export function hasPaths(body: Body): body is PathBody {
  return "get" in body && "getAll" in body && "with" in body && "without" in body;
}

/** Bytes nobody has parsed yet. */
export class RawBody implements Body {
  /** The array is kept, not copied: it MUST not change any more. */
  constructor(readonly bytes: Uint8Array, readonly contentType: string = "application/octet-stream") {}
  /** The very array it was made with. */
  toBytes(): Uint8Array {
    return this.bytes;
  }
}

/** Where a message came from. */
export interface Origin {
  /** Name of the adapter. */
  readonly adapter: string;
  /** The other end as the adapter knows it: `192.0.2.7:51022`, a file name. */
  readonly peer: string;
  /** The partner whose signature or certificate was checked. */
  readonly partner?: string;
}

/** One message on its way through a channel. Immutable: only {@linkcode Message.derive} makes another. */
export interface Message<B extends Body = Body> {
  /** UUIDv7, given when the message was received and kept by everything derived from it. */
  readonly id: string;
  /** Name of the channel that received it. */
  readonly channel: string;
  /** Who it came from. */
  readonly origin: Origin;
  /** Milliseconds since 1970-01-01T00:00Z; kept by everything derived from it. */
  readonly receivedAtMs: number;
  /** The bytes as received; for a sealed message, the payload after it was opened. */
  readonly received: Uint8Array;
  /** What the stage before made of it; after the listener, the raw bytes. */
  readonly body: B;
  /** Small facts a stage leaves for later stages. Never logged. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The same message with another body, more metadata, or both. */
  derive<C extends Body = B>(change: { body?: C; metadata?: Readonly<Record<string, string>> }): Message<C>;
}

/** What {@linkcode createMessage} needs. */
export interface MessageInit<B extends Body> {
  /** A UUIDv7. */
  readonly id: string;
  /** Name of the channel, or of the pipeline it goes through. */
  readonly channel: string;
  /** Who it came from. */
  readonly origin: Origin;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly receivedAtMs: number;
  /** The bytes as received. */
  readonly received: Uint8Array;
  /** What it starts with: often a {@linkcode RawBody} of `received`. */
  readonly body: B;
  /** None where left out. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Makes a message. Inside a gateway the listener does this; an embedding service may do it itself. */
export function createMessage<B extends Body>(init: MessageInit<B>): Message<B> {
  return new StandardMessage(init, init.body, init.metadata ?? {});
}

class StandardMessage<B extends Body> implements Message<B> {
  readonly #init: MessageInit<Body>;
  constructor(
    init: MessageInit<Body>,
    readonly body: B,
    readonly metadata: Readonly<Record<string, string>>,
  ) {
    this.#init = init;
    body.freeze?.();
  }
  get id(): string {
    return this.#init.id;
  }
  get channel(): string {
    return this.#init.channel;
  }
  get origin(): Origin {
    return this.#init.origin;
  }
  get receivedAtMs(): number {
    return this.#init.receivedAtMs;
  }
  get received(): Uint8Array {
    return this.#init.received;
  }
  derive<C extends Body = B>(change: { body?: C; metadata?: Readonly<Record<string, string>> }): Message<C> {
    const metadata = change.metadata ? { ...this.metadata, ...change.metadata } : this.metadata;
    return new StandardMessage(this.#init, change.body ?? (this.body as unknown as C), metadata);
  }
}

/** A peer's answer, or ours to a peer. */
export interface Answer {
  /** As it goes over the wire, without the transport's framing. */
  readonly bytes: Uint8Array;
  /** Media type of `bytes`. */
  readonly contentType: string;
  /** What the transport says beside it, where it says anything: `status` of HTTP. Metadata for `respond`; kept nowhere. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** How a message, or its delivery to one destination, ended. The only way to answer upstream. */
export type Outcome =
  /**
   * Taken, for good. Of a peer's answer, `isCommit`: it has the message in safe keeping, and may say in another answer
   * what becomes of it; `moreFollows`: what was sent asks for that answer.
   */
  | {
    readonly kind: "accepted";
    readonly answer?: Answer;
    readonly isCommit?: true;
    readonly moreFollows?: true;
  }
  /** Left out on purpose. */
  | { readonly kind: "filtered" }
  /** Refused for what it is: the same bytes will be refused again. */
  | { readonly kind: "rejected"; readonly error: MitralError; readonly answer?: Answer }
  /**
   * Not taken now: the same bytes may be taken later. `isElsewhere`: nobody answered by the way this attempt went, and the
   * next goes by another, so that there is nothing to wait for.
   */
  | {
    readonly kind: "failed";
    readonly error: MitralError;
    readonly answer?: Answer;
    readonly isElsewhere?: true;
  };
