import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { readPrivateKey } from "../../../adapters/_kit/ssh/keys.ts";
import {
  type AnyAuthMethod,
  Client,
  type ParsedKey,
  type SFTPWrapper,
} from "../../../adapters/_kit/ssh/ssh2.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { sshKeyPair } from "../_kit/ssh/key_pair.ts";

/** Keys for the tests: of the server, and of two partners. */
export const keys = {
  host: sshKeyPair("ed25519"),
  acme: sshKeyPair("ed25519"),
  lab: sshKeyPair("ecdsa", { bits: 256 }),
};

/** A config for partners acme and lab, in a folder. */
export function configIn(folder: string) {
  return {
    port: 0,
    hostKey: [secretOf(keys.host.private)],
    partners: { acme: partner({ keys: [keys.acme.public] }), lab: partner({ keys: [keys.lab.public] }) },
    folder,
  };
}

/** A partner with the defaults of the spec: the reader of gateway files fills them in within a map. */
export function partner<T extends Readonly<Record<string, unknown>>>(given: T) {
  return { connectionsMax: 8, filesMax: 1_000, bytesMax: 1024 * 1024 * 1024, ...given };
}

/** How a partner signs in: as acme, with its key, where nothing else is said; with a password instead, where there is one. */
export interface SignInOptions {
  readonly username?: string;
  readonly privateKey?: string;
  readonly password?: string;
  /** Signs with another key than the one that is shown. */
  readonly forgedWith?: string;
}

/** A partner's program: an SFTP client of ssh2. */
export class SftpPeer implements Disposable {
  readonly #client: Client;
  readonly sftp: SFTPWrapper;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;

  private constructor(client: Client, sftp: SFTPWrapper, gone: Promise<void>) {
    this.#client = client;
    this.sftp = sftp;
    this.gone = gone;
  }

  /** Signs in and starts SFTP. */
  static async connect(address: string, options: SignInOptions = {}): Promise<SftpPeer> {
    const { client, gone } = await signIn(address, options);
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
      client.sftp((error, sftp) => error ? reject(error) : resolve(sftp))
    );
    return new SftpPeer(client, sftp, gone);
  }

  open(path: string, flags: "r" | "w" | "a" | "wx" | "r+"): Promise<Buffer> {
    return this.#call((done) => this.sftp.open(path, flags, done));
  }

  write(handle: Buffer, bytes: Uint8Array, at: number): Promise<void> {
    return this.#call((done) => this.sftp.write(handle, Buffer.from(bytes), 0, bytes.length, at, done));
  }

  read(handle: Buffer, at: number, count: number): Promise<number> {
    return this.#call((done) => this.sftp.read(handle, Buffer.alloc(count), 0, count, at, done));
  }

  /** Reads nothing more from the network, until what it returns is called. */
  stopReading(): () => void {
    const { _sock: socket } = this.#client as unknown as { readonly _sock: Socket };
    socket.pause();
    return () => void socket.resume();
  }

  close(handle: Buffer): Promise<void> {
    return this.#call((done) => this.sftp.close(handle, done));
  }

  openFolder(path: string): Promise<Buffer> {
    return this.#call((done) => this.sftp.opendir(path, done));
  }

  /** Writes a whole file, a piece after the other. */
  async put(path: string, content: Uint8Array | string): Promise<void> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const handle = await this.open(path, "w");
    for (let at = 0; at < bytes.length; at += 32_000) {
      await this.write(handle, bytes.subarray(at, at + 32_000), at);
    }
    await this.close(handle);
  }

  /** Writes a whole file as `fastPut` does: pieces side by side. */
  async putFast(path: string, local: string): Promise<void> {
    await this.#call((done) => this.sftp.fastPut(local, path, done));
  }

  async get(path: string): Promise<string> {
    const bytes = await this.#call<Buffer>((done) => this.sftp.readFile(path, done));
    return bytes.toString();
  }

  async list(path: string): Promise<string[]> {
    const names = await this.#call<{ filename: string }[]>((done) => this.sftp.readdir(path, done));
    return names.map(({ filename }) => filename).filter((name) => name !== "." && name !== "..").sort();
  }

  stat(path: string): Promise<{ size: number; mtime: number; isDirectory(): boolean }> {
    return this.#call((done) => this.sftp.stat(path, done));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call((done) => this.sftp.rename(from, to, done));
  }

  remove(path: string): Promise<void> {
    return this.#call((done) => this.sftp.unlink(path, done));
  }

  makeFolder(path: string): Promise<void> {
    return this.#call((done) => this.sftp.mkdir(path, done));
  }

  removeFolder(path: string): Promise<void> {
    return this.#call((done) => this.sftp.rmdir(path, done));
  }

  realPath(path: string): Promise<string> {
    return this.#call((done) => this.sftp.realpath(path, done));
  }

  setTimes(path: string, seconds: number): Promise<void> {
    return this.#call((done) => this.sftp.utimes(path, seconds, seconds, done));
  }

  link(target: string, path: string): Promise<void> {
    return this.#call((done) => this.sftp.symlink(target, path, done));
  }

  /** Leaves as one does whose line is cut. */
  vanish(): void {
    this.#client.destroy();
  }

  /** Leaves. */
  leave(): void {
    this.#client.end();
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  #call<T>(start: (done: (error: Error | null | undefined, value?: unknown) => void) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      void this.gone.then(() => reject(new Error("the connection is gone")));
      start((error, value) => {
        if (error) reject(error);
        else resolve(value as T);
      });
    });
  }
}

/** Signs in, without SFTP; rejects where that is refused. */
export function signIn(
  address: string,
  { username = "acme", privateKey = keys.acme.private, password, forgedWith }: SignInOptions = {},
): Promise<{ client: Client; gone: Promise<void> }> {
  const client = new Client();
  const key = usable(privateKey);
  if (forgedWith !== undefined) key.sign = (data) => usable(forgedWith).sign(data);
  const methods: AnyAuthMethod[] = [
    { type: "none", username },
    password === undefined ? { type: "publickey", username, key } : { type: "password", username, password },
  ];
  const [host, port] = address.split(":");
  return new Promise((resolve, reject) => {
    const gone = new Promise<void>((closed) => client.once("close", () => closed()));
    client.once("ready", () => {
      resolve({ client, gone });
    });
    client.on("error", reject);
    client.once("close", () => reject(new Error("the connection is gone")));
    client.connect({
      host,
      port: Number(port),
      username,
      readyTimeout: 0,
      authHandler: (_left, _partly, next) => next(methods.shift() ?? false),
    });
    // Without, every step of the handshake waits for tens of milliseconds.
    client.setNoDelay(true);
  });
}

/** As ssh2 takes it. */
export function usable(text: string): ParsedKey {
  const key = readPrivateKey(text);
  if (typeof key === "string") throw new TypeError(`Cannot use key: ${key}`);
  return key.key;
}
