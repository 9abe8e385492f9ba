import type { Awaitable } from "./actor.ts";
import type { Exchange, Feed, LinkedTo, RelayIdentity } from "./exchange.ts";
import type { Fail, Fault, Faults, MitralError } from "./error.ts";
import type { Answer, Outcome } from "./message.ts";
import type { Config, Spec, Unfit } from "./spec.ts";
import type { Probe } from "./probe.ts";
import type { PeerCertificate } from "./tls.ts";
import type { World } from "./world.ts";

/** Bytes from outside, whole: one frame, one request body, one file. */
export interface Delivery {
  /** MUST own its memory and not change after the hand-over. */
  readonly bytes: Uint8Array;
  /** The other end: `192.0.2.7:51022`, a file name. */
  readonly peer: string;
  /** Media type, where the transport says one. */
  readonly contentType?: string;
  /** Our name for who it is from, where the transport has made sure of that. */
  readonly partner?: string;
  /**
   * What the sender, not the message, calls this delivery, where the transport has such a thing (an `Idempotency-Key`,
   * a file's name with its size and time): the same again is the same delivery, whatever the format says of its id.
   * Other bytes under a key that was used are rejected with {@linkcode KEY_REUSED}.
   */
  readonly key?: string;
  /** What the format calls it counts beside the key: under another key it may still be a message that is known. */
  readonly isKnownById?: true;
  /**
   * Its sender asks for the state of the message later, by the `id` of the reply: the reply comes as soon as the message
   * is durable, whatever the channel waits for otherwise.
   */
  readonly isAskedAbout?: true;
  /**
   * Anybody may have sent it: nobody has made sure of more than what stands on it. Where it is sealed and does not open,
   * nothing of it is kept, and its sender is to come again.
   */
  readonly isFromAnybody?: true;
}

/** Code of the error that other bytes under a used {@linkcode Delivery.key} are rejected with. */
export const KEY_REUSED = "ENGINE_KEY_REUSED";

/** How a delivery ended, and what to tell the peer. */
export interface Reply {
  /** Id of the message that the journal has; left out where it has none. */
  readonly id?: string;
  /** Decides what an adapter with answers of its own says: HTTP its status, a file drop its folder. */
  readonly outcome: Outcome;
  /**
   * The answer, ready to be sent. `null`: there is nothing to say in the format's words. After a `failed` outcome the
   * adapter then MUST leave the peer believing that nothing was taken (MLLP closes; HTTP says 503).
   */
  readonly answer: Answer | null;
  /**
   * What is said later, beside `answer`, by the same way; `null`: nothing after all. Never rejects. Only for a listener
   * that `answersLater`; it MUST be sent after `answer`, and is lost where the way is gone by then.
   */
  readonly later?: Promise<Answer | null>;
}

/** What is wrong with bytes, in words a person understands. */
export interface Finding {
  /** Stable, adjective last, in camel case: `startMissing`, `terminatorsWrong`. May be logged. */
  readonly code: string;
  /** One sentence, without a final full stop and without content of the message; counts and byte values are fine. */
  readonly says: string;
  /** Offset of the byte where it shows. */
  readonly at: number;
  /** True where the transport reads such bytes as they were meant all the same. */
  readonly isTolerated: boolean;
}

/** What one connection, or one request, holds in memory of a delivery that is not whole yet. */
export interface Reading extends Disposable {
  /**
   * Says how many bytes are held now, instead of those before. Where a promise comes back, nothing MUST be read before it
   * resolves; it rejects with the signal's reason. A delivery that is handed over counts no more from the next call on.
   */
  holds(bytes: number, signal: AbortSignal): Promise<void> | undefined;
}

/** How far a message has come. */
export interface MessageProgress {
  /** Id of the message. */
  readonly id: string;
  /** As the archive has it: `received`, `processed`, `delivered`, `filtered`, `quarantined`, `cancelled`. */
  readonly state: string;
  /** When it was received, in milliseconds since 1970-01-01T00:00Z. */
  readonly receivedAtMs: number;
  /** Who it is from, where that was known. */
  readonly partner?: string;
}

