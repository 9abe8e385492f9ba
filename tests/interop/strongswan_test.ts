/** What `mitral network render` writes is read by strongSwan and nftables, and carries MLLP between two sites. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { projectFolder } from "../../examples/_kit/process.ts";
import { withFolder } from "../runtime/console/console_kit.ts";
import { documentsOf, twoHospitals } from "../runtime/network/_questionnaires.ts";
import { Cable, canTunnel, inside, runInside, type Site } from "./_namespaces.ts";
import { requirePeer } from "./_peers.ts";
import { printed } from "./_printed.ts";

const peers = [
  await requirePeer("charon-systemd"),
  await requirePeer("strongswan-swanctl"),
  await requirePeer("libcharon-extra-plugins"),
  await requirePeer("libstrongswan-standard-plugins"),
  await requirePeer("nftables"),
  await requirePeer("iproute2"),
];
const openssl = await requirePeer("openssl");
const ignore = peers.some(({ missing }) => missing) || openssl.missing || !await canTunnel();

const MLLP_PORT = 2575;
const MESSAGE = "MSH|^~\\&|EHR|ST E|LAB|GENERAL|20260101120000||ORM^O01|0001|P|2.5\rPID|1||4711^^^ST E\r";

/** One end of the tunnel. */
interface End {
  readonly site: Site;
  readonly folder: string;
  /** Of the other site, as swanctl has it. */
  readonly partner: string;
}

/**
 * A daemon with a socket of its own. IPsec is its own, too, in user space: not every kernel has AES-GCM. It ends with
 * its namespace.
 */
