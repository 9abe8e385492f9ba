import type {
  Acknowledge,
  ApplicationAcknowledge,
  AuditPlan,
  ChannelPlan,
  CollectPlan,
  Configured,
  DestinationPlan,
  DisclosurePlan,
  ExchangePlan,
  GatewayPlan,
  OnPlan,
  Order,
  PatientsPlan,
  RemedyPlan,
  ReviewsPlan,
} from "../engine/plan.ts";
import type { EnvelopeSpec } from "../contract/envelope.ts";
import { DEFAULTS } from "./gateway_defaults.ts";
import { followFormats, withFormats } from "./follow_formats.ts";
import type { ChannelFile, DestinationFile, GatewayFile } from "./gateway_shape.ts";

/** What a plan needs to know besides the file. */
export interface PlanFacts {
  /** Folder of the gateway file, absolute. */
  readonly folder: string;
  readonly formats: GatewayPlan["formats"];
  /** Zone of channels that name none. */
  readonly timeZone: string;
  /** How messages are sealed where nothing else is said; there where the file has an exchange. */
  readonly envelope?: Configured<EnvelopeSpec>;
  /** Makes ways to partners of our own settings for them. */
  wayToOf(own: Pick<ExchangePlan, "doors" | "ways">): ExchangePlan["wayTo"];
}

/** The plan of a gateway file without problems. */
export function planGateway(file: GatewayFile, facts: PlanFacts): GatewayPlan {
  const { gateway, data, masterKey, keys, monitor, reviews, exchange, audit, patients, drainMsMax, journal } =
    file;
  const { folder, formats } = facts;
  return {
    name: gateway,
    folder,
    data,
    masterKey,
    ...(keys === undefined ? {} : { keys }),
    ...planPartners(file.partners),
    ...(exchange === undefined ? {} : { exchange: planExchange(exchange, facts) }),
    ...(audit === undefined ? {} : { audit: planAudit(audit) }),
    ...(patients === undefined ? {} : { patients: planPatients(patients) }),
    ...(monitor === undefined ? {} : { monitor }),
    ...(reviews === undefined ? {} : { reviews: planReviews(reviews) }),
    drainMsMax,
    journal,
    formats,
    channels: file.channels.map(({ name, value }) => ({
      ...planChannel(name, value, facts),
      ...(patients?.from.includes(name) ? { indexesPatients: true as const } : {}),
    })),
  };
}

function planExchange(
  { doors = [], ways = [], receiptMsMax }: NonNullable<GatewayFile["exchange"]>,
  { envelope, wayToOf }: PlanFacts,
): ExchangePlan {
  const links = doors.flatMap(({ spec, config }) => {
    const settings = spec.link?.(config as never);
    return settings ? [{ kind: spec.name, settings }] : [];
  });
  return { doors, ways, links, wayTo: wayToOf({ doors, ways }), envelope: envelope!, receiptMsMax };
}

function planAudit({ adapter: send, format, alarmAfterMs }: NonNullable<GatewayFile["audit"]>): AuditPlan {
  return { send, format, alarmAfterMs };
}

function planPatients({ from, authority }: NonNullable<GatewayFile["patients"]>): PatientsPlan {
  return { from, ...(authority === undefined ? {} : { authority }) };
}

function planReviews({ url, tls, ...reviews }: NonNullable<GatewayFile["reviews"]>): ReviewsPlan {
  return { ...reviews, ...(url === undefined ? {} : { url }), ...(tls === undefined ? {} : { tls }) };
}

function planPartners(
  partners: GatewayFile["partners"] = {},
): Pick<GatewayPlan, "partners" | "partnersFolder"> {
  if (typeof partners === "string") return { partners: {}, partnersFolder: partners };
  return {
    partners: Object.fromEntries(
      Object.entries(partners).map((
        [name, { keys, ...proofs }],
      ) => [name, { ...proofs, ...(keys === undefined ? {} : { keys }) }]),
    ),
  };
}

function planChannel(name: string, file: ChannelFile, facts: PlanFacts): ChannelPlan {
  const { about, listen, decrypt, parse, filter, transform, supervise, duplicates } = file;
  const timeZone = listen.timeZone ?? facts.timeZone;
  const steps = withFormats([...filter, ...transform], parse.spec.name);
  const { end } = followFormats(steps, parse.spec.name);
  const acknowledge = planAcknowledge(listen.acknowledge);
  const { applicationAcknowledge } = listen;
  const from = listen.adapter.spec.feed?.(listen.adapter.config as never).partner;
  const answering = file.send.find((each) =>
    typeof acknowledge === "object" && each.name === acknowledge.from
  );
  return {
    name,
    about,
    listen: listen.adapter,
    acknowledge,
    ...(applicationAcknowledge === undefined
      ? {}
      : { applicationAcknowledge: planApplicationAcknowledge(applicationAcknowledge) }),
    answerMsMax: listen.answerMsMax,
    messageBytesMax: listen.messageBytesMax,
    timeZone,
    ...(decrypt || from ? { decrypt: planDecrypt(decrypt, from, facts) } : {}),
    parse,
    ...(file.review === undefined ? {} : { review: { ...file.review, below: Number(file.review.below) } }),
    steps,
    ...(file.search === undefined ? {} : { search: file.search }),
    ...(file.keepDays === undefined ? {} : { keepDays: file.keepDays }),
    duplicates,
    destinations: file.send.map(({ name, value }) =>
      planDestination(name, value, { channel: file, end, timeZone }, facts)
    ),
    respond: withFormats(file.respond, answering && followFormats(stepsOf(answering.value), end).end),
    supervise,
  };
}

