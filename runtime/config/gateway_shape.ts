import { TIME_OF_DAY } from "../contract/schedule.ts";
import { bytes, choice, durationMs, integer, list, map, path, record, text } from "../contract/spec.ts";
import { AUDIT } from "./audit_shape.ts";
import { DISCLOSURE } from "./disclosure_shape.ts";
import { EXCHANGE } from "./exchange_shape.ts";
import { PATIENTS } from "./patients_shape.ts";
import { REVIEW, REVIEWS } from "./review_shape.ts";
import { DEFAULTS } from "./gateway_defaults.ts";
import {
  adapterSection,
  type ComponentSlot,
  type FilterSlot,
  named,
  type PartnersSlot,
  section,
  type SendersSlot,
  type TransformSlot,
  type ValueOf,
} from "./shape.ts";

/** What the name of a gateway, partner, channel or destination may be: it goes into metrics, logs and file names. */
export const NAME = {
  matches: "[A-Za-z0-9][A-Za-z0-9._-]{0,62}",
  says: "has up to 63 letters, digits, dots, dashes and underscores, a letter or digit first",
} as const;

const filter = {
  kind: "filter",
  about: "Which messages go on: an expression, as the transform `filter` takes it. Comes before `transform`.",
  optional: true,
} as const satisfies FilterSlot;

const transform = {
  kind: "transform",
  about: "Transforms, in order: each a name, or a name with its settings. A path to a `.ts` or `.js` file " +
    "in the gateway file's folder is a custom actor.",
  optional: true,
} as const satisfies TransformSlot;

const envelope = {
  kind: "component",
  of: "envelopes",
  about: "How messages are sealed: a name, or a name with its settings.",
  default: DEFAULTS.envelope,
} as const satisfies ComponentSlot;

const from = {
  kind: "partners",
  about:
    "Partners it may come from: one, or a list. Left out where the envelope is not signed, and behind the adapter " +
    "`from`, where it goes without saying.",
  optional: true,
} as const satisfies PartnersSlot;
const to = {
  kind: "partners",
  about:
    "Partners it is sealed for: one, or a list, of which the first is the one it is sent to and whose receipt " +
    "counts. Left out where the envelope is not signed, and before the adapter `to`, where it goes without saying.",
  optional: true,
} as const satisfies PartnersSlot;

const ORDER = {
  matches: "channel|none|by key|by \\S+",
  says: "is channel, none, by key, or by and a path such as by PID-3",
  words: ["channel", "none", "by key"],
} as const;
const ORDER_ABOUT =
  "What runs at once: `channel`, one message at a time; `by PATH`, one at a time for each value " +
  "of the path; `by key`, one at a time for each of the format's own keys; `none`, everything.";

const expiresMs = durationMs(
  "From this age on, counted from when the message was received, a delivery is not attempted any more, but quarantined. " +
    "Never where left out.",
  { min: 1, optional: true, example: "72 h" },
);

const { retry: RETRY, supervise: SUPERVISE, duplicates: DUPLICATES, collect: COLLECT, on: ON } = DEFAULTS;

const ACKNOWLEDGE = {
  matches: "received|processed|delivered|from \\S+",
  says: "is received, processed, delivered, or from and the name of a destination",
  words: ["received", "processed", "delivered"],
} as const;

const APPLICATION_ACKNOWLEDGE = {
  matches: "here|to \\S+",
  says: "is here, or to and the name of a channel",
  words: ["here"],
} as const;

/** What may be done about a delivery that failed; `alert` goes with any of the others. */
export const REMEDIES = ["retry", "quarantine", "holdKey", "continue", "block", "alert"] as const;

const remedies = (about: string, fallback: readonly string[]) =>
  list(
    `${about}: \`retry\`; \`quarantine\`, where later messages of its keys wait if they build on it; ` +
      "`holdKey`, quarantine where they wait; `continue`, quarantine where they do not; `block`, the queue stands " +
      "still until a person starts it again. And `alert`, where somebody is to be told.",
    choice("What is done.", REMEDIES),
    { default: fallback, orOne: true },
  );

/** A hundred years: for ever, to a disk. */
const KEEP_DAYS_MAX = 36_500;