async function startCharon({ site, folder }: End): Promise<void> {
  const socket = `unix://${folder}/vici`;
  await Deno.writeTextFile(
    join(folder, "strongswan.conf"),
    `charon-systemd {
      load = random nonce openssl pem pkcs1 pkcs8 x509 constraints pubkey kdf hmac sha2 gcm aes kernel-libipsec kernel-netlink socket-default vici
      journal { default = -1
      }
      filelog { ready { path = ${folder}/log
        default = 1
        flush_line = yes
      } }
      plugins { vici { socket = ${socket}
      } }
    }
    swanctl { plugins { vici { socket = ${socket}
    } } }`,
  );
  const daemon = inside(site, ["charon-systemd"], {
    env: { STRONGSWAN_CONF: join(folder, "strongswan.conf") },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  daemon.unref();
  const ended = daemon.status.then(({ code }) => {
    throw new Error(`charon-systemd ended with ${code}`);
  });
  await Promise.race([seen(folder, "vici"), ended]);
}

/** Waits until a folder has something of that name. */
async function seen(folder: string, name: string): Promise<void> {
  const watcher = Deno.watchFs(folder);
  const isThere = () => Deno.stat(join(folder, name)).then(() => true, () => false);
  if (!await isThere()) { for await (const _ of watcher) if (await isThere()) return watcher.close(); }
  else watcher.close();
}

/** After which a tunnel is only asked for again, and again. */
const REFUSED = /NO_PROPOSAL_CHOSEN|AUTHENTICATION_FAILED|TS_UNACCEPTABLE/;

/** Waits until the log of a daemon has this; rejects once a tunnel was refused. */
async function logged({ folder }: End, wanted: RegExp): Promise<void> {
  const watcher = Deno.watchFs(folder);
  const isThere = async () => {
    const text = await Deno.readTextFile(join(folder, "log"));
    assert(!REFUSED.test(text), text);
    return wanted.test(text);
  };
  if (!await isThere()) { for await (const _ of watcher) if (await isThere()) break; }
}

async function swanctl({ site, folder }: End, ...args: readonly string[]): Promise<string> {
  const env = { STRONGSWAN_CONF: join(folder, "strongswan.conf"), SWANCTL_DIR: folder };
  const command = inside(site, ["swanctl", ...args, "--uri", `unix://${folder}/vici`], {
    env,
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  return text.decode(stdout);
}

/** A certificate authority, and a certificate with its key for each end. */
async function certify(folder: string, ends: readonly End[]): Promise<void> {
  const run = async (...args: readonly string[]) => {
    const { success, stderr } = await openssl.command(args, { cwd: folder, stdin: "null" }).output();
    assert(success, new TextDecoder().decode(stderr));
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"];
  await run("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca", "-days", "2");
  for (const [at, name] of ["vpn.st-elsewhere.example", "vpn.general.example"].entries()) {
    const { folder: own } = ends[at];
    for (const part of ["x509", "x509ca", "private"]) await Deno.mkdir(join(own, part));
    await run(
      "req",
      ...key,
      "-keyout",
      `${own}/private/mitral-vpn.pem`,
      "-out",
      "request",
      "-subj",
      `/CN=${name}`,
    );
    await Deno.writeTextFile(join(folder, "names"), `subjectAltName=DNS:${name}`);
    const out = `${own}/x509/mitral-vpn.pem`;
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
    await run("x509", "-req", "-in", "request", ...by, "-out", out);
    await Deno.copyFile(join(folder, "ca.pem"), `${own}/x509ca/mitral-vpn-ca.pem`);
  }
}

/** Both ends of what a network file says, with their documents and their gateways' addresses. */
async function endsOf(cable: Cable, cwd: string, text: string, addresses: readonly (readonly string[])[]) {
  const documents = await documentsOf(text);
  const ends = cable.sites.map((site, at): End => ({
    site,
    folder: join(cwd, String(at)),
    partner: at === 0 ? "general" : "st-elsewhere",
  }));
  for (const [at, { site, folder }] of ends.entries()) {
    await Deno.mkdir(folder);
    for (const name of ["swanctl.conf", "nftables.conf"]) {
      await Deno.writeTextFile(join(folder, name), documents.get(at === 0 ? name : `general/${name}`)!);
    }
    for (const address of addresses[at]) {
      await runInside(site, "ip", "address", "add", `${address}/32`, "dev", "lo");
    }
    await runInside(site, "nft", "-f", join(folder, "nftables.conf"));
  }
  return ends as unknown as readonly [End, End];
}

/** Runs Mitral inside a namespace. */
function mitralInside(site: Site, cwd: string, ...args: readonly string[]): Deno.Command {
  const program = join(projectFolder, "mod.ts");
  const deno = [Deno.execPath(), "run", "--quiet", "--allow-all", "--no-check", program, ...args] as const;
  return inside(site, deno, { cwd, stdin: "null", stdout: "piped", stderr: "piped" });
}

/** Sends a message from one site to an address at the other, which must answer it. */
async function exchange(one: End, other: End, listenAt: string, callAt: string): Promise<void> {
  await Deno.writeTextFile(join(one.folder, "order.hl7"), MESSAGE);
  const sink = mitralInside(other.site, other.folder, "sink", `${listenAt}:${MLLP_PORT}`, "--count", "1")
    .spawn();
  const taken = new Response(sink.stdout).text();
  await printed(sink.stderr, /listening/);
  const sent = mitralInside(one.site, one.folder, "send", `${callAt}:${MLLP_PORT}`, "order.hl7");
  const { code, stdout, stderr } = await sent.output();
  const text = new TextDecoder();
  assertEquals(code, 0, text.decode(stderr) + text.decode(stdout));
  assertStringIncludes(await taken, "ORM^O01");
}

const test = (sentence: string, body: (cwd: string) => Promise<void>) =>
  // The daemons end with their namespaces.
  Deno.test({
    name: sentence,
    ignore,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: () => withFolder(body),
  });

test("strongSwan loads what is rendered, makes every child SA, and MLLP goes through", async (cwd) => {
  await using cable = await Cable.open();
  const text = twoHospitals({ networks: "10.7.0.0/24, 10.7.1.0/24" });
  const ends = await endsOf(cable, cwd, text, [["10.1.20.5"], ["10.7.0.9", "10.7.1.9"]]);
  await certify(cwd, ends);
  // Who is called first must know whom.
  for (const end of ends.toReversed()) {
    await startCharon(end);
    assertStringIncludes(await swanctl(end, "--load-all"), `loaded connection '${end.partner}'`);
    const loaded = await swanctl(end, "--list-conns");
    for (const [at, theirs] of ["10.7.0.0/24", "10.7.1.0/24"].entries()) {
      const [local, remote] = end === ends[0] ? ["10.1.20.0/24", theirs] : [theirs, "10.1.20.0/24"];
      assertMatch(
        loaded,
        new RegExp(`${end.partner}-${at + 1}: TUNNEL[^\\n]*\\n *local: +${local}\\n *remote: +${remote}\\n`),
      );
    }
  }
  await logged(ends[0], /CHILD_SA general-1\{\d+\} established[^]*CHILD_SA general-2\{\d+\} established/);
  const associations = await swanctl(ends[0], "--list-sas");
  assertStringIncludes(associations, "AES_GCM_16-256/PRF_HMAC_SHA2_384/ECP_384");
  assertMatch(associations, /general-1: #\d+, reqid \d+, INSTALLED, TUNNEL[^\n]*ESP:AES_GCM_16-256/);
  await exchange(ends[0], ends[1], "10.7.0.9", "10.7.0.9");
  const counted = await swanctl(ends[0], "--list-sas");
  assertMatch(counted, /out +[0-9a-f]{8}, +[1-9]\d* bytes/, "it went around the tunnel");
});

test("nftables translates both sites' equal networks, one to one, and MLLP goes through", async (cwd) => {
  await using cable = await Cable.open();
  const text = twoHospitals({ networks: "10.1.20.0/24", gateway: "10.1.20.5" });
  // Both gateways have the same address.
  const [ours, theirs] = await endsOf(cable, cwd, text, [["10.1.20.5"], ["10.1.20.5"]]);
  const route = (site: Site, to: string, via: string) =>
    runInside(site, "ip", "route", "add", to, "via", via, "src", "10.1.20.5");
  await route(ours.site, "100.64.1.0/24", theirs.site.address);
  await route(theirs.site, "100.64.0.0/24", ours.site.address);
  await exchange(ours, theirs, "10.1.20.5", "100.64.1.5");
  await exchange(theirs, ours, "10.1.20.5", "100.64.0.5");
});
