import { errors } from "../errors.ts";
import { isUserName } from "../../../contract/nkey.ts";

/** A gateway that has a mailbox at a relay. Nothing of it is secret. */
export interface RelayPartner {
  /** What the operator calls it. */
  readonly name: string;
  /** The id of its gateway's root key: 16 hexadecimal digits. */
  readonly mailbox: string;
  /** The public half of what it signs in with, as NATS names users. */
  readonly user: string;
  /** Of the partner file these are from. */
  readonly serial: number;
  /** What may wait in its mailbox. */
  readonly mailboxBytesMax: number;
}

/** Two partners who may write to each other, by name. */
export type RelayLink = readonly [string, string];

/** A relay as its operator's tool knows it: all but the secrets, and what the server's configuration is made from. */
export interface Relay {
  /** Host name by which partners call it. */
  readonly name: string;
  /** What they write in their gateway files. */
  readonly url: string;
  /** Where the operator's tool meets the server: `127.0.0.1:4222`. */
  readonly address: string;
  /** File of the certificate the server shows. */
  readonly certificate: string;
  /** What a mailbox may hold that nothing else was said of. */
  readonly mailboxBytesMax: number;
  /** The operator, in the account that has the mailboxes, and in the one in which the server tells about itself. */
  readonly operator: { readonly hub: string; readonly system: string };
  readonly partners: readonly RelayPartner[];
  readonly links: readonly RelayLink[];
}

const FORMAT = "mitral-relay";
const VERSION = 1;

/** The file in which a relay is kept. */
export function writeRelay(relay: Relay): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...relay }, null, 2)}\n`;
}

/** Reads what {@linkcode writeRelay} writes, which people may have edited. Errors: CONSOLE_RELAY_INVALID. */
export function readRelay(text: string, path: string): Relay {
  const refuse = (part: string): never => errors.fail("CONSOLE_RELAY_INVALID", { path, part });
  const record = (value: unknown, part: string): Readonly<Record<string, unknown>> =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : refuse(part);
  const list = (value: unknown, part: string): readonly unknown[] =>
    Array.isArray(value) ? value : refuse(part);
  const textOf = (value: unknown, part: string, isFit: (text: string) => boolean = Boolean): string =>
    typeof value === "string" && isFit(value) ? value : refuse(part);
  const count = (value: unknown, part: string, min: number): number =>
    Number.isSafeInteger(value) && Number(value) >= min ? Number(value) : refuse(part);

  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    refuse("JSON");
  }
  const file = record(read, "JSON");
  if (file.format !== FORMAT) refuse("format");
  if (file.version !== VERSION) refuse("version");
  const operator = record(file.operator, "operator");
  const partners = list(file.partners, "partners").map((value, at): RelayPartner => {
    const part = `partners[${at}]`;
    const partner = record(value, part);
    return {
      name: textOf(partner.name, `${part}.name`, isPartnerName),
      mailbox: textOf(partner.mailbox, `${part}.mailbox`, isMailbox),
      user: textOf(partner.user, `${part}.user`, isUserName),
      serial: count(partner.serial, `${part}.serial`, 0),
      mailboxBytesMax: count(partner.mailboxBytesMax, `${part}.mailboxBytesMax`, 1),
    };
  });
  for (const field of ["name", "mailbox", "user"] as const) {
    if (new Set(partners.map((partner) => partner[field])).size < partners.length) {
      refuse(`partners: ${field}`);
    }
  }
  const isPartner = (name: string) => partners.some((partner) => partner.name === name);
  const links = list(file.links, "links").map((value, at): RelayLink => {
    const part = `links[${at}]`;
    const [one, other, ...more] = list(value, part);
    const link = [textOf(one, part, isPartner), textOf(other, part, isPartner)] as const;
    return more.length === 0 && link[0] !== link[1] ? link : refuse(part);
  });
  return {
    name: textOf(file.name, "name"),
    url: textOf(file.url, "url"),
    address: textOf(file.address, "address"),
    certificate: textOf(file.certificate, "certificate"),
    mailboxBytesMax: count(file.mailboxBytesMax, "mailboxBytesMax", 1),
    operator: {
      hub: textOf(operator.hub, "operator.hub", isUserName),
      system: textOf(operator.system, "operator.system", isUserName),
    },
    partners,
    links,
  };
}

/** True for what a gateway may be called: no blanks, no control characters. */
export function isPartnerName(text: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}._:@-]{0,127}$/u.test(text);
}

/** True for the id of a root key, which a mailbox is named by. */
export function isMailbox(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** Those a partner may write to, and who may write to it. */
export function peersOf({ name }: RelayPartner, { partners, links }: Relay): readonly RelayPartner[] {
  const peers = new Set(
    links.flatMap(([one, other]) => one === name ? [other] : other === name ? [one] : []),
  );
  return partners.filter((partner) => peers.has(partner.name));
}

/** The same with two partners linked, or no longer. */
export function withLink(relay: Relay, [one, other]: RelayLink, isOn: boolean): Relay {
  const links = relay.links.filter((link) => !(link.includes(one) && link.includes(other)));
  return { ...relay, links: isOn ? [...links, [one, other]] : links };
}

/** The same without a partner. */
export function withoutPartner(relay: Relay, name: string): Relay {
  return {
    ...relay,
    partners: relay.partners.filter((partner) => partner.name !== name),
    links: relay.links.filter((link) => !link.includes(name)),
  };
}
