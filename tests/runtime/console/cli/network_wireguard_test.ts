import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { createIdentity, type Identity } from "../../../../runtime/trust/identity.ts";
import { writePartnerFile } from "../../../../runtime/trust/partner_file.ts";
import { masterKey } from "../../../world/master_key.ts";
import { MADE_AT_MS } from "../../trust/gateways.ts";
import { type Ended, run, withFolder } from "../console_kit.ts";

const GATEWAY = `gateway: hospital
keys: ./keys/gateway.json
partners: { registry: ./registry.json }
channels:
  one:
    listen: { mllp: { port: 2575 } }
    parse: hl7v2
    send: { out: { file: { path: ./out } } }
`;
const NETWORK = `us:
  name: The hospital
  gateway: { address: 10.1.0.5, public: 192.0.2.1 }
  wireguard: { address: 10.99.0.1 }
  firewall: { tcpIdleMs: 30 min, udpIdleMs: 60 s }
partners:
  registry:
    name: The registry
    gateway: { address: 10.2.0.5, public: 192.0.2.2 }
    wireguard: { address: 10.99.0.2 }
    firewall: { tcpIdleMs: 30 min, udpIdleMs: 60 s }
    transport: wireguard
`;

interface Site {
  readonly cwd: string;
  render(options?: readonly string[]): Promise<Ended>;
  readonly ours: Identity;
  readonly theirs: Identity;
}

const textOf = ({ wireguard }: Identity) => wireguard!.publicBytes.toBase64();

/** A gateway whose network file has a partner by WireGuard, with the files of both. */
function withSite(use: (site: Site) => Promise<void>): Promise<void> {
  return withFolder(async (cwd) => {
    const make = (gateway: string) => createIdentity({ gateway, nowMs: MADE_AT_MS, masterKey });
    const [ours, theirs] = [await make("hospital"), await make("registry")];
    await Deno.mkdir(join(cwd, "keys"));
    await Deno.writeFile(join(cwd, "keys/gateway.json"), ours.privateFile);
    await Deno.writeFile(join(cwd, "registry.json"), await writePartnerFile(theirs.identity));
    await Deno.writeTextFile(join(cwd, "gateway.yaml"), GATEWAY);
    await Deno.writeTextFile(join(cwd, "network.yaml"), NETWORK);
    const render = (options: readonly string[] = []) => run(["network", "render", ...options], { cwd });
    await use({ cwd, render, ours: ours.identity, theirs: theirs.identity });
  });
}

const read = ({ cwd }: Site, path: string) => Deno.readTextFile(join(cwd, "network", path));

Deno.test("network render has both ends of a WireGuard tunnel, with keys of the gateway's and its partner's file", () =>
  withSite(async (site) => {
    const { code, err } = await site.render();
    assertEquals([code, err], [exitCodes.ok, ""]);
    const [ours, theirs] = [textOf(site.ours), textOf(site.theirs)];
    const own = await read(site, "wireguard.conf"), other = await read(site, "registry/wireguard.conf");
    assertStringIncludes(own, `# PublicKey = ${ours}\nAddress = 10.99.0.1/32\n`);
    assertStringIncludes(
      own,
      `\nPublicKey = ${theirs}\nEndpoint = 192.0.2.2:51820\nAllowedIPs = 10.99.0.2/32\nPersistentKeepalive = 20\n`,
    );
    assertStringIncludes(other, `# PublicKey = ${theirs}\nAddress = 10.99.0.2/32\n`);
    assertStringIncludes(
      other,
      `\nPublicKey = ${ours}\nEndpoint = 192.0.2.1:51820\nAllowedIPs = 10.99.0.1/32\n`,
    );
  }));

Deno.test("network render says whose key for WireGuard is missing, and writes nothing that needs it", () =>
  withSite(async (site) => {
    const { wireguard: _, ...before } = site.theirs;
    await Deno.writeFile(join(site.cwd, "registry.json"), await writePartnerFile(before));
    const { code, out } = await site.render();
    assertEquals(code, exitCodes.ok);
    assertStringIncludes(out, "registry: Nobody knows its public key for WireGuard");
    assert(!out.includes("wireguard.conf"));
  }));

Deno.test("network render says what is wrong with the gateway file it is told", () =>
  withSite(async ({ cwd, render }) => {
    await Deno.writeTextFile(join(cwd, "other.yaml"), "gateway: x\n");
    const { code, err } = await render(["--file", "other.yaml"]);
    assertEquals(code, exitCodes.no);
    assertStringIncludes(err, "other.yaml:");
    assertEquals((await render(["--file", "none.yaml"])).code, exitCodes.cannot);
  }));
