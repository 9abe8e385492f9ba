import {
  choice,
  type Config,
  durationMs,
  integer,
  list,
  map,
  record,
  text,
  toggle,
} from "../contract/spec.ts";

/** What an answer says that nobody has given yet. */
export const OPEN = "?";

/** How a partner may be called here: it goes into file names, and into names on devices. */
export const PARTNER_NAME = {
  matches: "[a-z][a-z0-9-]{0,30}",
  says: "is up to 31 small letters, digits and dashes, a letter first",
} as const;

/** Devices whose configuration is written; `other` gets the parameters alone. */
export const VENDORS = [
  "cisco_asa",
  "cisco_ios_xe",
  "palo_alto",
  "fortigate",
  "strongswan",
  "other",
] as const;

/** How two sites meet. */
export const TRANSPORTS = ["direct", "relay", "wireguard", "ikev2"] as const;

/** What is spoken over a connection. */
export const PROTOCOLS = ["mllp", "https", "sftp", "astm", "tcp"] as const;

/** What goes into a device's configuration as it is, where a space or a line end would begin something else. */
const onDevice = (example: string) => ({
  example,
  pattern: {
    matches: "[A-Za-z0-9][A-Za-z0-9._:/-]{0,62}",
    says: "is up to 63 letters, digits and . _ : / -, a letter or digit first",
  },
});

const address = (about: string) => text(about, { example: "10.1.20.5" });

const contact = record("The network team: whom to call.", {
  name: text("Who it is.", { optional: true, example: "Network operations" }),
  email: text("By e-mail.", { optional: true, example: "network@st-elsewhere.example" }),
  phone: text("By telephone, at night too.", { optional: true, example: "+1 555 0100" }),
}, { optional: true });

const site = {
  name: text("The organisation, as its people call it.", { example: "St. Elsewhere Hospital" }),
  contact,
  gateway: record("The machine Mitral runs on, or what the partner has in its place.", {
    address: address("Its address inside its own network."),
    public: text("Its address as the internet sees it. Needed at `direct`, and where it calls a relay.", {
      optional: true,
      example: "198.51.100.10",
    }),
    name: text("Its name in the DNS, where it is called by one.", {
      optional: true,
      example: "gateway.st-elsewhere.example",
    }),
  }),
  networks: list(
    "Networks that go through the VPN; the gateway's address alone where left out. One child SA, or one allowed range, for each.",
    text("A network.", { example: "10.1.20.0/24" }),
    { default: [], orOne: true },
  ),
  vpn: record("The device at the site's end of an IKEv2 tunnel.", {
    vendor: choice("What it is.", VENDORS),
    address: text("Its public address, or that of the NAT before it.", { example: "198.51.100.1" }),
    own: text("Its own address on the outside, where a NAT is before it.", {
      optional: true,
      example: "192.168.0.2",
    }),
    id: text("What it calls itself in IKE; its address where left out.", {
      optional: true,
      example: "vpn.st-elsewhere.example",
      pattern: {
        matches: "[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}",
        says: "is a name of the DNS, or an address",
      },
    }),
    outside: text("Name of its interface to the internet.", { optional: true, ...onDevice("outside") }),
    inside: text("Name of its interface to the site.", { optional: true, ...onDevice("inside") }),
    certificate: text("What its certificate is called on it.", {
      default: "mitral-vpn",
      ...onDevice("mitral-vpn"),
    }),
    authority: text("What the authority that issued the partner's certificate is called on it.", {
      default: "mitral-vpn-ca",
      ...onDevice("mitral-vpn-ca"),
    }),
  }, { optional: true }),
  wireguard: record("The site's end of a WireGuard tunnel, which is the gateway itself.", {
    address: text("Its address inside the tunnel.", { example: "10.99.0.1" }),
    port: integer("UDP port it listens on.", { min: 1, max: 65_535, default: 51_820 }),
    key: text(
      "Its public key in base64; from the gateway's keys, or from the partner's file of public keys, where left out.",
      {
        optional: true,
        pattern: {
          matches: "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=",
          says: "is 44 characters of base64, as `wg pubkey` writes it",
        },
      },
    ),
  }, { optional: true }),
  firewall: record("How long the site's firewalls keep what is idle: the shortest of those on the way.", {
    tcpIdleMs: durationMs("TCP connections.", { min: 1_000, optional: true, example: "30 min" }),
    udpIdleMs: durationMs("UDP, which VPNs go by.", { min: 1_000, optional: true, example: "60 s" }),
  }),
  proxy: record("The HTTP proxy that calls to the internet go through.", {
    url: text("Where it is.", {
      example: "http://proxy.st-elsewhere.example:3128",
      pattern: {
        matches: "http://[^\\s:/@]+:[0-9]{1,5}/?",
        says: "is http://HOST:PORT, without a user",
      },
    }),
    inspectsTls: toggle("Whether it opens TLS and shows a certificate of its own.", { default: false }),
    idleMs: durationMs("How long it keeps a tunnel that is idle.", {
      min: 1_000,
      optional: true,
      example: "5 min",
    }),
  }, { optional: true }),
  dns: list("Servers the gateway asks for names.", text("An address."), { default: [], orOne: true }),
  ntp: list("Servers the gateway has the time from.", text("An address or a name."), {
    default: [],
    orOne: true,
  }),
} as const;

