/** Gateways that speak TLS and ask who comes, and partners of theirs. */
import { RawPeer } from "../adapters/mllp/mllp_peer.ts";
import type { Folder, Settings } from "../bad_input/_site.ts";
import { type Certified, pki } from "../world/pki.ts";
import { Besieged, Bystander } from "./_bad_peers.ts";

export type Protocol = "mllp" | "https";

/** Puts certificates where a gateway file names them: `pki/NAME.pem`, its key `secrets/NAME`, and `pki/root.pem`. */
export async function writeCertificates(
  folder: Folder,
  all: Readonly<Record<string, Certified>>,
): Promise<void> {
  for (const name of ["pki", "secrets"]) await Deno.mkdir(folder.at(name), { recursive: true });
  await folder.write("pki/root.pem", pki.root.certificate);
  for (const [name, { chain, certificate, key }] of Object.entries(all)) {
    await folder.write(`pki/${name}.pem`, chain || certificate);
    await folder.write(`secrets/${name}`, key);
  }
}

/** How a gateway file names a certificate of `writeCertificates`. */
export function shownAs(name: string): Settings {
  return { certificate: `./pki/${name}.pem`, key: `secret:${name}` };
}

/**
 * A gateway whose channel `bad` listens by TLS, and lets in the laboratory and who else is given; each has its certificate
 * in the file `pki/NAME.pem`. `more` are settings of the listener, `tls` such as concern TLS.
 */
export async function secured(
  protocol: Protocol,
  { more = {}, tls = {}, partners = {} }: {
    readonly more?: Settings;
    readonly tls?: Settings;
    readonly partners?: Readonly<Record<string, Certified>>;
  } = {},
): Promise<Besieged> {
  const known: Readonly<Record<string, Certified>> = { lab: pki.client, ...partners };
  const listen = {
    port: 0,
    tls: { ...shownAs("server"), clients: "partners", ...tls },
    ...(protocol === "https" ? { path: "/in" } : {}),
    ...more,
  };
  const proofs = Object.keys(known).map((name) => [name, { certificates: `./pki/${name}.pem` }]);
  return await Besieged.start({ [protocol]: listen }, {
    partners: Object.fromEntries(proofs),
    prepare: (folder) => writeCertificates(folder, { server: pki.server, ...known }),
  });
}

/** A connection to a gateway by TLS, as a partner or as somebody who shows nothing. Fails where it is not let in. */
export async function dialSecurely({ target }: Besieged, as?: Certified): Promise<RawPeer> {
  const connection = await Deno.connectTls({
    hostname: "localhost",
    port: target.port,
    caCerts: [pki.root.certificate],
    ...(as ? { cert: as.chain || as.certificate, key: as.key } : {}),
  });
  try {
    await connection.handshake();
  } catch (cause) {
    connection.close();
    throw cause;
  }
  return new RawPeer(connection);
}

/** A peer of a secured channel that does nothing wrong: the laboratory. */
export async function securedBystander(besieged: Besieged, protocol: Protocol): Promise<Bystander> {
  if (protocol === "mllp") {
    const peer = await dialSecurely(besieged, pki.client);
    return Bystander.on(peer);
  }
  const client = Deno.createHttpClient({
    caCerts: [pki.root.certificate],
    cert: pki.client.chain,
    key: pki.client.key,
  });
  const url = besieged.product.address("bad").replace("127.0.0.1", "localhost");
  return Bystander.posting(url, client);
}
