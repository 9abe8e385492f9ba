/**
 * The keys and the configuration that two gateways make are used by WireGuard itself: wg, wg-quick, and the kernel or
 * wireguard-go, each gateway in a network namespace of its own.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { projectFolder } from "../../examples/_kit/process.ts";
import { exitCodes } from "../../runtime/console/cli/exit_codes.ts";
import { WIREGUARD_KEY_FILE } from "../../runtime/network/wireguard.ts";
import { parsePartnerFile } from "../../runtime/trust/partner_file.ts";
import { run, withFolder } from "../runtime/console/console_kit.ts";
import { Capture, haveText, kindOf } from "./_captured.ts";
import { Cable, canTunnel, inside, runInside, type Site } from "./_namespaces.ts";
import { requirePeer } from "./_peers.ts";
import { printed } from "./_printed.ts";

const wg = await requirePeer("wireguard-tools");
const peers = [wg, await requirePeer("wireguard-go"), await requirePeer("iproute2")];
const isMissing = peers.some(({ missing }) => missing);
const tcpdump = await requirePeer("tcpdump");
const cannotTunnel = isMissing || tcpdump.missing || !await canTunnel();

const PORT = 51_820;
const MLLP_PORT = 2575;
const PATIENT = "Fantasia^Ann";
const MESSAGE =
  `MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|0001|P|2.5\rPID|1||4711^^^ST E||${PATIENT}\r`;

/** A gateway and its end of the tunnel. */
interface End {
  readonly name: string;
  /** Of the interface; no other tunnel on the machine may have it. */
  readonly link: string;
  /** Inside the tunnel. */
  readonly address: string;
  /** On the cable. */
  readonly outside: string;
  readonly folder: string;
}

async function mitral(folder: string, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run(args, { cwd: folder });
  assertEquals([code, err], [exitCodes.ok, ""], args.join(" "));
  return out;
}

/** Two gateways with keys. */
async function endsIn(cwd: string): Promise<readonly [End, End]> {
  const id = crypto.getRandomValues(new Uint8Array(4)).toHex();
  const [hospital, registry] = ["hospital", "registry"].map((name, at): End => ({
    name,
    link: `wg${id}${at}`,
    address: `10.99.0.${at + 1}`,
    outside: `192.0.2.${at + 1}`,
    folder: join(cwd, name),
  }));
  const at = `{ host: ${registry.address}, port: ${MLLP_PORT} }`;
  await prepare(
    hospital,
    registry,
    `  results:
    listen: { mllp: { port: ${MLLP_PORT} }, acknowledge: from registry }
    parse: hl7v2
    send: { registry: { mllp: ${at} } }
`,
  );
  await prepare(
    registry,
    hospital,
    `  from-hospital:
    listen: { mllp: ${at} }
    parse: hl7v2
    send: { files: { file: { path: ./out } } }
`,
  );
  return [hospital, registry];
}

/** Makes the keys of a gateway, its gateway file, and the network file with its partner. */
async function prepare(own: End, other: End, channel: string): Promise<void> {
  const { folder, name } = own;
  const site = ({ name, address, outside }: End) => `
    name: The ${name}
    gateway: { address: ${outside}, public: ${outside} }
    wireguard: { address: ${address} }
    firewall: { tcpIdleMs: 30 min, udpIdleMs: 60 s }`;
  await Deno.mkdir(join(folder, "out"), { recursive: true });
  await Deno.writeTextFile(
    join(folder, "gateway.yaml"),
    `gateway: ${name}\nkeys: ./keys/gateway.json\npartners: { ${other.name}: ./partner.json }\nchannels:\n${channel}`,
  );
  await Deno.writeTextFile(
    join(folder, "network.yaml"),
    `us:${site(own)}\npartners:\n  ${other.name}:${site(other)}\n    transport: wireguard\n`,
  );
  await mitral(folder, "keys", "master", "master.key");
  await mitral(folder, "keys", "init", "--file", "gateway.yaml");
}