const keepDays = <const O extends { readonly default: number } | { readonly optional: true }>(
  about: string,
  otherwise: O,
) =>
  integer(`${about}. Those that are not, those in quarantine and those under a legal hold stay.`, {
    min: 1,
    max: KEEP_DAYS_MAX,
    ...otherwise,
  });

const PIN = {
  matches: "sha256:([0-9A-Fa-f]{2}:?){32}|sha256//[A-Za-z0-9+/]{43}=",
  says: "is sha256: and 64 hexadecimal digits, or sha256// and 44 characters of base64",
} as const;

const TIME_ZONE = "IANA name of a time zone, such as America/Chicago.";

const DESTINATION = adapterSection("A destination, with a durable queue of its own.", "senders", {
  filter,
  transform,
  encrypt: section("Seals what is sent.", {
    to,
    expiresMs: durationMs("How long a sealed message may be opened.", {
      min: 1_000,
      default: DEFAULTS.expiresMs,
    }),
    envelope,
  }, { optional: true }),
  order: text(`${ORDER_ABOUT} The channel's where left out.`, {
    optional: true,
    pattern: ORDER,
    example: "by PID-3",
  }),
  retry: section("When attempts are made again. The channel's where left out.", {
    firstMs: durationMs("Wait before the second attempt; doubles with each.", { min: 1, optional: true }),
    longestMs: durationMs("Longest wait between two attempts.", { min: 1, optional: true }),
    refusedMs: durationMs("How long a refusal that may pass (HL7 AR) is tried again.", {
      min: 0,
      optional: true,
    }),
    unansweredMs: durationMs("How long a peer that does not answer is tried. For ever where left out.", {
      min: 1,
      optional: true,
    }),
    expiresMs,
  }, { optional: true }),
  collect: section("Gathers messages, durably, and sends them as one.", {
    at: list(
      "Times of day at which what has gathered is sent.",
      text("A time of day.", { pattern: TIME_OF_DAY }),
      { default: [], orOne: true, example: "02:15" },
    ),
    timeZone: text(`Zone of the times: ${TIME_ZONE} The listener's where left out.`, { optional: true }),
    countMax: integer("So many are sent at once.", { min: 1, max: 1_000_000, optional: true, example: 500 }),
    bytesMax: bytes(
      "What has gathered is sent before it is larger, what is put around the messages not counted.",
      {
        min: 1,
        max: COLLECT.bytesMost,
        default: COLLECT.bytesMax,
      },
    ),
    as: text("How they are put together: lines, zip, or a format's own batch, such as hl7-batch.", {
      default: COLLECT.as,
      example: "hl7-batch",
    }),
    empty: choice("What happens at a time of day when nothing has gathered: nothing, or an empty batch.", [
      "skip",
      "send",
    ], { default: COLLECT.empty }),
  }, { optional: true }),
  disclosure: DISCLOSURE,
  on: section("What becomes of a delivery that fails.", {
    rejected: remedies("The peer refuses it for good (HL7 AE)", ON.rejected),
    postponed: remedies(
      "The peer refuses it for now (HL7 AR); `retry` holds for `retry.refusedMs`, then it counts as refused for good",
      ON.postponed,
    ),
    unanswered: remedies(
      "Nobody answers; anything but `retry` is done once `retry.unansweredMs` is over",
      ON.unanswered,
    ),
    alertAfterMs: durationMs(
      "How long deliveries must fail before an alert about `postponed` or `unanswered`.",
      {
        min: 0,
        default: ON.alertAfterMs,
      },
    ),
  }),
  paths: {
    kind: "senders",
    about:
      "Several ways to the same peer, instead of one adapter: a list of adapters, the preferred first. Deliveries go by " +
      "the first that is healthy.",
    optional: true,
  } as const satisfies SendersSlot,
  channel: text("Another channel of this gateway, instead of an adapter.", { optional: true }),
}, { instead: ["paths", "channel"] });

