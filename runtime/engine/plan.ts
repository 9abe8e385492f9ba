import type { TransformerSpec } from "../contract/actor.ts";
import type { ListenerSpec, SenderSpec } from "../contract/adapter.ts";
import type { EnvelopeSpec } from "../contract/envelope.ts";
import type { FormatSpec } from "../contract/format.ts";
import type { AuditFormatName } from "../contract/audit_format.ts";
import type { Purpose } from "../contract/purposes.ts";
import type { Link } from "../trust/partner_file.ts";

/** What a partner is known by. Files are absolute. */
export interface PartnerPlan {
  /** Its gateway's public keys; needed where something is sealed for it, or comes from it sealed. */
  readonly keys?: string;
  /** PEM files of the certificates it shows. */
  readonly certificates: readonly string[];
  /** `sha256:HEX` of a certificate, `sha256//BASE64` of a public key. */
  readonly pins: readonly string[];
}

/** The doors of a gateway for its partners, and its ways to theirs. */
export interface ExchangePlan {
  /** Where partners' messages arrive. */
  readonly doors: readonly Configured<ListenerSpec>[];
  /** Our own settings for ways to partners, by kind; those of a link are not among them. */
  readonly ways: readonly Configured<SenderSpec>[];
  /** How partners reach the doors, as the gateway's file of public keys says it. */
  readonly links: readonly Link[];
  /**
   * The sender for a partner's link: the link's settings beside our own for that kind, and only those that the sender calls
   * linkable. `isPinned`: its file says which certificates it shows. Fails by CONFIG_LINK_UNFIT where they do not fit, and
   * where the kind is none.
   */
  wayTo(
    to: { readonly partner: string; readonly root: string; readonly isPinned: boolean },
    link: Link,
  ): Promise<Configured<SenderSpec>>;
  /** What gateways tell each other is sealed by. */
  readonly envelope: Configured<EnvelopeSpec>;
  /** From this age on a message that was sent and has no receipt is told about. */
  readonly receiptMsMax: number;
}

/** How the patient index is kept. */
export interface PatientsPlan {
  /** Names of the channels whose messages feed it. */
  readonly from: readonly string[];
  /** Whose numbers documents bear, as messages name it; whoever gave them where left out. */
  readonly authority?: string;
}

/** How the page is served where people review documents. */
export interface ReviewsPlan {
  /** Port; 0 takes a free one. */
  readonly port: number;
  /** Address that is listened on. */
  readonly host: string;
  /** Address by which people reach it, where that is another. */
  readonly url?: string;
  /** PEM files, absolute. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** After so many minutes without a request somebody signs in anew. */
  readonly sessionMinutes: number;
}

/** Where entries of the ledger go as they come. */
export interface AuditPlan {
  /** By which adapter. */
  readonly send: Configured<SenderSpec>;
  /** As what they are written. */
  readonly format: AuditFormatName;
  /** For how long none may get through, while some wait, before somebody is told. */
  readonly alarmAfterMs: number;
}

/**
 * What a gateway is to run: checked, complete, with every component's spec beside its parsed config. `config/` makes
 * it from YAML; the engine runs it and knows no file format.
 */
export interface GatewayPlan {
  /** The gateway's own name, as partners know it. */
  readonly name: string;
  /** Folder of the gateway file, absolute: relative paths and custom actors are looked up here. */
  readonly folder: string;
  /** Data folder, absolute. */
  readonly data: string;
  /** File of the key the journal is sealed under, absolute, where no other source has one; outside `data`. */
  readonly masterKey: string;
  /** The gateway's own keys (a file made by `mitral keys init`), absolute; needed where something is sealed. */
  readonly keys?: string;
  /** Partners by our name for them. */
  readonly partners: Readonly<Record<string, PartnerPlan>>;
  /** Folder that `mitral partner` keeps partners in, absolute: those in it count beside `partners`, and may change. */
  readonly partnersFolder?: string;
  /** How sealed messages come from partners and go to them. */
  readonly exchange?: ExchangePlan;
  /** Where entries of the ledger go as they come. */
  readonly audit?: AuditPlan;
  /** Where `/health`, `/ready` and `/metrics` are served, on loopback. */
  readonly monitor?: { readonly port: number };
  /** Where people review documents. */
  readonly reviews?: ReviewsPlan;
  /** How long {@linkcode RunningGateway.close} may take before lines are dropped where they are. */
  readonly drainMsMax: number;
  /** The patient index; left out where none is kept. */
  readonly patients?: PatientsPlan;
  /** What is taken and kept. */
  readonly journal: {
    /** Above so many bytes of unsettled messages listeners stop reading. */
    readonly pendingBytesMax: number;
    /** Below so many bytes of free disk they do, too; 0: however few there are. */
    readonly diskFreeMin: number;
    /** How many days messages are kept, where their channel does not say. */
    readonly keepDays: number;
  };
  /** Formats by name, with their default settings: what bodies can be made of and answers be read as. */
  readonly formats: Readonly<Record<string, Configured<FormatSpec>>>;
  /** Each with a name of its own. */
  readonly channels: readonly ChannelPlan[];
  /** SHA-256 of what the gateway file says, in hex; left out where it was made of none. */
  readonly hash?: string;
}