/** The way into a channel. */
export interface Intake {
  /** False while the channel takes nothing: journal past its mark, halted, draining. HTTP answers 503. */
  readonly isOpen: boolean;
  /** Resolves when the channel takes messages. A stream adapter MUST await it before each read of its socket. */
  opened(signal: AbortSignal): Promise<void>;
  /**
   * For one connection, or one request, whose deliveries are gathered in memory piece by piece: its share of the memory
   * that all channels of a gateway have for what is not durable yet.
   */
  reading(): Reading;
  /**
   * Hands a delivery over. Resolves once the peer may be answered: never before what the channel's `acknowledge`
   * promises is durable. Calls `kept` before that, as soon as the bytes are in safe storage, in the inbox or in
   * quarantine; not at all where they do not get there. Never rejects.
   */
  receive(delivery: Delivery, kept?: () => void): Promise<Reply>;
  /**
   * For what breaks the transport's own rules: keeps the bytes in quarantine and says what to answer. Calls `kept` as
   * `receive` does. Never rejects.
   */
  refuse(delivery: Delivery, error: MitralError, kept?: () => void): Promise<Reply>;
  /** How far a message of this channel has come, by its id; `undefined` where there is none. */
  state(id: string): Promise<MessageProgress | undefined>;
}

/** The partners of a gateway, by what they show. What it says may change at any time. */
export interface Partners {
  /** Our names for them. */
  readonly names: readonly string[];
  /** Whom a certificate is pinned to, among these partners or all; `undefined` for a stranger. */
  holderOf(certificate: PeerCertificate, among?: readonly string[]): string | undefined;
  /** Calls back after every change, until the returned function is called. */
  watch(changed: () => void): () => void;
}

/** Nobody: the partners of what is no gateway, or of one without any. */
export const noPartners: Partners = {
  names: [],
  holderOf: () => undefined,
  watch: () => () => {},
};

/** What a listener remembers, of its channel alone; sealed, durable, and there after a restart. */
export interface Memory {
  /** What was remembered under a key. */
  get(key: string): Promise<string | undefined>;
  /** Resolves when it is durable. */
  set(key: string, value: string): Promise<void>;
  /** Resolves when that is durable. */
  delete(key: string): Promise<void>;
}

/**
 * Something worth a counter and a debug line that is no message: a connection opened, closed, a byte skipped. With an
 * error it is worth a warning, the first time at its place.
 */
export interface TransportEvent {
  /** Noun and past participle: `connectionOpened`, `connectionClosed`, `bytesSkipped`. */
  readonly name: string;
  /** Counts, sizes, durations, reasons by code. Never content. */
  readonly facts?: Readonly<Record<string, string | number>>;
  /** What keeps the adapter from its work until somebody does something. */
  readonly error?: MitralError;
}

/**
 * Name of the event that a sender reports whose peers confirm nothing, when a connection is lost: the peer may not have what
 * was sent last.
 */
export const DOUBTED = "connectionLost";

/** Remembers nothing: for a listener that nobody starts twice. */
export const forgetful: Memory = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};

export type { Exchange, Feed, LinkedTo, RelayIdentity } from "./exchange.ts";

/** What an adapter is given. */
export interface AdapterTools<S extends Spec, Code extends string> {
  /** What its config says, parsed; every default filled in. */
  readonly config: Config<S>;
  /** The only way to time, chance, disk and network. */
  readonly world: World;
  /** The gateway's partners: who may come, and who may be called. */
  readonly partners: Partners;
  /** Where the gateway has one. */
  readonly exchange?: Exchange;
  /** Where the gateway has keys of its own, with one for relays among them. */
  readonly relay?: RelayIdentity;
  /** Throws a declared error. */
  readonly fail: Fail<Code>;
  /** Makes a declared error without throwing it. */
  error(code: Code, facts?: Readonly<Record<string, string | number>>, cause?: unknown): MitralError;
  /** Counts and, at debug level, logs. MUST NOT carry message content. */
  report(event: TransportEvent): void;
}

/** What a listener is given. */
export interface ListenTools<S extends Spec, Code extends string> extends AdapterTools<S, Code> {
  /** Where deliveries go. */
  readonly intake: Intake;
  /** Media types the channel's format reads, the one it writes first. */
  readonly contentTypes: readonly string[];
  /** IANA name of the zone that times of day in its config are in. */
  readonly timeZone: string;
  /** What it remembers. */
  readonly memory: Memory;
}

