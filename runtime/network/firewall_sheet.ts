import { csvRow } from "./csv.ts";
import type { Document, Remark } from "./document.ts";
import { linuxKeepAliveMs } from "./keep_alive.ts";
import { markdownTable } from "./markdown.ts";
import type { Questionnaire, Site } from "./questionnaire.ts";
import { insideRules, partnerRules, type Party, type Rule, ruleKeepAlive } from "./rules.ts";

/** The columns of `firewall.csv`, in order; the first names the rule. */
export const CSV_COLUMNS = [
  "rule",
  "calls",
  "from",
  "from, also",
  "called",
  "to",
  "to, also",
  "transport",
  "port",
  "protocol",
  "through",
  "firewalls",
  "purpose",
  "keep-alive",
] as const;

/** The firewall table of all sites, for our network team; and of each partner, with nothing of the others. */
export function firewallSheets(read: Questionnaire, remarks: readonly Remark[]): readonly Document[] {
  const { us, partners } = read;
  const names = Object.keys(partners);
  const own = insideRules(read);
  const parts = names.map((name) => ({ name, site: partners[name], rules: partnerRules(read, name) }));
  const notTheirs = ({ rules, ...part }: typeof parts[number]) => ({
    ...part,
    rules: rules.filter(({ ours }) => ours !== undefined),
  });
  const sheet = new Sheet(read);
  return [
    { path: "firewall.md", text: sheet.markdown("Firewall table", own, parts.map(notTheirs), remarks) },
    {
      path: "firewall.csv",
      text: csvText([
        csvRows(own, us.name),
        ...parts.map((part) => csvRows(notTheirs(part).rules, us.name, part.site.name)),
      ]),
    },
    ...parts.flatMap((part): Document[] => {
      const said = remarks.filter(({ partner }) => partner === part.name);
      const rules = part.rules.filter(({ theirs, through }) =>
        theirs !== undefined || through === "internet"
      );
      return [
        {
          path: `${part.name}/firewall.md`,
          text: sheet.markdown(
            `Firewall table: ${us.name} and ${part.site.name}`,
            [],
            [{ ...part, rules }],
            said,
          ),
        },
        { path: `${part.name}/firewall.csv`, text: csvText([csvRows(rules, us.name, part.site.name)]) },
      ];
    }),
  ];
}

function csvText(rows: readonly (readonly string[])[]): string {
  return unique([csvRow(CSV_COLUMNS), ...rows.flat()]).join("\n") + "\n";
}

function csvRows(rules: readonly Rule[], us: string, them = ""): readonly string[] {
  return rules.map((rule) =>
    csvRow([
      rule.name,
      rule.from.who,
      rule.from.address,
      rule.from.also ?? "",
      rule.to.who,
      rule.to.address,
      rule.to.also ?? "",
      rule.transport,
      String(rule.port ?? ""),
      rule.protocol,
      rule.through,
      firewallsText(rule, us, them),
      rule.purpose,
      ruleKeepAlive(rule),
    ].map((cell) => cell.replace(/\s+/g, " ").trim()))
  );
}

/** `St. Elsewhere Hospital: out; General Hospital: in`. */
function firewallsText({ ours, theirs }: Rule, us: string, them: string): string {
  return [ours && `${us}: ${ours}`, theirs && `${them}: ${theirs}`].filter(Boolean).join("; ");
}

/** Each once, in order. */
function unique<T>(rows: readonly T[]): readonly T[] {
  return [...new Set(rows)];
}

interface Part {
  readonly name: string;
  readonly site: Site;
  readonly rules: readonly Rule[];
}

class Sheet {
  readonly #read: Questionnaire;

  constructor(read: Questionnaire) {
    this.#read = read;
  }

  markdown(title: string, own: readonly Rule[], parts: readonly Part[], remarks: readonly Remark[]): string {
    const { us } = this.#read;
    const rules = [...own, ...parts.flatMap(({ rules }) => rules)];
    const sections = [
      `# ${title}`,
      "Made by `mitral network render`, all anew each time: change the network file instead. Everything that is not listed may stay closed. " +
      "Each line says who opens the connection; answers come back by the same one. So must what ICMP says of it: that a packet is too big " +
      "(IPv4: type 3, code 4; IPv6: type 2). Mitral asks no OCSP server, and fetches no CRL.",
      ...remarks.length === 0 ? [] : [
        "## To settle",
        remarks.map(({ partner, says }) => `- ${this.#siteOf(partner).name}: ${says}`).join(
          "\n",
        ),
      ],
      "## Sites",
      this.#sites([us, ...parts.map(({ site }) => site)]),
      ...own.length === 0 ? [] : [`## Inside ${us.name}`, table(own, us.name)],
      ...parts.flatMap((
        { site, rules },
      ) => [`## ${us.name} and ${site.name}`, table(rules, us.name, site.name)]),
      ...names(rules),
      ...this.#tls(rules, parts),
      ...this.#gateway(rules),
    ];
    return sections.join("\n\n") + "\n";
  }

