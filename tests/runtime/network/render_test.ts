import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { innerMtu, shortName, slug } from "../../../runtime/network/tunnel.ts";
import { renderNetwork } from "../../../runtime/network/render.ts";
import { documentsOf, questionnaireOf, twoHospitals } from "./_questionnaires.ts";

const golden = new URL("golden/", import.meta.url);

/** Compares with a kept file; `UPDATE_GOLDEN=1` keeps what is made now. */
async function assertGolden(name: string, actual: string): Promise<void> {
  const file = new URL(name, golden);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") await Deno.writeTextFile(file, actual);
  assertEquals(actual, await Deno.readTextFile(file));
}

/** Both sites use the same network: every kind of configuration there is. */
const same = { networks: "10.1.20.0/24", gateway: "10.1.20.9" };

for (const vendor of ["cisco_asa", "cisco_ios_xe", "palo_alto", "fortigate"]) {
  Deno.test(`the sheet of a tunnel to ${vendor} is as it was, networks translated`, async () => {
    const documents = await documentsOf(twoHospitals({ theirs: vendor, ...same }));
    await assertGolden(`ikev2_${vendor}.md.txt`, documents.get("general/ikev2.md")!);
  });
}

Deno.test("what strongSwan and nftables read is as it was", async () => {
  const documents = await documentsOf(twoHospitals({ ours: "strongswan", ...same }));
  await assertGolden("swanctl.conf", documents.get("swanctl.conf")!);
  await assertGolden("nftables.conf", documents.get("nftables.conf")!);
});

/** Every transport but WireGuard, a proxy, and systems of our own. */
const everything = twoHospitals({
  more: `  registry:
    name: State Registry
    gateway: { address: 172.16.0.5, public: 203.0.113.7, name: registry.example }
    transport: direct
    connections:
      reports: { from: us, protocol: https, port: 443, purpose: notifiable diseases }
      files: { from: them, protocol: sftp, port: 2222, purpose: answers }
  clinic:
    name: Clinic
    gateway: { address: 192.168.7.5 }
    transport: relay
    relay: { servers: "wss://relay.example", addresses: 203.0.113.80 }
inside:
  ehr: { system: EHR, address: 10.1.30.7, from: them, protocol: mllp, port: 2575, purpose: admissions }
`,
}).replace(
  "  firewall: { tcpIdleMs: 30 min",
  `  gateway_: 0
  proxy: { url: "http://proxy.st-elsewhere.example:3128", inspectsTls: true, idleMs: 30 s }
  dns: 10.1.0.53
  ntp: ntp.st-elsewhere.example
  firewall: { tcpIdleMs: 30 min`,
).replace("  gateway_: 0\n", "").replace(
  "{ address: 10.1.20.5 }",
  "{ address: 10.1.20.5, public: 198.51.100.10 }",
);

Deno.test("the firewall table has every transport, proxies, names and what is to be settled", async () => {
  const documents = await documentsOf(everything);
  await assertGolden("firewall.md.txt", documents.get("firewall.md")!);
  await assertGolden("firewall.csv", documents.get("firewall.csv")!);
});

Deno.test("a partner's table has nothing of other partners, and nothing inside our site", async () => {
  const documents = await documentsOf(everything);
  for (const name of ["general", "registry", "clinic"]) {
    for (const file of ["firewall.md", "firewall.csv"]) {
      const text = documents.get(`${name}/${file}`)!;
      for (
        const [other, title] of Object.entries({
          general: "General Hospital",
          registry: "State Registry",
          clinic: "Clinic",
        })
      ) {
        assertEquals(text.includes(title), name === other, `${name}/${file}: ${title}`);
      }
      assert(!text.includes("EHR") && !text.includes("10.1.0.53"), `${name}/${file}`);
    }
  }
});

Deno.test("the same file makes the same documents", async () => {
  assertEquals(await documentsOf(everything), await documentsOf(everything));
});

