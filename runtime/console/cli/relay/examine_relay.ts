import type { ConsumerInfo, StreamInfo } from "@nats-io/jetstream";
import type { PeerCertificate } from "../../../contract/tls.ts";
import type { Step } from "../doctor/step.ts";
import { bytesText, countText, durationText, plural, timeText } from "../figures.ts";
import { plain } from "../plain.ts";
import { grantsOf } from "./accounts_config.ts";
import { faultsOf, mailboxStream, queuesOf, streamsAt } from "./mailboxes.ts";
import type { Relay, RelayPartner } from "./relay_file.ts";
import type { RelayServer } from "./relay_server.ts";
import { faultIn, type ServerFacts } from "./server_facts.ts";

/** What waits in a mailbox. */
export interface MailboxFacts {
  readonly name: string;
  readonly mailbox: string;
  /** Frames, not yet taken or not yet acknowledged. */
  readonly messages: number;
  readonly receipts: number;
  readonly bytes: number;
  readonly bytesMax: number;
  /** How long the oldest of them has waited, in milliseconds. */
  readonly oldestMs?: number;
}

/** What can be said of a running relay. */
export interface RelayExamination {
  readonly steps: readonly Step[];
  readonly mailboxes: readonly MailboxFacts[];
}

const DAY_MS = 86_400_000;
/** A mailbox this old or full is not being emptied. */
const WAIT_MS_ODD = DAY_MS, FILL_ODD = 0.8;
/** How long before a certificate ends somebody should know. */
const CERTIFICATE_MS_ODD = 14 * DAY_MS;

/** Looks at all a relay depends on, through the eyes of its operator. Changes nothing. */
export async function examineRelay(
  relay: Relay,
  server: RelayServer,
  nowMs: number,
): Promise<RelayExamination> {
  const facts = await server.facts();
  const streams = await streamsAt(server.manager);
  const mailboxes: MailboxFacts[] = [], steps: Step[] = [];
  for (const partner of relay.partners) {
    const stream = streams.get(mailboxStream(partner.mailbox));
    if (stream === undefined) {
      steps.push({ ...APPLY, code: "mailboxMissing", says: `${plain(partner.name)} has no mailbox` });
      continue;
    }
    const queues = await queuesOf(server.manager, stream.config.name);
    const mailbox = mailboxFacts(partner, stream, queues, nowMs);
    mailboxes.push(mailbox);
    steps.push(...mailboxSteps(mailbox, faultsOf(partner, facts, stream, queues)));
  }
  return {
    mailboxes,
    steps: [
      ...serverSteps(facts, server.certificate, nowMs),
      ...roomSteps(relay, facts),
      grantsStep(relay, await server.grants()),
      ...steps,
      ...strangerSteps(relay, streams),
    ],
  };
}

const APPLY = { state: "bad", hint: "mitral relay apply puts it right." } as const;

function serverSteps(facts: ServerFacts, certificate: PeerCertificate, nowMs: number): readonly Step[] {
  const { websocket, monitorHost } = facts;
  const fault = faultIn(facts);
  const leftMs = certificate.validUntilMs - nowMs;
  return [
    { state: "ok", says: `nats-server ${facts.version}, ${plural(facts.connections, "connection")}` },
    fault
      ? {
        state: "bad",
        code: "serverUnsafe",
        says: `${fault.setting} must be ${fault.rule}`,
        hint: "Gateways refuse the relay until it is put right and applied.",
      }
      : { state: "ok", says: "what is stored is on the disk before it is acknowledged" },
    facts.isTlsRequired
      ? { state: "ok", says: "TLS from the first byte" }
      : { state: "bad", code: "tlsMissing", says: "NATS is spoken without TLS" },
    websocket === undefined
      ? {
        state: "odd",
        code: "websocketMissing",
        says: "WebSocket is not spoken: partners behind a proxy cannot come",
      }
      : websocket.isTls
      ? { state: "ok", says: `WebSocket over TLS on port ${websocket.port}` }
      : {
        state: "bad",
        code: "tlsMissing",
        says: `WebSocket is spoken without TLS on port ${websocket.port}`,
      },
    leftMs > CERTIFICATE_MS_ODD
      ? { state: "ok", says: `a certificate valid until ${timeText(certificate.validUntilMs)}` }
      : {
        state: leftMs > 0 ? "odd" : "bad",
        code: "certificateEnds",
        says: `the certificate is valid until ${timeText(certificate.validUntilMs)}`,
        hint: "Put a new one in its place, and reload the server.",
      },
    ...(monitorHost !== undefined && !["127.0.0.1", "::1", "localhost"].includes(monitorHost)
      ? [
        {
          state: "bad",
          code: "monitorOpen",
          says: `what is measured is shown to everybody on ${plain(monitorHost)}`,
        } as const,
      ]
      : []),
  ];
}

