import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderNetwork } from "../../../runtime/network/render.ts";
import { csvRow, readCsvRow } from "../../../runtime/network/csv.ts";
import { documentsOf, problemsOf, questionnaireOf, rulesBroken, twoHospitals } from "./_questionnaires.ts";

/** Two hospitals, and a clinic that we meet by a tunnel, too. */
function withClinic(
  { ours, networks = "10.8.0.0/24", gateway = "10.8.0.5", more = "" }: {
    readonly ours: string;
    readonly networks?: string;
    readonly gateway?: string;
    readonly more?: string;
  },
): string {
  return twoHospitals({
    ours,
    more: `  clinic:
    name: Clinic
    gateway: { address: ${gateway} }
    networks: [${networks}]
    vpn: { vendor: other, address: 192.0.2.3 }
    transport: ikev2
${more}`,
  });
}

const settings = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([line]) => line);

Deno.test("a tunnel with other groups leaves those of the first tunnel of a device as they are", async () => {
  for (
    const [vendor, pattern] of [
      ["cisco_ios_xe", /^crypto ikev2 proposal .*$/gm],
      ["cisco_asa", /^crypto ikev2 policy .*$/gm],
    ] as const
  ) {
    const documents = await documentsOf(withClinic({ ours: vendor, more: "    dhGroups: [14]\n" }));
    const named = ["general", "clinic"].map((name) => settings(documents.get(`${name}/ikev2.md`)!, pattern));
    assertEquals(named.map(({ length }) => length), [1, 1]);
    assert(named[0][0] !== named[1][0], named[0][0]);
  }
});

Deno.test("where a Palo Alto is an end both get the group that has it take SHA-384, whatever was asked for", async () => {
  const text = twoHospitals({ theirs: "palo_alto" }).replace("transport:", "dhGroups: [19]\n    transport:");
  const { documents, remarks } = renderNetwork(await questionnaireOf(text), { wireguard: { partners: {} } });
  const find = (path: string) => documents.find((document) => document.path === path)!.text;
  assertStringIncludes(find("swanctl.conf"), "proposals = aes256gcm16-prfsha384-ecp384\n");
  assertStringIncludes(find("general/ikev2.md"), "dh-group [ group20 ]");
  assertStringIncludes(remarks.map(({ says }) => says).join("\n"), "group 19 is left out, and 20 taken");
});

Deno.test("an ASA behind a NAT calls itself by its own address, and the other end expects that", async () => {
  const text = twoHospitals({ theirs: "cisco_asa" }).replace(
    "address: 192.0.2.2, id: vpn.general.example",
    "address: 192.0.2.2, own: 192.168.0.2",
  );
  const documents = await documentsOf(text);
  assertStringIncludes(documents.get("swanctl.conf")!, "id = 192.168.0.2\n");
  const sheet = documents.get("general/ikev2.md")!;
  assertStringIncludes(sheet, "crypto isakmp identity address");
  assertStringIncludes(sheet, "192.168.0.2, behind a NAT that forwards UDP 500 and 4500 to it");
});

Deno.test("what is translated and what is not go by policies of their own on a FortiGate", async () => {
  const text = twoHospitals({ ours: "fortigate", networks: "10.1.20.0/24", gateway: "10.1.20.9" })
    .replace("networks: [10.1.20.0/24]", "networks: [10.1.20.0/24, 10.2.0.0/24]");
  const sheet = (await documentsOf(text)).get("general/ikev2.md")!;
  const policies = sheet.split("config firewall policy")[1].split("next");
  const named = (name: string) => policies.find((policy) => policy.includes(`set name "general-${name}"`))!;
  assertStringIncludes(named("out-nat-1"), 'set srcaddr "general-local-1"\n');
  assertStringIncludes(named("out-nat-1"), 'set poolname "general-out-1"');
  assertStringIncludes(named("out"), 'set srcaddr "general-local-2"');
  assert(!named("out").includes("set nat enable"));
  assertStringIncludes(named("in-nat"), 'set dstaddr "general-in-1"');
  assertStringIncludes(named("in"), 'set dstaddr "general-local-2"');
});

Deno.test("only networks that both sites use are translated", async () => {
  const text = twoHospitals({ networks: "10.1.20.0/25, 10.7.0.0/24", gateway: "10.1.20.9" });
  const { remarks } = renderNetwork(await questionnaireOf(text), { wireguard: { partners: {} } });
  assertEquals(remarks.map(({ says }) => /(`translate.*`)/.exec(says)?.[1]), [
    "`translate.ours: { 10.1.20.0/24: 100.64.0.0/24 }`",
    "`translate.theirs: { 10.1.20.0/25: 100.64.1.0/25 }`",
  ]);
});

Deno.test("two partners with the same network are told apart, and neither hears of the other", async () => {
  const text = withClinic({ ours: "strongswan", networks: "10.7.0.0/24", gateway: "10.7.0.200" });
  const documents = await documentsOf(text);
  assertEquals(settings(documents.get("swanctl.conf")!, /remote_ts = .*$/gm), [
    "remote_ts = 10.7.0.0/24",
    "remote_ts = 100.64.0.0/24",
  ]);
  assertStringIncludes(documents.get("clinic/firewall.md")!, "Another partner uses 10.7.0.0/24");
  assert(!documents.get("clinic/firewall.md")!.includes("General"));
});

Deno.test("devices that meet by IPv6 get the parameters alone", async () => {
  const text = twoHospitals({ theirs: "fortigate" }).replace("192.0.2.1", "2001:db8::1").replace(
    "192.0.2.2",
    "2001:db8::2",
  );
  const sheet = (await documentsOf(text)).get("general/ikev2.md")!;
  assertStringIncludes(sheet, "Not written for IPv6");
  assert(!sheet.includes("config vpn ipsec"));
});