function planDestination(
  name: string,
  file: DestinationFile,
  { channel, end, timeZone }: {
    readonly channel: ChannelFile;
    /** Format of what comes to it. */
    readonly end: string | undefined;
    readonly timeZone: string;
  },
  facts: PlanFacts,
): DestinationPlan {
  const { encrypt, adapter, paths, retry, collect, disclosure } = file;
  const to = adapter?.spec.feed?.(adapter.config as never).partner;
  const unansweredMs = retry?.unansweredMs ?? channel.retry.unansweredMs;
  const expiresMs = retry?.expiresMs ?? channel.retry.expiresMs;
  return {
    name,
    steps: withFormats(stepsOf(file), end),
    ...(encrypt || to ? { encrypt: planEncrypt(encrypt, to, facts) } : {}),
    ...(collect === undefined ? {} : { collect: planCollect(collect, timeZone) }),
    ...(disclosure === undefined ? {} : { disclosure: planDisclosure(disclosure) }),
    send: file.channel !== undefined ? { channel: file.channel } : paths ? { paths } : adapter,
    order: planOrder(file.order ?? channel.order),
    retry: {
      firstMs: retry?.firstMs ?? channel.retry.firstMs,
      longestMs: retry?.longestMs ?? channel.retry.longestMs,
      refusedMs: retry?.refusedMs ?? channel.retry.refusedMs,
      ...(unansweredMs === undefined ? {} : { unansweredMs }),
      ...(expiresMs === undefined ? {} : { expiresMs }),
    },
    on: planOn(file.on),
  };
}

function planDecrypt(
  decrypt: ChannelFile["decrypt"],
  from: string | undefined,
  { envelope }: PlanFacts,
): NonNullable<ChannelPlan["decrypt"]> {
  return { ...decrypt?.envelope ?? envelope!, from: decrypt?.from ?? named(from) };
}

function planEncrypt(
  encrypt: DestinationFile["encrypt"],
  to: string | undefined,
  { envelope }: PlanFacts,
): NonNullable<DestinationPlan["encrypt"]> {
  return {
    ...encrypt?.envelope ?? envelope!,
    to: encrypt?.to ?? named(to),
    expiresMs: encrypt?.expiresMs ?? DEFAULTS.expiresMs,
  };
}

/** Nobody, where nothing is signed. */
function named(partner: string | undefined): readonly string[] {
  return partner === undefined ? [] : [partner];
}

function stepsOf({ filter, transform }: DestinationFile) {
  return [...filter, ...transform];
}

function planCollect(
  { countMax, timeZone = "", ...collect }: NonNullable<DestinationFile["collect"]>,
  channelZone: string,
): CollectPlan {
  return {
    ...collect,
    timeZone: timeZone || channelZone,
    ...(countMax === undefined ? {} : { countMax }),
  };
}

function planDisclosure(
  { address, ...disclosure }: NonNullable<DestinationFile["disclosure"]>,
): DisclosurePlan {
  return { ...disclosure, ...(address === undefined ? {} : { address }) };
}

function planOn({ rejected, postponed, unanswered, alertAfterMs }: DestinationFile["on"]): OnPlan {
  return {
    rejected: planRemedy(rejected, "quarantine"),
    postponed: planRemedy(postponed, "retry"),
    unanswered: planRemedy(unanswered, "retry"),
    alertAfterMs,
  };
}

function planRemedy(words: DestinationFile["on"]["rejected"], fallback: RemedyPlan["remedy"]): RemedyPlan {
  return { remedy: words.find((word) => word !== "alert") ?? fallback, alert: words.includes("alert") };
}

function planAcknowledge(written: string): Acknowledge {
  return written.startsWith("from ") ? { from: written.slice("from ".length) } : written as Acknowledge;
}

function planApplicationAcknowledge(written: string): ApplicationAcknowledge {
  return written === "here" ? "here" : { to: written.slice("to ".length) };
}

/** `channel`, `none`, `by key` or `by PATH`, as the shape's pattern has it. */
function planOrder(written: string): Order {
  if (written === "channel" || written === "none") return { by: written };
  const path = written.slice("by ".length);
  return path === "key" ? { by: "key" } : { by: "key", path };
}