Deno.test("no document has a pre-shared key, and each says how it is exchanged", async () => {
  const keyed = (vendor: string) =>
    twoHospitals({ ours: vendor, theirs: "fortigate" }).replace(
      "transport:",
      "authentication: preSharedKey\n    transport:",
    );
  for (const vendor of ["cisco_asa", "cisco_ios_xe", "palo_alto", "strongswan"]) {
    const documents = await documentsOf(keyed(vendor));
    assertStringIncludes(documents.get("general/ikev2.md")!, "by telephone");
    for (const [path, text] of documents) {
      const lines = text.split("\n").filter((line) => /pre-shared-key |psksecret|secret =/.test(line));
      // A place to type it, and nothing in it.
      for (const line of lines) assert(/ KEY$|secret = 0s\.\.\. /.test(line), `${path}: ${line}`);
    }
  }
});

Deno.test("each side translates its own network, and both speak of the same pair", async () => {
  const documents = await documentsOf(twoHospitals({ ...same }));
  const [ours, theirs] = ["swanctl.conf", "general/swanctl.conf"].map((path) =>
    [...documents.get(path)!.matchAll(/(local|remote)_ts = (\S+)/g)].map(([, side, network]) =>
      `${side} ${network}`
    )
  );
  assertEquals(ours, ["local 100.64.0.0/24", "remote 100.64.1.0/24"]);
  assertEquals(theirs, ["local 100.64.1.0/24", "remote 100.64.0.0/24"]);
});

Deno.test("what both have agreed on is used, and is proposed no more", async () => {
  const agreed = twoHospitals({ ...same }).replace(
    "transport:",
    "translate: { ours: { 10.1.20.0/24: 172.30.1.0/24 }, theirs: { 10.1.20.0/24: 172.30.2.0/24 } }\n    transport:",
  );
  const { documents, remarks } = renderNetwork(await questionnaireOf(agreed), {
    wireguard: { partners: {} },
  });
  assertEquals(remarks, []);
  const swanctl = documents.find(({ path }) => path === "swanctl.conf")!.text;
  assertStringIncludes(swanctl, "local_ts = 172.30.1.0/24");
  assertStringIncludes(swanctl, "remote_ts = 172.30.2.0/24");
});

Deno.test("another partner behind the others changes nothing that was proposed for them", async () => {
  const one = twoHospitals({ ...same });
  const more = `${one}  clinic:
    name: Clinic
    gateway: { address: 10.1.20.200 }
    networks: [10.1.20.128/25]
    vpn: { vendor: other, address: 192.0.2.3 }
    transport: ikev2
`;
  const [before, after] = [await documentsOf(one), await documentsOf(more)];
  for (const [path, text] of before) {
    if (path.startsWith("general/")) assertEquals(after.get(path), text, path);
  }
  assertStringIncludes(after.get("swanctl.conf")!, "remote_ts = 100.64.3.0/25");
});

Deno.test("a firewall that forgets sooner than anything speaks is told of", async () => {
  const text = twoHospitals().replace("tcpIdleMs: 1 h, udpIdleMs: 90 s", "tcpIdleMs: 20 s, udpIdleMs: 8 s");
  const { documents, remarks } = renderNetwork(await questionnaireOf(text), { wireguard: { partners: {} } });
  assertEquals(remarks.map(({ partner, says }) => `${partner}: ${says}`), [
    "general: Its firewalls drop idle UDP after 8 s, and the keep-alive (VPN) comes every 10 s. They must wait for longer.",
  ]);
  // Linux is told to speak twice in that time.
  assertStringIncludes(
    documents.find(({ path }) => path === "firewall.md")!.text,
    "tcp_keepalive_time = 10\n",
  );
});

Deno.test("what fits into a tunnel is no more than ESP in UDP leaves", () => {
  // 1500 - 20 (IPv4) - 8 (UDP) - 8 (SPI, sequence) - 8 (IV) - 16 (ICV) = 1440, of which two are trailer.
  assertEquals(innerMtu(1_500, false), 1_420);
  assertEquals(innerMtu(1_500, true), 1_400);
  assertEquals(innerMtu(1_492, false), 1_420);
  assertEquals(innerMtu(1_280, true), 1_180);
});

Deno.test("names fit on devices, and two long ones stay two", () => {
  assertEquals(slug("St. Elsewhere’s Hôpital, Nord"), "st-elsewhere-s-hopital-nord");
  assertEquals(shortName("general", 15), "general");
  const [one, other] = ["university-hospital-north", "university-hospital-south"].map((name) =>
    shortName(name, 15)
  );
  assert(one !== other && one.length <= 15 && other.length <= 15);
});
