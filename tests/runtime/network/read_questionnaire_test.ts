import { assertEquals } from "@std/assert";
import { problemsOf, questionnaireOf, twoHospitals } from "./_questionnaires.ts";

const text = twoHospitals();

/** The file with one line in place of another, which must be there. */
function changed(from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`nothing to change: ${from}`);
  return text.replace(from, to);
}

Deno.test("a network file is read, and what is left out has its default", async () => {
  const { us, partners } = await questionnaireOf(text);
  assertEquals(us.vpn?.certificate, "mitral-vpn");
  assertEquals(us.firewall, { tcpIdleMs: 1_800_000, udpIdleMs: 60_000 });
  assertEquals(partners.general.dhGroups, [20, 21]);
  assertEquals(partners.general.mtu, 1_500);
  assertEquals(partners.general.authentication, "certificate");
});

for (
  const [sentence, from, to, expected] of [
    [
      "an answer that nobody has given is a question, and the only problem",
      "gateway: { address: 10.1.20.5 }",
      'gateway: { address: "?" }\n  nework: []',
      ["3:23 CONFIG_VALUE_INVALID Cannot read us.gateway.address: it is still a question"],
    ],
    [
      "a setting nobody knows",
      "networks: [10.1.20.0/24]",
      "network: [10.1.20.0/24]",
      ["4:3 CONFIG_KEY_UNKNOWN Cannot read us: no setting is called network"],
    ],
    [
      "an address that is none",
      "{ address: 10.1.20.5 }",
      "{ address: 10.1.20.500 }",
      [
        "3:23 CONFIG_VALUE_INVALID Cannot read us.gateway.address: must be an address such as 10.1.20.5 or 2001:db8::5",
      ],
    ],
    [
      "a network with bits behind its prefix",
      "[10.7.0.0/24]",
      "[10.7.0.0/24, 10.7.1.1/24]",
      [
        "11:29 CONFIG_VALUE_INVALID Cannot read partners.general.networks[1]: must be a network such as 10.1.20.0/24, with no bits behind its prefix",
      ],
    ],
    [
      "a network that is none, and no address for being outside it",
      "[10.7.0.0/24]",
      "[10.7.0.0/33]",
      [
        "11:16 CONFIG_VALUE_INVALID Cannot read partners.general.networks[0]: must be a network such as 10.1.20.0/24, with no bits behind its prefix",
      ],
    ],
    [
      "two networks of one site that overlap",
      "[10.7.0.0/24]",
      "[10.7.0.0/24, 10.7.0.0/25]",
      ["11:29 CONFIG_VALUE_INVALID Cannot read partners.general.networks[1]: overlaps another network of the same site"],
    ],
    [
      "a gateway outside its networks",
      "{ address: 10.7.0.9 }",
      "{ address: 10.8.0.9 }",
      [
        "16:15 CONFIG_VALUE_INVALID Cannot read partners.general.connections.orders: 10.8.0.9 is in none of General Hospital's networks",
        "17:16 CONFIG_VALUE_INVALID Cannot read partners.general.connections.results: 10.8.0.9 is in none of General Hospital's networks",
      ],
    ],
    [
      "a tunnel without a device",
      "    vpn: { vendor: strongswan, address: 192.0.2.2, id: vpn.general.example }\n",
      "",
      ["8:3 CONFIG_VALUE_MISSING Cannot read partners.general: vpn is missing"],
    ],
    [
      "a vendor nobody writes for",
      "vendor: strongswan, address: 192.0.2.1",
      "vendor: cisco_asaa, address: 192.0.2.1",
      [
        "5:18 CONFIG_VALUE_INVALID Cannot read us.vpn.vendor: must be cisco_asa, cisco_ios_xe, palo_alto, fortigate, strongswan or other, not cisco_asaa",
      ],
    ],
    [
      "a name that no device takes",
      "  general:",
      "  General Hospital:",
      [
        "8:3 CONFIG_NAME_INVALID Cannot use General Hospital as a name: it must be text that is up to 31 small letters, digits and dashes, a letter first",
      ],
    ],
    [
      "MLLP over the internet without TLS",
      "transport: ikev2",
      "transport: direct",
      [
        "3:3 CONFIG_VALUE_MISSING Cannot read us.gateway: public is missing",
        "10:5 CONFIG_VALUE_MISSING Cannot read partners.general.gateway: public is missing",
        "16:37 CONFIG_VALUE_INVALID Cannot read partners.general.connections.orders.protocol: must be TLS over the internet: https, sftp, or tls: true",
        "17:40 CONFIG_VALUE_INVALID Cannot read partners.general.connections.results.protocol: must be TLS over the internet: https, sftp, or tls: true",
      ],
    ],
    [
      "a relay nobody names",
      "transport: ikev2",
      "transport: relay",
      [
        "8:3 CONFIG_VALUE_MISSING Cannot read partners.general: relay is missing",
        "16:7 CONFIG_VALUE_INVALID Cannot read partners.general.connections: nothing but the relay is called at transport: relay",
      ],
    ],
    [
      "a Diffie-Hellman group that is too weak, or unusual",
      "transport: ikev2",
      "transport: ikev2\n    dhGroups: [15]",
      ["15:15 CONFIG_VALUE_INVALID Cannot read partners.general.dhGroups: must be 14, 19, 20 or 21"],
    ],
    [
      "a translation to a network of another size",
      "transport: ikev2",
      "transport: ikev2\n    translate: { ours: { 10.1.20.0/24: 100.64.0.0/25 } }",
      [
        '15:40 CONFIG_VALUE_INVALID Cannot read partners.general.translate.ours."10.1.20.0/24": must be a network of the same size',
      ],
    ],
    [
      "a translation of a network that is another site's",
      "transport: ikev2",
      "transport: ikev2\n    translate: { ours: { 10.7.0.0/24: 100.64.0.0/24 } }",
      [
        '15:39 CONFIG_VALUE_INVALID Cannot read partners.general.translate.ours."10.7.0.0/24": is no network of that site',
      ],
    ],
    [
      "a proxy with a password in its URL",
      "firewall: { tcpIdleMs: 30 min",
      "proxy: { url: http://me:secret@proxy:3128 }\n  firewall: { tcpIdleMs: 30 min",
      ["6:17 CONFIG_VALUE_INVALID Cannot read us.proxy.url: must be text that is http://HOST:PORT, without a user"],
    ],
  ] as const
) {
  Deno.test(`${sentence} is told with its place`, async () => {
    assertEquals(await problemsOf(changed(from, to)), [...expected]);
  });
}
