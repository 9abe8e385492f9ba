import { parseAddress } from "./addresses.ts";
import { OPEN, type PartnerSite, type PROTOCOLS } from "./questionnaire.ts";

/** What a gateway file tells of the network. */
export interface DraftFacts {
  /** The gateway's name. */
  readonly gateway: string;
  /** Connections with systems of our own site: who calls is known, who the other is is not. */
  readonly inside: readonly DraftConnection[];
  /** The doors partners call. */
  readonly doors: readonly DraftConnection[];
  /** URLs of relays we have mailboxes at. */
  readonly relays: readonly string[];
  /** By our names for them. */
  readonly partners: readonly { readonly name: string; readonly ways: readonly DraftConnection[] }[];
  /** What listens on this machine alone, and is in no table. */
  readonly hidden: readonly string[];
}

/** A connection, as far as it is known. */
export interface DraftConnection {
  readonly name: string;
  readonly from: "us" | "them";
  readonly protocol: typeof PROTOCOLS[number];
  readonly tls: boolean;
  readonly port: number;
  /** Name or address that is called. */
  readonly host?: string;
  readonly purpose: string;
}

/** A network file to start from: what is known filled in, the rest as questions. `schema`: for editors, beside it. */
export function draftOf(facts: DraftFacts, schema: string): string {
  const { gateway, inside, doors, partners, hidden } = facts;
  const shown = partners.length > 0 ? partners : [{ name: "partner", ways: [] }];
  return [
    `# yaml-language-server: $schema=./${schema}`,
    `# The network sheet of ${gateway}: answer each "${OPEN}", then "mitral network render". What may be left out says so.`,
    "us:",
    ...indent(siteLines(doors)),
    "",
    "# Connections between the gateway and systems of our own site.",
    ...inside.length === 0 ? ["# inside:"] : ["inside:", ...indent(inside.flatMap(insideLines))],
    ...hidden.map((name) => `# Only this machine reaches ${name}.`),
    "",
    "partners:",
    ...indent(shown.flatMap((partner) => partnerLines(partner, facts))),
    "",
  ].join("\n");
}

/** A site whose gateway is called at these. */
function siteLines(called: readonly DraftConnection[]): readonly string[] {
  const name = called.find(({ host }) => host !== undefined && !parseAddress(host))?.host;
  return [
    `name: "${OPEN}" # the organisation's name`,
    "contact: # of the network team; may be left out",
    `  name: "${OPEN}"`,
    `  email: "${OPEN}"`,
    `  phone: "${OPEN}"`,
    "gateway:",
    `  address: "${OPEN}" # of the machine the gateway runs on, inside its own network`,
    `  public: "${OPEN}" # as the internet sees it; may be left out where a VPN device speaks for it`,
    ...name === undefined ? [] : [`  name: ${name}`],
    "# networks: [10.1.20.0/24] # what goes through a VPN, where it is more than the gateway",
    "# vpn: { vendor: cisco_asa, address: 198.51.100.1 } # at transport: ikev2",
    "# wireguard: { address: 10.99.0.1 } # at transport: wireguard",
    "firewall: # how long idle connections are kept; may be left out, and is then asked for in the sheet",
    `  tcpIdleMs: "${OPEN}"`,
    `  udpIdleMs: "${OPEN}"`,
    "# proxy: { url: http://proxy.example:3128 } # that calls to the internet go through",
    "# dns: [10.1.0.53]",
    "# ntp: [10.1.0.53]",
  ];
}

function insideLines({ name, from, host, ...connection }: DraftConnection): readonly string[] {
  return [
    `${name}:`,
    ...indent([
      `system: "${OPEN}" # ${from === "us" ? "what is called" : "who calls"}`,
      `address: ${addressText(host)}`,
      `from: ${from}`,
      ...connectionLines(connection),
    ]),
  ];
}

function partnerLines(
  { name, ways }: DraftFacts["partners"][number],
  { doors, relays }: DraftFacts,
): readonly string[] {
  const transport: PartnerSite["transport"] = doors.length === 0 && relays.length > 0 ? "relay" : "direct";
  const connections = transport === "relay" ? [] : [...doors, ...ways];
  return [
    `${name}:`,
    ...indent([
      ...siteLines(ways),
      `transport: ${transport} # or ${transport === "relay" ? "direct" : "relay"}, wireguard, ikev2`,
      ...relays.length === 0 ? [] : [`relay: { servers: [${relays.map(quoted).join(", ")}] }`],
      ...connections.length === 0 ? [] : ["connections:"],
      ...indent(connections.flatMap(({ name, from, ...connection }) => [
        `${name}:`,
        ...indent([`from: ${from}`, ...connectionLines(connection)]),
      ])),
    ]),
  ];
}

function connectionLines(
  { protocol, tls, port, purpose }: Pick<DraftConnection, "protocol" | "tls" | "port" | "purpose">,
): readonly string[] {
  return [
    `protocol: ${protocol}`,
    ...tls && protocol !== "https" ? ["tls: true"] : [],
    `port: ${port === 0 ? `"${OPEN}"` : port}`,
    `purpose: ${quoted(purpose)}`,
  ];
}

/** An address as it is; a name as the question which address it has. */
function addressText(host: string | undefined): string {
  if (host === undefined) return `"${OPEN}"`;
  return parseAddress(host) ? host : `"${OPEN}" # of ${host}`;
}

/** Text as YAML takes it, whatever is in it. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
