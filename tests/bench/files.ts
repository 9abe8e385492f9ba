/** Gateway files of the benchmarks. */
import { join } from "node:path";
import { pki } from "../world/pki.ts";

/** What comes in is durable and goes nowhere: the way to the acknowledgement alone. */
export function acceptFile(): string {
  return `gateway: accept
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    filter: MSH-9.1 = NONE
    send: { nowhere: { file: { path: . } } }
`;
}

/** Puts what a gateway needs to speak TLS with a partner `lab` into its folder. */
export async function tlsSite(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "secrets"), { recursive: true });
  await Deno.writeTextFile(join(folder, "server.pem"), pki.server.chain);
  await Deno.writeTextFile(join(folder, "secrets/tls-key"), pki.server.key, { mode: 0o600 });
  await Deno.writeTextFile(join(folder, "lab.pem"), pki.client.certificate);
}

/** As {@linkcode acceptFile}, from a partner by TLS and from anybody without it, by MLLP or HTTP. */
export function securelyAcceptFile(listen: "mllp" | "https"): string {
  const path = listen === "https" ? "path: /in, " : "";
  const tls = "tls: { certificate: ./server.pem, key: secret:tls-key, clients: partners }";
  const channel = (name: string, more: string) =>
    `  ${name}:
    listen: { ${listen}: { port: 0, ${path}${more} } }
    parse: hl7v2
    filter: MSH-9.1 = NONE
    send: { nowhere: { file: { path: . } } }
`;
  return `gateway: accept
partners: { lab: { certificates: ./lab.pem } }
channels:
${channel("secure", tls)}${channel("plain", "host: 127.0.0.1")}`;
}

/** MLLP to MLLP with some steps between, and a destination for each port. */
export function wholeFile(
  ports: readonly number[],
  transform: readonly string[] = ["{ set: { MSH-5: REGISTRY } }"],
): string {
  const send = ports.map((port, at) => `      to-${at}: { mllp: { host: 127.0.0.1, port: ${port} } }\n`);
  return `gateway: whole
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    transform: [${transform.join(", ")}]
    send:
${send.join("")}`;
}

/** A question goes to the peer, and the sender gets the peer's answer. */
export function answersFile(port: number): string {
  return `gateway: answers
channels:
  lookup:
    listen: { mllp: { port: 0 }, acknowledge: from mpi }
    parse: hl7v2
    duplicates: deliver
    order: none
    send: { mpi: { mllp: { host: 127.0.0.1, port: ${port}, connections: 8 } } }
`;
}

/** HTTP to MLLP, unchanged, in a format. */
export function postedFile(port: number, format: string): string {
  return `gateway: posted
channels:
  feed:
    listen: { https: { port: 0, path: /in } }
    parse: ${format}
    send: { ehr: { mllp: { host: 127.0.0.1, port: ${port} } } }
`;
}

/** Channels that wait for messages. */
export function idleFile(channels: number): string {
  return channelsFile(channels, 9);
}

/** MLLP in, sealed by HTTP to the partner at a port. */
export function sealingFile(partner: string, port: number): string {
  return `gateway: hospital
keys: keys/gateway.json
partners: { lab: ${partner} }
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    transform: [ { set: { MSH-5: REGISTRY } } ]
    send:
      lab:
        encrypt: { to: lab }
        order: by PID-3
        https: { url: "http://127.0.0.1:${port}/sealed", connections: 16 }
`;
}

/** Sealed messages of the partner in, MLLP to a port. */
export function openingFile(partner: string, port: number): string {
  return `gateway: lab
keys: keys/gateway.json
partners: { hospital: ${partner} }
channels:
  results:
    listen: { https: { port: 0, path: /sealed } }
    decrypt: { from: [ hospital ] }
    parse: hl7v2
    send: { ehr: { mllp: { host: 127.0.0.1, port: ${port} } } }
`;
}

/** Channels from MLLP to the same port. */
export function channelsFile(channels: number, port: number): string {
  const each = (_: unknown, at: number) =>
    `  feed-${at}:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { ehr: { mllp: { host: 127.0.0.1, port: ${port} } } }
`;
  return `gateway: channels\nchannels:\n${Array.from({ length: channels }, each).join("")}`;
}

/** MLLP to MLLP over some connections at once, as they come. */
export function lanesFile(port: number, lanes: number): string {
  return `gateway: lanes
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send:
      to-0:
        order: none
        mllp: { host: 127.0.0.1, port: ${port}, connections: ${lanes} }
`;
}

/** A channel for small messages, and one for documents of up to `bytesMax`, which go to a port of their own. */
export function documentsFile(port: number, documentsPort: number, bytesMax: number): string {
  return `gateway: documents
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send: { ehr: { mllp: { host: 127.0.0.1, port: ${port} } } }
  documents:
    listen:
      mllp: { port: 0, frameBytesMax: ${bytesMax} }
      messageBytesMax: ${bytesMax}
    parse: hl7v2
    send: { ehr: { mllp: { host: 127.0.0.1, port: ${documentsPort} } } }
`;
}

/** MLLP to MLLP, to a peer that may be silent for as long as it likes. */
export function patientFile(port: number): string {
  return `gateway: patient
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    send:
      to-0:
        mllp: { host: 127.0.0.1, port: ${port}, answerMsMax: 600000 }
`;
}

/** Where an SFTP server is, and how it and we know each other. */
export interface SftpPlace {
  readonly port: number;
  readonly user: string;
  /** Files. */
  readonly key: string;
  readonly knownHosts: string;
}

/** From a folder of an SFTP server into another of its folders; where there is none, nowhere. */
export function sftpFile(place: SftpPlace, from: string, to: string | undefined, atOnce: number): string {
  const { port, user, key, knownHosts } = place;
  const way = `host: 127.0.0.1, port: ${port}, user: ${user}, key: "file:${key}", knownHosts: ${knownHosts}`;
  const send = to === undefined
    ? "filter: MSH-9.1 = NONE\n    send: { nowhere: { file: { path: . } } }"
    : `send: { there: { order: ${atOnce > 1 ? "none" : "channel"}, ` +
      `sftp: { ${way}, path: ${to}, connections: ${atOnce} } } }`;
  return `gateway: files
channels:
  feed:
    listen:
      sftp: { ${way}, path: ${from}, everyMs: 200, after: delete, readsAtOnce: ${atOnce}, fileBytesMax: 64000000 }
      messageBytesMax: 64000000
    parse: hl7v2
    ${send}
`;
}

/** An SFTP server of its own, whose files go nowhere. */
export function sftpServerFile(hostKey: string, user: string, keysFile: string): string {
  return `gateway: pushed
channels:
  feed:
    listen:
      sftp_server:
        port: 0
        hostKey: "file:${hostKey}"
        folder: ./staged
        partners: { ${user}: { keysFile: ${keysFile}, filesMax: 100000 } }
      messageBytesMax: 64000000
    parse: hl7v2
    filter: MSH-9.1 = NONE
    send: { nowhere: { file: { path: . } } }
`;
}

/** Messages by MLLP that are durable and go nowhere, and faxes from one folder that are read and put into another. */
export function faxFile(threads?: number): string {
  return `gateway: faxes
channels:
  feed:
    listen: { mllp: { port: 0 } }
    parse: hl7v2
    filter: MSH-9.1 = NONE
    send: { nowhere: { file: { path: . } } }
  faxes:
    listen: { file: { path: ./in, pattern: "*.tif", after: delete } }
    parse: { fax: { ocr: wasm${threads === undefined ? "" : `, threads: ${threads}`} } }
    send: { read: { file: { path: ./read } } }
`;
}