const CHANNEL = section("One way through the gateway, from one listener to its destinations.", {
  about: text("What the channel is for, in a sentence.", { default: "" }),
  listen: adapterSection("Where messages come from: exactly one adapter.", "listeners", {
    acknowledge: text(
      "When the sender is told that its message was taken: `received`, once it is durable; `processed`, once it is " +
        "queued for every destination; `delivered`, once every destination has accepted it; `from NAME`, once that " +
        "destination has answered, with its answer.",
      { default: DEFAULTS.acknowledge, pattern: ACKNOWLEDGE, example: "received" },
    ),
    applicationAcknowledge: text(
      "Where a sender that asks for two answers (HL7's enhanced mode, MSH-16) gets the second: `here`, by the way the " +
        "message came; `to NAME`, as a message of that channel. The first then goes out once the message is durable, " +
        "the second as `acknowledge` says, and at `processed` where that says `received`. One answer where left out.",
      { optional: true, pattern: APPLICATION_ACKNOWLEDGE, example: "to answers" },
    ),
    timeZone: text(
      `Zone of dates without an offset, and of times of day: ${TIME_ZONE} The machine's where left out.`,
      {
        optional: true,
        example: "America/Chicago",
      },
    ),
    answerMsMax: durationMs("How long a peer may wait for an answer that needs more than the journal.", {
      min: 1,
      default: DEFAULTS.answerMsMax,
    }),
    messageBytesMax: bytes("Largest message that is taken.", { min: 1, default: DEFAULTS.messageBytesMax }),
  }),
  decrypt: section("Opens what arrives sealed.", { from, envelope }, { optional: true }),
  parse: {
    kind: "component",
    of: "formats",
    about: "What the bytes mean: a format's name, or its name with its settings.",
  } as const satisfies ComponentSlot,
  review: REVIEW,
  filter,
  transform,
  duplicates: section(
    "When a message is taken for an earlier one. `deliver` stands for `answer: never`.",
    {
      answer: choice(
        "When the same control id with the same bytes is answered from the journal: within `windowMs` or while it is " +
          "its sender's latest message, always, or never.",
        ["recent", "always", "never"],
        { default: DUPLICATES.answer },
      ),
      windowMs: durationMs("For `recent`.", { min: 0, default: DUPLICATES.windowMs }),
      reused: choice("What becomes of a message under a control id that was used for other bytes.", [
        "deliver",
        "reject",
      ], { default: DUPLICATES.reused }),
    },
    { words: { deliver: { answer: "never" } } },
  ),
  send: named("Where messages go.", "destination", DESTINATION),
  respond: {
    ...transform,
    about: "Transforms the answer goes through on its way back, at `acknowledge: from NAME`.",
  },
  search: map(
    "What its messages are found by, beside what the format knows (HL7: `patient`): a path by the name of a field. " +
      "The journal keeps its values as keyed hashes.",
    "field",
    text("A path of the format."),
    { optional: true, example: { accession: "OBR-3.1" } },
  ),
  keepDays: keepDays("How many days its messages are kept; those of `journal` where left out", {
    optional: true,
  }),
  order: text(ORDER_ABOUT, { default: DEFAULTS.order, pattern: ORDER, example: "by PID-3" }),
  retry: section("When attempts are made again: waits double from the first to the longest, with jitter.", {
    firstMs: durationMs("Wait before the second attempt; doubles with each.", {
      min: 1,
      default: RETRY.firstMs,
    }),
    longestMs: durationMs("Longest wait between two attempts.", { min: 1, default: RETRY.longestMs }),
    refusedMs: durationMs("How long a refusal that may pass (HL7 AR) is tried again.", {
      min: 0,
      default: RETRY.refusedMs,
    }),
    unansweredMs: durationMs("How long a peer that does not answer is tried. For ever where left out.", {
      min: 1,
      optional: true,
    }),
    expiresMs,
  }),
  supervise: section("How often what crashes is started again before it is halted.", {
    restartsMax: integer("Restarts within `withinMs` before the line is restarted, then halted.", {
      min: 1,
      max: 1_000,
      default: SUPERVISE.restartsMax,
    }),
    withinMs: durationMs("The time in which restarts are counted.", { min: 1, default: SUPERVISE.withinMs }),
    crashesMax: integer(
      "Crashes of a stage by one message before it is quarantined; less than `restartsMax`.",
      {
        min: 1,
        max: 999,
        default: SUPERVISE.crashesMax,
      },
    ),
    backoffMs: durationMs("Wait before the first restart; doubles with each, with jitter.", {
      min: 0,
      default: SUPERVISE.backoffMs,
    }),
    backoffMsMax: durationMs("Longest wait before a restart.", { min: 0, default: SUPERVISE.backoffMsMax }),
  }),
});