Deno.test("a purpose of several lines is one line of the table", async () => {
  const text = twoHospitals().replace("purpose: laboratory orders", 'purpose: "orders,\\n  all"');
  const csv = (await documentsOf(text)).get("firewall.csv")!;
  const rows = csv.trim().split("\n").map(readCsvRow);
  assertEquals(new Set(rows.map(({ length }) => length)), new Set([14]));
  assertStringIncludes(csv, csvRow(["orders, all"]));
});

Deno.test("a gateway behind a NAT that calls by WireGuard is expected from any address", async () => {
  const key = new Uint8Array(32).fill(1).toBase64();
  const text = `us:
  name: Clinic
  gateway: { address: 10.1.20.5 }
  wireguard: { address: 10.99.0.1, key: ${key} }
  firewall: {}
partners:
  hospital:
    name: Hospital
    gateway: { address: 10.1.0.5, public: 203.0.113.1 }
    wireguard: { address: 10.99.0.2, key: ${key} }
    firewall: {}
    transport: wireguard
`;
  const rows = (await documentsOf(text)).get("hospital/firewall.csv")!.trim().split("\n").map(readCsvRow);
  const [, rule] = rows;
  assertEquals(rule.slice(1, 6), [
    "Clinic",
    "10.1.20.5",
    "from any address, behind a NAT",
    "Hospital",
    "203.0.113.1",
  ]);
  assertEquals(rows.length, 2);
});

const keys = [1, 2].map((byte) => new Uint8Array(32).fill(byte).toBase64());
const wireguard = (networks: string, more = "") =>
  twoHospitals({ networks, gateway: networks.split(",")[0].replace(/0\/\d+$/, "9") })
    .replaceAll("ikev2", "wireguard")
    .replace("firewall:", `wireguard: { address: 10.99.0.1, key: ${keys[0]} }\n  firewall:`)
    .replace("    firewall:", `    wireguard: { address: 10.99.0.2, key: ${keys[1]} }\n    firewall:`)
    .replace("{ address: 10.1.20.5 }", "{ address: 10.1.20.5, public: 198.51.100.1 }") + more;

for (
  const [sentence, text, expected] of [
    [
      "networks too large to be translated",
      twoHospitals({ networks: "10.0.0.0/8", gateway: "10.7.0.9" }).replace("[10.1.20.0/24]", "[10.0.0.0/8]"),
      ["10.0.0.0/8 is used twice, and nothing of its size is free in 100.64.0.0/10: name smaller networks, or say what it is seen as (translate)"],
    ],
    [
      "networks of both ends of WireGuard that overlap",
      wireguard("10.1.20.0/25"),
      ["what both ends of WireGuard have must not overlap: nothing translates it"],
    ],
    [
      "a translation at WireGuard",
      wireguard("10.7.0.0/24", "    translate: { ours: { 10.1.20.0/24: 100.64.0.0/24 } }\n"),
      ["nothing translates it: only IPv4 networks are, and only at ikev2"],
    ],
    [
      "connections and a translation where both sites call a relay",
      twoHospitals().replace(
        "transport: ikev2",
        "transport: relay\n    relay: { servers: 'wss://relay.example' }\n    translate: { ours: { 10.1.20.0/24: 100.64.0.0/24 } }",
      ),
      ["nothing is translated at transport: relay", "nothing but the relay is called at transport: relay"],
    ],
    [
      "a way too small for WireGuard",
      wireguard("10.7.0.0/24", "    mtu: 1300\n"),
      ["must be at least 1360 where WireGuard goes by it"],
    ],
    [
      "a translation to what another partner uses",
      withClinic({
        ours: "other",
        more: "    translate: { theirs: { 10.8.0.0/24: 10.7.0.0/24 } }\n",
      }),
      ["10.7.0.0/24 overlaps what is seen of another partner"],
    ],
    [
      "the whole internet as a network",
      twoHospitals({ networks: "0.0.0.0/0" }),
      ["must not be the whole internet"],
    ],
    [
      "two ends with one address, and one identity",
      twoHospitals().replace(
        "address: 192.0.2.2, id: vpn.general",
        "address: 192.0.2.1, id: vpn.st-elsewhere",
      ),
      ["must not be ours", "must not be ours"],
    ],
    [
      "an ASA by an address that is not its interface's",
      twoHospitals({ theirs: "cisco_asa" }).replace("id: vpn.general.example", "id: 192.0.2.99"),
      ["must be a name: an ASA calls itself by no address but its interface's"],
    ],
    [
      "an identity with a line of its own",
      twoHospitals().replace("id: vpn.general.example", 'id: "a\\nreload"'),
      ["must be text that is a name of the DNS, or an address"],
    ],
    [
      "an interface with a line of its own",
      twoHospitals().replace("id: vpn.general.example", 'outside: "wan1\\"\\nend"'),
      ["must be text that is up to 63 letters, digits and . _ : / -, a letter or digit first"],
    ],
    [
      "IPv6 networks in a tunnel too small for them",
      twoHospitals({ networks: "10.7.0.0/24, 2001:db8:1::/64" }).replace(
        "transport:",
        "mtu: 1300\n    transport:",
      ),
      ["leaves less than the 1280 bytes that IPv6 needs in the tunnel"],
    ],
  ] as const
) {
  Deno.test(`${sentence}: told, and nothing is rendered`, async () => {
    assertEquals(await rulesBroken(text), [...expected], (await problemsOf(text)).join("\n"));
  });
}