function roomSteps({ partners }: Relay, facts: ServerFacts): readonly Step[] {
  const promised = partners.reduce((sum, { mailboxBytesMax }) => sum + mailboxBytesMax, 0);
  const room = `mailboxes may hold ${bytesText(promised)} of the store's ${bytesText(facts.storeBytesMax)}`;
  const connections = `${countText(facts.connections)} of ${
    countText(facts.connectionsMax)
  } connections are in use`;
  return [
    {
      state: promised > facts.storeBytesMax ? "odd" : "ok",
      code: promised > facts.storeBytesMax ? "storeSmall" : undefined,
      says: room,
    },
    ...(facts.connections > FILL_ODD * facts.connectionsMax
      ? [{ state: "odd", code: "connectionsMany", says: connections } as const]
      : []),
  ];
}

function grantsStep(relay: Relay, given: readonly string[]): Step {
  const wanted = new Set(grantsOf(relay));
  const isSame = given.length === wanted.size && given.every((grant) => wanted.has(grant));
  return isSame
    ? { state: "ok", says: `${plural(relay.partners.length, "partner")}, and nobody else, may use it` }
    : {
      ...APPLY,
      code: "grantsDiffer",
      says: "the server lets in others, or to other mailboxes, than the folder says",
    };
}

function mailboxFacts(
  { name, mailbox, mailboxBytesMax }: RelayPartner,
  { state }: StreamInfo,
  queues: ReadonlyMap<string, ConsumerInfo>,
  nowMs: number,
): MailboxFacts {
  const waiting = (queue: string) => {
    const { num_pending = 0, num_ack_pending = 0 } = queues.get(queue) ?? {};
    return num_pending + num_ack_pending;
  };
  return {
    name,
    mailbox,
    messages: waiting("messages"),
    receipts: waiting("receipts"),
    bytes: state.bytes,
    bytesMax: mailboxBytesMax,
    ...(state.messages > 0 ? { oldestMs: Math.max(0, nowMs - Date.parse(String(state.first_ts))) } : {}),
  };
}

function mailboxSteps(
  { name, bytes, bytesMax, oldestMs = 0 }: MailboxFacts,
  faults: readonly string[],
): readonly Step[] {
  const steps: Step[] = [];
  const of = `the mailbox of ${plain(name)}`;
  if (faults.length > 0) {
    steps.push({ ...APPLY, code: "mailboxUnfit", says: `${of} is not as it must be: ${faults.join(", ")}` });
  }
  if (bytes > FILL_ODD * bytesMax) {
    const hint = "Its gateway does not fetch; who writes to it keeps what does not fit.";
    steps.push({ state: "odd", code: "mailboxFull", says: `${of} is nearly full`, hint });
  }
  if (oldestMs > WAIT_MS_ODD) {
    const says = `in ${of} something has waited for ${durationText(oldestMs)}`;
    steps.push({ state: "odd", code: "mailboxOld", says, hint: "Its gateway does not fetch." });
  }
  return steps;
}

function strangerSteps({ partners }: Relay, streams: ReadonlyMap<string, StreamInfo>): readonly Step[] {
  const known = new Set(partners.map(({ mailbox }) => mailboxStream(mailbox)));
  return [...streams.values()].filter(({ config }) => !known.has(config.name)).map(({ config, state }) => ({
    state: "odd",
    code: "streamUnknown",
    says: `${plain(config.name)} is nobody's: ${plural(state.messages, "frame")}, ${bytesText(state.bytes)}`,
    hint: "mitral relay apply --prune deletes mailboxes of partners that were removed.",
  }));
}