/** A gateway file. Reading, the JSON Schema and the reference all come from here. */
export const GATEWAY = section("A gateway: one process with its channels, partners and journal.", {
  gateway: text("Name of the gateway, as partners know it.", { pattern: NAME, example: "st-elsewhere" }),
  about: text("What the gateway is for, in a sentence.", { optional: true }),
  data: path("Folder of the journal; made where there is none.", { default: DEFAULTS.data }),
  masterKey: path(
    "File of the key everything in the journal is sealed under, made by `mitral keys master FILE`; outside `data`. " +
      "Not read where `MITRAL_MASTER_KEY` or the credential `mitral-master-key` of a service has the key.",
    { default: DEFAULTS.masterKey },
  ),
  keys: path("File with the gateway's own keys. Needed where something is sealed or opened.", {
    expects: "file",
    optional: true,
    example: "./keys/gateway.json",
    remedy: "make them: mitral keys init --file with this gateway file",
  }),
  partners: map(
    "Other organisations: what they are known by; or the folder that `mitral partner` keeps them in. What changes there " +
      "counts within ten seconds, without a restart.",
    "name",
    record("A partner: the file of its public keys, or more.", {
      keys: path(
        "File of its gateway's public keys. Needed where something is sealed for it, or comes from it sealed.",
        {
          expects: "file",
          optional: true,
          example: "./partners/state-registry.json",
        },
      ),
      certificates: list(
        "PEM files of the certificates it shows when TLS is spoken, as client and as server. Read again when they change; " +
          "one that is taken out of its file, or whose file is removed, counts no more, and its connections are cut.",
        path("A PEM file.", { expects: "file", example: "./partners/state-registry.pem" }),
        { default: [], orOne: true },
      ),
      pins: list(
        "What its certificates are known by, beside the files: `sha256:HEX`, the fingerprint of a certificate; " +
          "`sha256//BASE64`, that of a public key.",
        text("A fingerprint.", { pattern: PIN }),
        { default: [], orOne: true },
      ),
    }, { short: "keys" }),
    {
      optional: true,
      orFolder: true,
      example: { "state-registry": "./partners/state-registry.json" },
    },
  ),
  exchange: EXCHANGE,
  audit: AUDIT,
  patients: PATIENTS,
  monitor: record("Where `/health`, `/ready` and `/metrics` are served, on loopback.", {
    port: integer("Port; 0 for one that is free.", { min: 0, max: 65_535, example: 9_464 }),
  }, { optional: true }),
  reviews: REVIEWS,
  drainMsMax: durationMs("How long a stopping gateway waits for what is under way.", {
    min: 0,
    default: DEFAULTS.drainMsMax,
  }),
  journal: record("The journal.", {
    pendingBytesMax: bytes("Undelivered bytes above which listeners stop reading.", {
      min: 1_000_000,
      default: DEFAULTS.journal.pendingBytesMax,
    }),
    diskFreeMin: bytes(
      "Free space on the data folder's disk below which listeners stop reading; 0 for no such mark.",
      { min: 0, default: DEFAULTS.journal.diskFreeMin },
    ),
    keepDays: keepDays("How many days messages are kept once they are through", {
      default: DEFAULTS.journal.keepDays,
    }),
  }),
  channels: named("What the gateway does.", "channel", CHANNEL),
});

/** The shape of a channel, for whoever needs only that. */
export const CHANNEL_SHAPE = CHANNEL;

/** A gateway file as read, before it is a plan. */
export type GatewayFile = ValueOf<typeof GATEWAY>;
/** A channel as read. */
export type ChannelFile = ValueOf<typeof CHANNEL>;
/** A destination as read. */
export type DestinationFile = ValueOf<typeof DESTINATION>;
