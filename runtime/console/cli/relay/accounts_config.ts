import { mailboxStream, QUEUES } from "./mailboxes.ts";
import { peersOf, type Relay, type RelayPartner } from "./relay_file.ts";
import { quoted } from "./server_config.ts";

/** The account that has the mailboxes, and the one in which the server tells about itself. */
const HUB = "HUB", SYSTEM = "SYS";
/** A subject of the hub that nothing listens on. */
const NOTHING = "relay.none";

/** One use of the hub that a partner is given. */
interface Service {
  /** In the hub. */
  readonly subject: string;
  /** In the partner's own account. */
  readonly local: string;
  /** One request has many answers. */
  readonly isStream?: boolean;
}

/**
 * Who may do what at a relay. The hub exports each use of a mailbox to the one account that has it; each partner's account
 * imports its own. A partner can name nothing else, so nothing it asks for or listens to reaches another's: the sender's
 * mailbox in a subject comes from its account, not from it.
 */
export function accountsConfig(relay: Relay): string {
  return `# Written by "mitral relay": what is changed here is lost.
system_account: ${SYSTEM}
accounts {
    ${SYSTEM} { users: [{ nkey: ${quoted(relay.operator.system)} }] }
    ${HUB} {
        jetstream: enabled
        users: [{ nkey: ${quoted(relay.operator.hub)} }]
        exports: [
            { service: ${quoted(NOTHING)} }
${
    relay.partners.flatMap((partner) =>
      servicesOf(partner, relay).map((service) => exported(service, partner))
    )
      .join("\n")
  }
        ]
    }
${relay.partners.map((partner) => account(partner, relay)).join("")}}
`;
}

/** Every use of the hub that is given, as `SUBJECT ACCOUNT`. */
export function grantsOf(relay: Relay): readonly string[] {
  return relay.partners.flatMap((partner) =>
    servicesOf(partner, relay).map(({ subject }) => grant(subject, accountOf(partner)))
  );
}

/** As {@linkcode grantsOf} has it. */
export function grant(subject: string, account: string): string {
  return `${subject} ${account}`;
}

function servicesOf(partner: RelayPartner, relay: Relay): readonly Service[] {
  const { mailbox } = partner, stream = mailboxStream(mailbox);
  const asItIs = (subject: string, isStream?: boolean) => ({ subject, local: subject, isStream });
  return [
    ...Object.keys(QUEUES).flatMap((queue) => [
      asItIs(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${queue}`, true),
      asItIs(`$JS.API.CONSUMER.INFO.${stream}.${queue}`),
      asItIs(`$JS.ACK.${stream}.${queue}.>`),
    ]),
    asItIs(`$JS.API.STREAM.INFO.${stream}`),
    ...peersOf(partner, relay).flatMap((peer) =>
      Object.values(QUEUES).map((kind) => ({
        subject: `mbx.${peer.mailbox}.${mailbox}.${kind}`,
        local: `relay.send.${peer.mailbox}.${kind}`,
      }))
    ),
  ];
}

function exported({ subject, isStream }: Service, partner: RelayPartner): string {
  const answers = isStream ? "response_type: stream, " : "";
  return `            { service: ${quoted(subject)}, ${answers}accounts: [${quoted(accountOf(partner))}] }`;
}

function account(partner: RelayPartner, relay: Relay): string {
  const services = servicesOf(partner, relay);
  // Where an account without storage of its own imports no $JS.API.INFO, the server answers all of $JS.API in it.
  const imports = [...services, { subject: NOTHING, local: "$JS.API.INFO" }].map(({ subject, local }) => {
    const renamed = local === subject ? "" : `, to: ${quoted(local)}`;
    return `            { service: { account: ${HUB}, subject: ${quoted(subject)} }${renamed} }`;
  });
  const publish = services.map(({ local }) => `                    ${quoted(local)}`);
  return `    # ${partner.name}
    ${accountOf(partner)} {
        users: [{
            nkey: ${quoted(partner.user)}
            permissions: {
                publish: { allow: [
${publish.join("\n")}
                ] }
                subscribe: { allow: ["_INBOX.>"] }
            }
        }]
        limits: { max_connections: 64, max_subscriptions: 1024, max_leafnodes: 0 }
        imports: [
${imports.join("\n")}
        ]
    }
`;
}

function accountOf({ mailbox }: RelayPartner): string {
  return `P_${mailbox}`;
}