const port = integer("Port that is called.", { min: 1, max: 65_535, example: 2575 });
const protocol = choice("What is spoken.", PROTOCOLS);
const tls = toggle("Whether it is TLS; `https` is.", { default: false });

const connection = record("A connection: who calls whom, and what for.", {
  from: choice("Who calls: `us` or `them`.", ["us", "them"]),
  protocol,
  tls,
  port,
  caller: text("Address that calls, where it is not the gateway's.", { optional: true }),
  called: text("Address that is called, where it is not the gateway's.", { optional: true }),
  purpose: text("What for, in a few words.", { default: "", example: "laboratory orders" }),
});

const translation = map(
  "Networks by what the other side sees in their place, one to one.",
  "network",
  text("As what it is seen: a network of the same size.", { example: "100.64.0.0/24" }),
  { optional: true, example: { "10.1.20.0/24": "100.64.0.0/24" } },
);

/** What a network file says. Reading, the JSON Schema and the types all come from here. */
export const questionnaire = {
  us: record("Our own site.", site),
  inside: map(
    "Connections between the gateway and systems of our own site.",
    "connection",
    record("A connection inside.", {
      system: text("What it is called.", { example: "EHR" }),
      address: address("Its address."),
      from: choice("Who calls: `us`, the gateway, or `them`, the system.", ["us", "them"]),
      protocol,
      tls,
      port,
      purpose: text("What for, in a few words.", { default: "", example: "admissions" }),
    }),
    { optional: true },
  ),
  partners: map(
    "The other sites.",
    "name",
    record("Another site.", {
      ...site,
      transport: choice(
        "How the two sites meet: `direct`, by TLS over the internet; `relay`, where both call a relay; `wireguard`, between " +
          "the gateways; `ikev2`, between the sites' VPN devices.",
        TRANSPORTS,
      ),
      relay: record("The relay, at `transport: relay`.", {
        servers: list(
          "Its URLs, as gateway files have them.",
          text("A URL.", { example: "wss://relay.example" }),
          {
            orOne: true,
            example: "wss://relay.example",
          },
        ),
        addresses: list("Its addresses, for firewalls that know no names.", text("An address."), {
          default: [],
          orOne: true,
        }),
      }, { optional: true }),
      authentication: choice(
        "How VPN devices know each other. A pre-shared key is never written here, nor in any sheet.",
        ["certificate", "preSharedKey"],
        { default: "certificate" },
      ),
      dhGroups: list(
        "Diffie-Hellman groups of IKE, the preferred first: 20 and 21; 19, then 14, for a device that has neither.",
        integer("A group.", { min: 14, max: 21 }),
        { default: [20, 21], orOne: true },
      ),
      mtu: integer("Largest packet the way between the VPN devices carries.", {
        min: 1_280,
        max: 9_000,
        default: 1_500,
      }),
      translate: record("What networks are seen as, where both sites use the same ones.", {
        ours: translation,
        theirs: translation,
      }, { optional: true }),
      connections: map("What the two sites exchange.", "connection", connection, { optional: true }),
    }),
  ),
} as const;

/** A network file, read and without problems. */
export type Questionnaire = Config<typeof questionnaire>;
/** A site: ours or a partner's. */
export type Site = Questionnaire["us"];
/** A partner's site, and how it is reached. */
export type PartnerSite = Questionnaire["partners"][string];
/** A connection with a partner. */
export type Connection = NonNullable<PartnerSite["connections"]>[string];
/** A connection with a system of our own site. */
export type InsideConnection = NonNullable<Questionnaire["inside"]>[string];
/** What a VPN device is. */
export type Vendor = typeof VENDORS[number];
