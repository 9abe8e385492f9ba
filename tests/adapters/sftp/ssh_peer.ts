import { connect, type Socket } from "node:net";
import { fingerprintOf, readPrivateKey, readPublicKey } from "../../../adapters/_kit/ssh/keys.ts";
import {
  type Algorithms,
  type AuthContext,
  type Connection,
  type ParsedKey,
  Server,
} from "../../../adapters/_kit/ssh/ssh2.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { Folder } from "../file/folder.ts";
import { type Manners, serveFiles } from "./sftp_files.ts";
import { sshKeyPair } from "../_kit/ssh/key_pair.ts";

/** A pair of keys for hosts and users; made once, since making them takes long. */
export const keys = {
  ed25519: sshKeyPair("ed25519", { comment: "ed25519" }),
  ecdsa: sshKeyPair("ecdsa", { bits: 256, comment: "ecdsa" }),
  rsa: sshKeyPair("rsa", { bits: 2048, comment: "rsa" }),
  other: sshKeyPair("ed25519", { comment: "other" }),
} as const;

/** `SHA256:…` of a public key as text. */
export function fingerprint(line: string): string {
  const key = readPublicKey(line);
  if (typeof key === "string") throw new Error(key);
  return fingerprintOf(key.blob);
}

/** How an SSH server is. */
export interface PeerOptions {
  readonly hostKeys?: readonly string[];
  readonly algorithms?: Algorithms;
  /** Judges an attempt to sign in; the key `ed25519` is let in where left out. */
  readonly judge?: (attempt: AuthContext) => void;
  /** True where it has no SFTP. */
  readonly withoutSftp?: boolean;
}

/** An SSH server in the test's own process, with a temporary folder to serve. */
export class SshPeer implements AsyncDisposable {
  readonly manners: Manners = {
    readBytesMax: 256 * 1024,
    heeds: () => true,
    asked: (request) => void this.requests.push(request),
  };
  /** Every request there was. */
  readonly requests: string[] = [];
  /** Every way that somebody tried to sign in by. */
  readonly attempts: string[] = [];
  /** How often somebody was let in. */
  signedIn = 0;
  readonly #options: PeerOptions;
  readonly #clients = new Set<Connection>();
  #server: Server | undefined;
  port = 0;

  private constructor(readonly folder: Folder, options: PeerOptions) {
    this.#options = options;
  }

  static async start(options: PeerOptions = {}): Promise<SshPeer> {
    const peer = new SshPeer(await Folder.make(), options);
    await peer.start();
    return peer;
  }

  /** Settings that lead to it. */
  get config() {
    return {
      host: "127.0.0.1",
      port: this.port,
      user: "mitral",
      key: secretOf(keys.ed25519.private),
      hostKeys: [fingerprint(keys.ed25519.public)],
    };
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Is there, at the port it had before. */
  async start(): Promise<void> {
    const { hostKeys = [keys.ed25519.private], algorithms } = this.#options;
    const server = new Server({
      hostKeys: hostKeys.map((key) => ({ key: usable(key) })),
      ...(algorithms ? { algorithms } : {}),
    });
    server.on("connection", (client) => this.#serve(client));
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.#server = server;
    this.port = server.address().port;
  }

  /** Goes away, with its connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(resolve));
    this.cut();
    await closed;
  }

  /** Breaks every connection, as a server does that dies. */
  cut(): void {
    for (const client of this.#clients) socketOf(client).destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.folder[Symbol.asyncDispose]();
  }

  #serve(client: Connection): void {
    const { judge = letInByKey, withoutSftp } = this.#options;
    this.#clients.add(client);
    client.setNoDelay(true);
    client
      .on("error", () => {})
      .on("close", () => this.#clients.delete(client))
      .on("authentication", (attempt) => {
        this.attempts.push(attempt.method);
        judge(attempt);
      })
      .on("ready", () => this.signedIn++)
      .on("session", (accept) => {
        const session = accept();
        if (!withoutSftp) {
          session.on("sftp", (accept) => serveFiles(accept(), this.folder.path, this.manners));
        }
      })
      .on("tcpip", (accept, reject, { destIP, destPort }) => {
        const onward = connect(destPort, destIP);
        onward.setNoDelay(true);
        onward.once("error", reject);
        onward.once("connect", () => {
          const channel = accept();
          channel.on("error", () => {});
          channel.pipe(onward).pipe(channel);
        });
      });
  }
}

function usable(text: string): ParsedKey {
  const key = readPrivateKey(text);
  if (typeof key === "string") throw new Error(key);
  return key.key;
}

/** Lets in whoever has the key `ed25519`. */
export function letInByKey(attempt: AuthContext): void {
  letInBy(keys.ed25519.public)(attempt);
}

/** Lets in whoever has a key. */
export function letInBy(line: string): (attempt: AuthContext) => void {
  return (attempt) => {
    if (attempt.method !== "publickey") return attempt.reject(["publickey"]);
    const key = readPublicKey(line);
    if (typeof key === "string" || fingerprintOf(attempt.key.data) !== key.fingerprint) {
      return attempt.reject();
    }
    if (!attempt.signature) return attempt.accept();
    const isRight = key.key.verify(attempt.blob!, attempt.signature, attempt.hashAlgo) === true;
    if (isRight) attempt.accept();
    else attempt.reject();
  };
}

function socketOf(client: Connection): Socket {
  return (client as unknown as { readonly _sock: Socket })._sock;
}
