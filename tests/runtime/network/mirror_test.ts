import { assert, assertEquals } from "@std/assert";
import { OPEN, type Questionnaire, VENDORS } from "../../../runtime/network/questionnaire.ts";
import { readCsvRow } from "../../../runtime/network/csv.ts";
import { tunnelWith } from "../../../runtime/network/tunnel.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { documentsOf, problemsOf, questionnaireOf } from "./_questionnaires.ts";

/** What one site's people would write, and what the other's would. */
interface Mirror {
  readonly ours: string;
  readonly theirs: string;
}

const [OUR_KEY, THEIR_KEY] = [1, 2].map((byte) => new Uint8Array(32).fill(byte).toBase64());
/** As each calls the other: the names devices have of them. */
const NAMES = ["north", "south"] as const;

/** Two sites that a seed makes up, with few networks, so that they meet. */
function* made(count: number): Generator<Mirror> {
  const random = new SeededRandom(20260102);
  const one = <T>(of: readonly T[]) => of[random.below(of.length)];
  for (let at = 0; at < count; at++) {
    const transport = one(["ikev2", "ikev2", "ikev2", "wireguard", "direct"] as const);
    const sites = NAMES.map((name, which) => {
      const subnet = transport === "wireguard" ? which : random.below(3);
      const device = `192.0.2.${10 + random.below(200)}`;
      const isNat = random.chance(0.3);
      return {
        name,
        gateway: { address: `10.1.${subnet}.${5 + random.below(100)}`, public: `203.0.113.${which + 1}` },
        networks: [
          `10.1.${subnet}.0/24`,
          ...random.chance(0.5) ? [`10.${which + 2}.0.0/${16 + random.below(9)}`] : [],
        ],
        vpn: {
          vendor: one(VENDORS),
          address: device,
          ...isNat ? { own: `192.168.${which}.2` } : {},
          ...random.chance(0.6) ? { id: `vpn.${name}.example` } : {},
        },
        wireguard: {
          address: `10.99.0.${which + 1}`,
          port: 51_820 + which,
          key: [OUR_KEY, THEIR_KEY][which],
        },
        firewall: random.chance(0.5)
          ? { tcpIdleMs: `${30 + random.below(300)} s`, udpIdleMs: `${10 + random.below(60)} s` }
          : {},
        ...random.chance(0.3) ? { proxy: { url: `http://proxy.${name}.example:3128` } } : {},
      };
    });
    if (sites[0].vpn.address === sites[1].vpn.address) continue;
    const link = {
      transport,
      authentication: one(["certificate", "preSharedKey"]),
      dhGroups: one([[20, 21], [19], [14, 20]]),
      mtu: one([1_500, 1_492, 1_400]),
    };
    const connections = Array.from({ length: 1 + random.below(4) }, (_, at) => ({
      name: `c${at}`,
      from: random.below(2),
      protocol: transport === "direct"
        ? one(["https", "sftp"])
        : one(["mllp", "https", "sftp", "astm", "tcp"]),
      port: 2_575 + random.below(4),
    }));
    const written = (own: number) => {
      const { [own]: us, [1 - own]: partner } = sites;
      const between = connections.map((
        { name, from, ...rest },
      ) => [name, { from: from === own ? "us" : "them", ...rest }]);
      const partners = {
        [NAMES[1 - own]]: { ...partner, ...link, connections: Object.fromEntries(between) },
      };
      return JSON.stringify({ us, partners });
    };
    yield { ours: written(0), theirs: written(1) };
  }
}

/** What stands in a sheet for one of the sites to paste. */
function pasted(sheet: string, site: string): string | undefined {
  return sheet.split(/^## /m).find((part) => part.startsWith(`${site} (`))?.replace(/^.*$/m, "").trim();
}

/** Lines of a firewall table between the sites, whoever wrote it. */
function linesBetween(csv: string): readonly string[] {
  return csv.trim().split("\n").slice(1).map(readCsvRow).filter((cells) => cells[10] !== "inside").map((
    cells,
  ) =>
    cells.map((cell, at) =>
      at === 0 ? cell.replace(/^.*?\//, "") : at === 11 ? cell.split("; ").toSorted().join("; ") : cell
    ).join(" | ")
  ).toSorted();
}

Deno.test("two sites that each write their own network file get sheets that agree", async () => {
  let tunnels = 0, translations = 0, files = 0;
  for (const mirror of made(60)) {
    const problems = await problemsOf(mirror.ours);
    assertEquals(problems.length, (await problemsOf(mirror.theirs)).length, problems.join("\n"));
    if (problems.length > 0) continue;
    files++;
    const [ours, theirs]: readonly Questionnaire[] = [
      await questionnaireOf(mirror.ours),
      await questionnaireOf(mirror.theirs),
    ];
    const [here, there] = [tunnelWith(ours, "south"), tunnelWith(theirs, "north")];
    assertEquals(here?.them, there?.us);
    assertEquals(here?.us, there?.them);
    if (here) {
      tunnels++;
      const swapped = there!.us.selectors.map(({ local, remote }) => ({ local: remote, remote: local }));
      assertEquals(new Set(here.us.selectors.map(keyOf)), new Set(swapped.map(keyOf)));
      if (here.us.local.networks.some(({ network, as }) => network.first !== as.first)) translations++;
    }
    const [made, met] = [await documentsOf(mirror.ours), await documentsOf(mirror.theirs)];
    for (const name of ["swanctl.conf", "nftables.conf", "wireguard.conf"]) {
      assertEquals(made.get(name), met.get(`north/${name}`), name);
      assertEquals(made.get(`south/${name}`), met.get(name), name);
    }
    const [sheet, other] = [made.get("south/ikev2.md"), met.get("north/ikev2.md")];
    for (const site of NAMES) assertEquals(pasted(sheet ?? "", site), pasted(other ?? "", site));
    assertEquals(
      linesBetween(made.get("south/firewall.csv")!),
      linesBetween(met.get("north/firewall.csv")!),
    );
    for (const text of [...made.values()]) assert(!text.includes("undefined") && !text.includes(`"${OPEN}"`));
  }
  assert(
    files > 30 && tunnels > 15 && translations > 2,
    `${files} files, ${tunnels} tunnels, ${translations} translated`,
  );
});

function keyOf(pair: unknown): string {
  return JSON.stringify(pair, (_, value) => typeof value === "bigint" ? String(value) : value);
}