const ownFile = ({ folder, name }: End) => join(folder, "keys", `${name}.partner.json`);
const keyFileOf = ({ folder, link }: End) => join(folder, `${link}.key`);

/** Writes what wg-quick reads, as the owner of this end would; `theirs`: the file the partner has handed over. */
async function configure(own: End, other: End, theirs: string = ownFile(other)): Promise<string> {
  const path = join(own.folder, `${own.link}.conf`);
  await Deno.copyFile(theirs, join(own.folder, "partner.json"));
  await mitral(own.folder, "keys", "wireguard", "--out", keyFileOf(own));
  await mitral(own.folder, "network", "render");
  const config = await Deno.readTextFile(join(own.folder, "network/wireguard.conf"));
  // A test leaves the machine's own folders alone.
  await Deno.writeTextFile(path, config.replaceAll(WIREGUARD_KEY_FILE, keyFileOf(own)), { mode: 0o600 });
  return path;
}

/** Brings a tunnel up, and takes it down again at the end. */
async function up(site: Site, { link }: End, config: string): Promise<AsyncDisposable> {
  // Where wireguard-go is needed it goes on afterwards, and holds on to what it was given to write to: no pipe of ours.
  const log = `${config}.log`;
  const command = inside(site, ["sh", "-c", 'wg-quick up "$0" >"$1" 2>&1', config, log], { stdin: "null" });
  const { success } = await command.spawn().status;
  assert(success, await Deno.readTextFile(log));
  return {
    async [Symbol.asyncDispose]() {
      await runInside(site, "wg-quick", "down", config);
      // wireguard-go removes it when it ends by itself, which its namespace need not leave it the time for.
      await Deno.remove(`/var/run/wireguard/${link}.sock`).catch(() => {});
    },
  };
}

/** When this end has last shaken hands with the other, in seconds since 1970; 0: never. */
async function handshakeAt(site: Site, { link }: End): Promise<number> {
  return Number((await runInside(site, "wg", "show", link, "latest-handshakes")).trim().split("\t")[1]);
}

/** Runs Mitral inside a namespace. */
function mitralInside(site: Site, cwd: string, ...args: readonly string[]): Deno.Command {
  const program = join(projectFolder, "mod.ts");
  const deno = [Deno.execPath(), "run", "--quiet", "--allow-all", "--no-check", program, ...args] as const;
  return inside(site, deno, { cwd, stdin: "null", stdout: "piped", stderr: "piped" });
}

/** Starts a gateway inside a namespace, and waits until it is ready. It ends with the namespace. */
async function startGateway(site: Site, { folder }: End): Promise<void> {
  const child = mitralInside(site, folder, "run", "gateway.yaml").spawn();
  const troubles = new Response(child.stderr).text();
  await printed(child.stdout, /^ready /m).catch(async (cause) => {
    throw new Error(await troubles, { cause });
  });
}

const test = (sentence: string, ignore: boolean, body: (cwd: string) => Promise<void>) =>
  // What runs in the namespaces ends with them, after the test has seen what it is about.
  Deno.test({
    name: sentence,
    ignore,
    fn: () => withFolder(body),
  });

test("wg takes the private key, and makes the same public one of it", isMissing, async (cwd) => {
  const [hospital, registry] = await endsIn(cwd);
  await configure(hospital, registry);
  const keyFile = keyFileOf(hospital);
  assertEquals((await Deno.stat(keyFile)).mode! & 0o777, 0o600);
  const { stdout } = await new Deno.Command("sh", { args: ["-c", 'wg pubkey <"$0"', keyFile] }).output();
  const partner = await parsePartnerFile(await Deno.readFile(ownFile(hospital)), "hospital");
  assertEquals(new TextDecoder().decode(stdout).trim(), partner.wireguard!.publicBytes.toBase64());
});