/** A component beside its parsed config. */
export interface Configured<S> {
  /** What the component declares. */
  readonly spec: S;
  /** What the spec's `config` parsed. */
  readonly config: unknown;
}

/** Several ways out to one peer, the preferred first. */
export interface PathsPlan {
  /** At least one; of several kinds where it says so. */
  readonly paths: readonly Configured<SenderSpec>[];
}

/** One step on the way of a message. */
export type StepPlan = ActPlan | EachPlan;

/** A filter or a transform: both are transformers. */
export interface ActPlan extends Configured<TransformerSpec> {
  /** As the file names it: `filter`, `set`, `./transformers/normalise_phone.ts`. */
  readonly label: string;
  /** Messages that do not meet this condition, a filter, pass untouched. */
  readonly when?: Configured<TransformerSpec>;
  /** Name of the format of the bodies it is given, where that is known. */
  readonly body?: string;
}

/** Steps that are done once for each thing a path can mean, which paths in them are then relative to. */
export interface EachPlan {
  /** `for each OBX`. */
  readonly label: string;
  /** The path. */
  readonly each: string;
  /** What is done, in order. */
  readonly steps: readonly StepPlan[];
  /** Messages that do not meet this condition, a filter, pass untouched. */
  readonly when?: Configured<TransformerSpec>;
}

/** When the sender of a message is told that it was taken. */
export type Acknowledge =
  /** When a destination has answered: with its answer. */
  | { readonly from: string }
  /** When the message is durable. */
  | "received"
  /** When every branch of it is transformed and queued durably. */
  | "processed"
  /** When every destination that was not filtered out has accepted it. */
  | "delivered";

/**
 * Where the second answer goes to a message whose sender wants two (HL7's enhanced mode): back by the way the message
 * came, or to another channel, as a message of that.
 */
export type ApplicationAcknowledge = "here" | { readonly to: string };

/** What runs at once within a channel or a destination. */
export type Order =
  /** One message at a time. */
  | { readonly by: "channel" }
  /** One message at a time for each value of a path, or for each of the format's own keys where no path is given. */
  | { readonly by: "key"; readonly path?: string }
  | { readonly by: "none" };

/** When attempts are made again. Waiting times double from `firstMs` to `longestMs`, with jitter. */
export interface RetryPlan {
  /** The first wait. */
  readonly firstMs: number;
  /** No wait is longer, jitter aside. */
  readonly longestMs: number;
  /** How long a peer's refusal that may pass (HL7 AR) is tried again before it counts as final. */
  readonly refusedMs: number;
  /** How long a peer that does not answer is tried before the delivery is given up; for ever where left out. */
  readonly unansweredMs?: number;
  /** From this age on, counted from when its message was received, a delivery is not attempted; never where left out. */
  readonly expiresMs?: number;
}

/** What becomes of a delivery that its peer refuses, or does not answer. */
export type Remedy =
  /** The same payload again, with waits that double. */
  | "retry"
  /** Into quarantine; later deliveries of its keys wait where they build on it, as the format says. */
  | "quarantine"
  /** Into quarantine; later deliveries of its keys wait until it is replayed or released. */
  | "holdKey"
  /** Into quarantine; the queue goes on. */
  | "continue"
  /** It stays first in its queue, which stands still until a person starts it again. */
  | "block";

/** What becomes of a delivery by the way it fails, and who is told. */
export interface OnPlan {
  /** The peer refused it for good (HL7 AE). */
  readonly rejected: RemedyPlan;
  /** The peer refused it for now (HL7 AR): `retry` holds for `refusedMs`, then it counts as rejected. */
  readonly postponed: RemedyPlan;
  /** Nobody answered: any remedy but `retry` is for when `unansweredMs` is over. */
  readonly unanswered: RemedyPlan;
  /** How long deliveries must fail before an alert about `postponed` or `unanswered`. */
  readonly alertAfterMs: number;
}

/** A remedy, and whether `alertRaised` is reported with it. */
export interface RemedyPlan {
  /** What is done. */
  readonly remedy: Remedy;
  /** Whether somebody is told. */
  readonly alert: boolean;
}

/** When a message that resembles an earlier one is taken for the same. */
export interface DuplicatesPlan {
  /**
   * When the same control id with the same bytes is answered from the store: `recent`, within `windowMs` or while it is
   * its sender's latest message; `always`; `never`.
   */
  readonly answer: "recent" | "always" | "never";
  /** For `recent`. */
  readonly windowMs: number;
  /** What becomes of a message with a control id that was used for other bytes. */
  readonly reused: "deliver" | "reject";
}