/** An open listener. */
export interface Listening {
  /** As a person would dial it: `127.0.0.1:2575`, a folder. */
  readonly address: string;
  /** Answers an HTTP request as the listener's own server would, where it is an HTTP listener. */
  handle?(request: Request, peer: string): Promise<Response>;
  /** Whether a service around the gateway hands requests for a path to `handle`; left out where it hands over none. */
  mounts?(path: string): boolean;
  /** Accepts and reads no more; resolves when everything handed over has been answered. */
  stop(): Promise<void>;
  /** Drops whatever is left. Called once, after `stop` or instead of it. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A listener: carries bytes in, speaks no format. */
export interface ListenerSpec<
  N extends string = string,
  S extends Spec = Spec,
  Code extends string = string,
> {
  /** As a gateway file names it: lower case, words joined by `_`. Its error codes start with it. */
  readonly name: N;
  /** One sentence, shown by `mitral help` and in the reference. */
  readonly about: string;
  /** What it can be told; the configuration reader checks a file against this. */
  readonly config: S;
  /** Every error it can fail with, by code, each `NAME_NOUN_STATE` under its own name. */
  readonly errors: Readonly<Record<Code, Fault>>;
  /**
   * What a partner's gateway needs to know to send to it: settings of the sender of the same name, for the file of public
   * keys that partners get; `undefined` where a config does not say. Left out: it can be no door of the exchange.
   */
  link?(config: Config<S>): Readonly<Record<string, unknown>> | undefined;
  /**
   * It takes its messages from the exchange: this feed. A channel without `decrypt` then opens what comes by the default
   * envelope, and from that partner.
   */
  feed?(config: Config<S>): Feed;
  /** It can send {@linkcode Reply.later}: its peers keep the way open, and tell answers apart. */
  readonly answersLater?: true;
  /** Settings that do not fit together, where each fits by itself; a file with one is refused. */
  check?(config: Config<S>): readonly Unfit[];
  /** It signs in somewhere with the gateway's own key: with `relay` of what it is given. */
  readonly signsIn?: true;
  /**
   * Tries whether it could listen, or whether what it takes messages from can be reached, a step after the other, and
   * takes nothing. Ends with the first step that failed; never throws.
   */
  probe?(tools: ProbeTools<S, NoInfer<Code>>): Probe;
  /**
   * What is wrong with bytes of the transport, for a person who looks for the cause: by offset, each code once; none
   * where nothing is. `stream`: as they came from a peer, marks and all. `message`: what stood within a frame or was
   * kept in quarantine; marks around it may be there or not. `file`: the same, of which several may follow one another.
   * Pure, never throws, linear in the bytes.
   */
  examine?(bytes: Uint8Array, of: "stream" | "message" | "file"): readonly Finding[];
  /** Resolves when it really listens; fails by code where it cannot (a port in use, a folder it cannot read). */
  listen(tools: ListenTools<S, NoInfer<Code>>): Promise<Listening>;
}

/** What a setting may hold in braces beside paths of the message, where it is filled in for each parcel. */
export const parcelWords = ["id", "sequence", "date", "time", "extension"] as const;

/** One of {@linkcode parcelWords}. */
export type ParcelWord = typeof parcelWords[number];

/** Bytes on their way out, with all an adapter may need to know of them. */
export interface Parcel {
  /** Id of the message, and of which part of it where it was split; the same for every attempt. */
  readonly id: string;
  /** What is to be sent, whole: the same bytes for every attempt, unless they are sealed. */
  readonly bytes: Uint8Array;
  /** Media type of `bytes`. */
  readonly contentType: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** How often a person has had it sent again: the peer may have had it before. Left out where nobody has. */
  readonly replays?: number;
  /** Grows by one a delivery within a destination; the same for every attempt. */
  readonly sequence: number;
  /** When the message was received, or its batch was closed, in milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /**
   * The first value at a path of the message, before it was sealed: one of those that `paths` of the sender gave. Empty
   * where there is none, or where its bytes are of no format with paths. Of a batch the first message is looked at, where
   * the format can take it apart or it is of lines; otherwise the whole. Throws what the format fails with where the bytes
   * are not what they are said to be.
   */
  value(path: string): string;
  /**
   * What the peer's answer means; `contentType` is what the transport says it is, where it does. Throws a `MitralError` where the answer belongs to another message or cannot be
   * read: the adapter closes the connection and lets the error through.
   */
  judge(answer: Uint8Array, contentType?: string): Awaitable<Outcome>;
}

/** An open sender. */
export interface OpenSender {
  /**
   * One attempt. MUST resolve only when the peer has answered or, for a peer that cannot answer, when the bytes are
   * safe with it. Fails by a declared code where that did not happen; the engine decides about another attempt. On
   * `signal` it gives up at once and closes what it used. Called again only as often as `lanes` allows at once.
   */
  send(parcel: Parcel, signal: AbortSignal): Promise<Outcome>;
  /** Closes connections that were kept. No `send` runs then. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a sender is given. */
export interface SendTools<S extends Spec, Code extends string> extends AdapterTools<S, Code> {
  /** Media types of answers the channel can judge. */
  readonly contentTypes: readonly string[];
}

/** What a probe is given. */
export interface ProbeTools<S extends Spec, Code extends string> extends AdapterTools<S, Code> {
  /** Aborted where nobody waits any longer. */
  readonly signal: AbortSignal;
  /** True where the channel runs on this machine, so that what it listens on is taken by itself. */
  readonly isRunning: boolean;
}

/** A sender: carries bytes out, speaks no format. */
export interface SenderSpec<N extends string = string, S extends Spec = Spec, Code extends string = string> {
  /** As a gateway file names it: lower case, words joined by `_`. Its error codes start with it. */
  readonly name: N;
  /** One sentence, shown by `mitral help` and in the reference. */
  readonly about: string;
  /** What it can be told; the configuration reader checks a file against this. */
  readonly config: S;
  /** Every error it can fail with, by code, each `NAME_NOUN_STATE` under its own name. */
  readonly errors: Readonly<Record<Code, Fault>>;
  /** Settings that do not fit together, where each fits by itself; a file with one is refused. */
  check?(config: Config<S>): readonly Unfit[];
  /**
   * Names of the settings that a partner's own file may give of a link to it. Every other is for the gateway file to say: a
   * partner MUST not be able to set it. Left out: it can be no way of the exchange.
   */
  readonly link?: readonly string[];
  /** Defaults that are others on a way of the exchange, as they would be written in a file. */
  readonly linkDefaults?: Readonly<Record<string, unknown>>;
  /** The settings of a way to a partner, made of ours and what its file gives. */
  linked?(config: Config<S>, to: LinkedTo): Config<S>;
  /** It sends by the exchange, under this feed. What it sends is sealed for that partner, also without `encrypt`. */
  feed?(config: Config<S>): Feed;
  /** Paths of the message that a config uses, in file names or headers: a file with one its format does not know is refused. */
  paths?(config: Config<S>): readonly string[];
  /** It signs in somewhere with the gateway's own key: with `relay` of what it is given. */
  readonly signsIn?: true;
  /**
   * Tries whether the peer can be reached and would take messages, a step after the other, and sends none. Ends with the
   * first step that failed; never throws.
   */
  probe?(tools: ProbeTools<S, NoInfer<Code>>): Probe;
  /**
   * Its peers confirm nothing: a message counts as sent once the network has it. Where a connection is lost it reports
   * {@linkcode DOUBTED}, so that who still has the last messages can send them again.
   */
  readonly isUnconfirmed?: true;
  /** How many `send`s may run at once under a config; 1 where left out. */
  lanes?(config: Config<S>): number;
  /** MUST NOT need the peer to be there: a peer that is down is met by `send`. */
  open(tools: SendTools<S, NoInfer<Code>>): Promise<OpenSender>;
}

/** Declares a listener. */
export function defineListener<const N extends string, const S extends Spec, const Code extends string>(
  spec: ListenerSpec<N, S, Code> & { readonly errors: Faults<N, Code> },
): ListenerSpec<N, S, Code> {
  return spec;
}

/** Declares a sender. */
export function defineSender<const N extends string, const S extends Spec, const Code extends string>(
  spec: SenderSpec<N, S, Code> & { readonly errors: Faults<N, Code> },
): SenderSpec<N, S, Code> {
  return spec;
}