// It asks whoever is not root for a password.
test(
  "wg-quick takes the configuration, in which there is no private key",
  isMissing || Deno.uid() !== 0,
  async (cwd) => {
    const [hospital, registry] = await endsIn(cwd);
    const path = await configure(hospital, registry);
    const { success, stdout, stderr } = await new Deno.Command("wg-quick", { args: ["strip", path] })
      .output();
    const stripped = new TextDecoder().decode(stdout);
    assert(success, new TextDecoder().decode(stderr));
    assertStringIncludes(stripped, `Endpoint = ${registry.outside}:${PORT}`);
    const secret = (await Deno.readTextFile(keyFileOf(hospital))).trim();
    assert(!(await Deno.readTextFile(path)).includes(secret));
  },
);

test(
  "a message goes through the tunnel of two gateways' keys, and the wire shows nothing of it",
  cannotTunnel,
  async (cwd) => {
    const [hospital, registry] = await endsIn(cwd);
    await using cable = await Cable.open();
    const [here, there] = cable.sites;
    await using _hospital = await up(here, hospital, await configure(hospital, registry));
    await using _registry = await up(there, registry, await configure(registry, hospital));
    const wire = await Capture.start(here, here.cable);
    const tunnel = await Capture.start(there, registry.link);
    await startGateway(there, registry);
    await startGateway(here, hospital);
    await Deno.writeTextFile(join(cwd, "result.hl7"), MESSAGE);
    const sent = await mitralInside(here, cwd, "send", `127.0.0.1:${MLLP_PORT}`, "result.hl7").output();
    assertEquals(sent.code, exitCodes.ok, new TextDecoder().decode(sent.stderr));
    await tunnel.until((frames) => haveText(frames, PATIENT));
    await wire.until((frames) => frames.some(({ length }) => length > MESSAGE.length));
    const [onWire, inTunnel] = [await wire.stop(), await tunnel.stop()];
    assert(haveText(inTunnel, PATIENT), "nothing went through the tunnel");
    assert(!haveText(onWire, PATIENT), "the wire shows the message");
    const kinds = new Set(onWire.map(kindOf));
    assert(kinds.has(`udp ${PORT}`));
    // Who has which address, which a cable is asked before anything can be sent by it, is no secret.
    assertEquals([...kinds].filter((kind) => !["arp", `udp ${PORT}`].includes(kind)), []);
  },
);

test("nothing gets through a tunnel of which one end expects another key", cannotTunnel, async (cwd) => {
  const [hospital, registry] = await endsIn(cwd);
  await using cable = await Cable.open();
  const [here, there] = cable.sites;
  const stranger = await Deno.makeTempDir({ dir: cwd });
  await mitral(stranger, "keys", "master", "master.key");
  await mitral(stranger, "keys", "init", "--name", "hospital", "--out", "keys");
  const wrong = await configure(registry, hospital, join(stranger, "keys/hospital.partner.json"));
  await using _registry = await up(there, registry, wrong);
  // Two are begun while the tunnel comes up. The third is by WireGuard's timer, five seconds after one without an answer.
  const asked = await Capture.start(there, there.cable, {
    filter: ["udp", "and", "src", "host", hospital.outside],
    count: 3,
  });
  const tunnel = await Capture.start(there, registry.link, { filter: ["src", "host", hospital.address] });
  await using _hospital = await up(here, hospital, await configure(hospital, registry));
  await Deno.writeTextFile(join(cwd, "result.hl7"), MESSAGE);
  const sending = mitralInside(here, cwd, "send", `${registry.address}:${MLLP_PORT}`, "result.hl7").spawn();
  assertEquals((await asked.ended()).map(kindOf), Array(3).fill(`udp ${PORT}`));
  assertEquals([await handshakeAt(here, hospital), await handshakeAt(there, registry)], [0, 0]);
  assertEquals(await tunnel.stop(), []);
  sending.kill();
});