/** How the messages of a destination are gathered and sent as one. */
export interface CollectPlan {
  /** Times of day at which what has gathered is sent, `02:15`; possibly none. */
  readonly at: readonly string[];
  /** IANA name of the zone the times are in. */
  readonly timeZone: string;
  /** So many are sent at once. */
  readonly countMax?: number;
  /** What has gathered is sent before it is larger. */
  readonly bytesMax: number;
  /** How they are put together: `lines`, `zip`, or the name of the format's own batch. */
  readonly as: string;
  /** Whether something is sent at a time of day when nothing has gathered. */
  readonly empty: "skip" | "send";
}

/** Documents that people look at before they become messages. */
export interface ReviewPlan {
  /** A value of less confidence waits for a person. */
  readonly below: number;
  /** So many people, each another one, stand for a document that has waited: 1 or 2. */
  readonly approvals: number;
}

/** What goes out is a disclosure, as 45 CFR 164.528 has it. */
export interface DisclosurePlan {
  /** Name of the recipient, as a patient is told. */
  readonly to: string;
  /** Its address, where it is known. */
  readonly address?: string;
  /** What is disclosed, in brief. */
  readonly what: string;
  /** What for. */
  readonly purpose: Purpose;
}

/** Restart budgets. A message that crashes a stage `crashesMax` times is quarantined. */
export interface SupervisePlan {
  /** Restarts allowed within `withinMs`; one more halts the line. */
  readonly restartsMax: number;
  /** The time over which restarts are counted. */
  readonly withinMs: number;
  /** Less than `restartsMax`. */
  readonly crashesMax: number;
  /** The wait before the first restart; it doubles with each one. */
  readonly backoffMs: number;
  /** No wait is longer. */
  readonly backoffMsMax: number;
}

/** One channel. */
export interface ChannelPlan {
  /** As the gateway file names it. */
  readonly name: string;
  /** What the channel is for; empty where the file does not say. */
  readonly about: string;
  /** The one way in. */
  readonly listen: Configured<ListenerSpec>;
  /** When the peer is told that its message was taken. */
  readonly acknowledge: Acknowledge;
  /**
   * Where senders that want it hear twice: once the message is durable, and at `acknowledge`, which stands for `processed`
   * there where it is `received`. Left out: every message is answered once.
   */
  readonly applicationAcknowledge?: ApplicationAcknowledge;
  /** What a destination's answer goes through on its way back, at `acknowledge: from`. */
  readonly respond: readonly StepPlan[];
  /** When a message is taken for an earlier one. */
  readonly duplicates: DuplicatesPlan;
  /** IANA name of the zone that dates without an offset, and times of day, are in. */
  readonly timeZone: string;
  /** How long a peer may wait for an answer that needs more than the journal. */
  readonly answerMsMax: number;
  /** Larger ones are refused: ENGINE_MESSAGE_TOO_LARGE. */
  readonly messageBytesMax: number;
  /** Where what arrives is sealed: which envelope, and which partners it may come from; none where nobody signs. */
  readonly decrypt?: Configured<EnvelopeSpec> & { readonly from: readonly string[] };
  /** What the bytes mean; also names the message and makes its answer. */
  readonly parse: Configured<FormatSpec>;
  /** Left out: documents go on as they were read. */
  readonly review?: ReviewPlan;
  /** Filters and transforms for all destinations, in order. */
  readonly steps: readonly StepPlan[];
  /** What its messages are found by beside what their format knows: a path by the name of a field. */
  readonly search?: Readonly<Record<string, string>>;
  /** Its messages feed the patient index. */
  readonly indexesPatients?: true;
  /** How many days its messages are kept; as the journal's where left out. */
  readonly keepDays?: number;
  /** Each with a durable queue of its own: one that is down holds nobody else up. */
  readonly destinations: readonly DestinationPlan[];
  /** How often its stages and lines may crash. */
  readonly supervise: SupervisePlan;
  /** SHA-256 of what the gateway file says of it, in hex; left out where it was made of none. */
  readonly hash?: string;
}

/** One destination of a channel, with a durable queue of its own. */
export interface DestinationPlan {
  /** As the gateway file names it. */
  readonly name: string;
  /** Filters and transforms for this destination alone, after the channel's. */
  readonly steps: readonly StepPlan[];
  /** Which envelope, for which partners, and how long it may be opened; for none where nobody signs. */
  readonly encrypt?: Configured<EnvelopeSpec> & {
    readonly to: readonly string[];
    readonly expiresMs: number;
  };
  /** How its messages are gathered and sent as one. */
  readonly collect?: CollectPlan;
  /** Whoever is there is told of patients, and patients may ask who was. */
  readonly disclosure?: DisclosurePlan;
  /** The way out: an adapter, several paths to one peer, or another channel of the gateway. */
  readonly send: Configured<SenderSpec> | PathsPlan | { readonly channel: string };
  /** How much runs at once. */
  readonly order: Order;
  /** When attempts are made again. */
  readonly retry: RetryPlan;
  /** What becomes of a delivery that fails. */
  readonly on: OnPlan;
}