  #siteOf(partner: string | undefined): Site {
    return partner === undefined ? this.#read.us : this.#read.partners[partner];
  }

  #sites(sites: readonly Site[]): string {
    return markdownTable(
      ["Site", "Network team", "Gateway", "Seen from outside as", "VPN device"],
      sites.map((site) => {
        const { name, contact, gateway, vpn } = site;
        const team = [contact?.name, contact?.email, contact?.phone].filter((part) => part !== undefined);
        const open = [gateway.public, gateway.name].filter((part) => part !== undefined);
        return [
          name,
          team.join(", "),
          gateway.address,
          open.join(", "),
          vpn ? `${vpn.vendor}, ${vpn.address}` : "",
        ];
      }),
    );
  }

  /** What must not be opened on its way. */
  #tls(rules: readonly Rule[], parts: readonly Part[]): readonly string[] {
    const called = rules.filter(({ protocol, through }) =>
      through === "internet" && /TLS|HTTPS/.test(protocol)
    );
    if (called.length === 0) return [];
    const proxies = [this.#read.us, ...parts.map(({ site }) => site)].flatMap(({ name, proxy }) =>
      proxy && rules.some(({ to }) => to.who === `${name}, proxy`)
        ? [`${name} calls through ${proxy.url}: its gateway runs with \`https_proxy=${proxy.url}\`.`]
        : []
    );
    const places = unique(
      called.map(({ to, port }) => `- ${to.address}${to.also ? ` (${to.also})` : ""}, port ${port}`),
    );
    return [
      "## Proxies and TLS inspection",
      [
        ...proxies,
        "Both ends of these connections show certificates and know each other's. Whatever opens TLS on the way, and shows a " +
        "certificate of its own, breaks them. Exempt:",
      ].join(" "),
      places.join("\n"),
    ];
  }

  /** What is set on the machine Mitral runs on. */
  #gateway(rules: readonly Rule[]): readonly string[] {
    if (!rules.some(({ keepAlive }) => keepAlive?.by.includes("Linux"))) return [];
    const seconds = linuxKeepAliveMs(this.#read) / 1_000;
    return [
      "## On the gateway",
      "Connections without TLS are kept alive when Linux says so, which is after two hours where nobody has set it. In `/etc/sysctl.d/mitral.conf`:",
      [
        "```",
        `net.ipv4.tcp_keepalive_time = ${seconds}`,
        "net.ipv4.tcp_keepalive_intvl = 10",
        "net.ipv4.tcp_keepalive_probes = 6",
        "```",
      ].join("\n"),
    ];
  }
}

function names(rules: readonly Rule[]): readonly string[] {
  const named = rules.flatMap(({ from, to }) => [from.address, to.address, to.also?.split(", ")[0] ?? ""])
    .filter((text) => /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z-]+\.?$/.test(text));
  if (named.length === 0) return [];
  return [
    "## Names",
    "The gateways, or their proxies, must be able to resolve:",
    unique(named).toSorted().map((name) => `- ${name}`).join("\n"),
  ];
}

function table(rules: readonly Rule[], us: string, them?: string): string {
  const headings = [
    "Rule",
    "From",
    "To",
    "Port",
    "Protocol",
    "Through",
    us,
    ...them === undefined ? [] : [them],
    "Purpose",
    "Keep-alive",
  ];
  const rows = rules.map((rule) => [
    rule.name,
    partyText(rule.from),
    partyText(rule.to),
    rule.port === undefined ? rule.transport : `${rule.transport} ${rule.port}`,
    rule.protocol,
    rule.through,
    rule.ours ?? "",
    ...them === undefined ? [] : [rule.theirs ?? ""],
    rule.purpose,
    ruleKeepAlive(rule),
  ]);
  return markdownTable(headings, rows);
}

function partyText({ who, address, also }: Party): string {
  return also === undefined ? `${who}: ${address}` : `${who}: ${address} (${also})`;
}
