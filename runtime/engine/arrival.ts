import type { Delivery, Reply } from "../contract/adapter.ts";
import type { Opened } from "../contract/envelope.ts";
import { MitralError } from "../contract/error.ts";
import type { Format, Identity } from "../contract/format.ts";
import type { Answer, Origin, Outcome } from "../contract/message.ts";
import type { Corrected } from "../journal/corrections.ts";
import type { Stored } from "../journal/large_bodies.ts";
import { errors } from "./errors.ts";
import type { IntakeParts } from "./intake_parts.ts";

/** What is known of a message while it is being taken. */
export interface Arrival {
  readonly id: string;
  readonly atMs: number;
  readonly origin: Origin;
  readonly contentType: string;
  /** The message: for a sealed one, what was inside. */
  readonly bytes: Uint8Array;
  /** Where a large one lies by now. */
  readonly stored?: Stored;
  /** What comes by the same way keeps its order. */
  readonly way: string;
  /** What its sender calls this delivery, by the transport. */
  readonly key?: string;
  /** As its delivery says. */
  readonly isKnownById?: true;
  /** Its sender asks what becomes of it, and waits for nothing but its being durable. */
  readonly isAskedAbout?: true;
  /** As its delivery says. */
  readonly isFromAnybody?: true;
  /** Told once the bytes are in safe storage. */
  readonly kept?: () => void;
  readonly sealed?: { readonly envelope: Uint8Array; readonly opened: Opened };
  /** Which message of a batch it is, from 1; left out for a message that came alone. */
  readonly member?: number;
  /** Its sender hears at once that it is durable, and later what became of it. */
  readonly isAnsweredTwice?: boolean;
  /** The number that its answer names. */
  readonly expected?: number;
  /** The message in quarantine that it takes the place of: no sender waits for an answer. */
  readonly corrects?: Corrected;
}

/** A delivery of a channel as it begins to be taken. */
export function arrivalOf(
  { bytes, peer, contentType, partner, key, isKnownById, isAskedAbout, isFromAnybody }: Delivery,
  { plan, format, world, newId }: Pick<IntakeParts, "plan" | "format" | "world" | "newId">,
  kept?: () => void,
): Arrival {
  const adapter = plan.listen.spec.name;
  return {
    id: newId(),
    atMs: world.clock.nowMs(),
    origin: partner === undefined ? { adapter, peer } : { adapter, peer, partner },
    contentType: contentType ?? format.contentType,
    bytes,
    way: peer,
    kept,
    key,
    isKnownById,
    isAskedAbout,
    isFromAnybody,
  };
}

/** A message the journal has: in its inbox, in quarantine, or from before. */
export interface Kept {
  /** With the id and the time it was first received under. */
  readonly arrival: Arrival;
  readonly seq: number;
  readonly outcome: Outcome | Promise<Outcome>;
  /** What becomes of it, where its sender hears of that by the way it came, after the answer. */
  readonly fate?: Outcome | Promise<Outcome>;
  /** What it was answered before. */
  readonly answer?: Answer;
  /** Its receipt adds nothing to what is written down of the exchange with its partner. */
  readonly isAccountedFor?: boolean;
  /** The message whose last piece it was: its fate is told. */
  readonly whole?: Uint8Array;
}

/** A message that has just become durable. */
export interface Accepted {
  readonly seq: number;
  readonly id: string;
  readonly receivedAtMs: number;
  readonly origin: Origin;
  readonly contentType: string;
  /** As the format names it. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Nothing more is to be said of it. */
export const ACCEPTED: Outcome = { kind: "accepted" };

/** Who a message says it is, as far as it can be read. */
export function identityIn(
  format: Format,
  { bytes, contentType }: { readonly bytes: Uint8Array; readonly contentType: string },
): Identity {
  try {
    return format.identify(bytes, contentType);
  } catch {
    return { controlId: "", type: "", sender: "", purpose: "message" };
  }
}

/** What cannot be made durable is not answered, and the peer will send it again. */
export function failed(cause: unknown): Reply {
  return { outcome: { kind: "failed", error: declared(cause) }, answer: null };
}

/** What went wrong, as an error that may be told. */
export function declared(cause: unknown): MitralError {
  return cause instanceof MitralError ? cause : errors.error("ENGINE_INTAKE_CRASHED", {}, cause);
}
