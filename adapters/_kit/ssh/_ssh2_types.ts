/**
 * What of `ssh2` is used here, as types. Those that others wrote for it bring types of an older Node along, which then
 * count for the whole program.
 */
import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";

/** What emits events, by name, with what their listeners are given. */
export interface Emitter<Events extends Readonly<Record<string, readonly unknown[]>>> {
  on<Name extends keyof Events>(event: Name, listener: (...args: [...Events[Name]]) => void): this;
  once<Name extends keyof Events>(event: Name, listener: (...args: [...Events[Name]]) => void): this;
  removeListener<Name extends keyof Events>(
    event: Name,
    listener: (...args: [...Events[Name]]) => void,
  ): this;
}

/** What comes of a request that gives nothing but its success. */
export type Done = (cause?: Error | null) => void;
/** What comes of a request. */
export type Got<T> = (cause: Error | null | undefined, value: T) => void;

/** Names of algorithms by what they are for, the preferred one first. */
export interface Algorithms {
  readonly kex?: readonly string[];
  readonly serverHostKey?: readonly string[];
  readonly cipher?: readonly string[];
  readonly hmac?: readonly string[];
  readonly compress?: readonly string[];
}

/** A key. */
export interface ParsedKey {
  readonly type: string;
  readonly comment: string;
  sign: (data: Buffer, algorithm?: string) => Buffer | Error;
  verify(data: Buffer, signature: Buffer, algorithm?: string): boolean | Error;
  isPrivateKey(): boolean;
  getPrivatePEM(): string;
  getPublicPEM(): string;
  getPublicSSH(): Buffer;
  equals(key: ParsedKey | Buffer | string): boolean;
}

/** A way to sign in. */
export type AuthenticationType =
  | "none"
  | "password"
  | "publickey"
  | "keyboard-interactive"
  | "hostbased"
  | "agent";

/** What a server asks in a dialogue. */
export interface Prompt {
  readonly prompt: string;
  readonly echo?: boolean;
}

/** One attempt of a client to sign in. */
export type AnyAuthMethod =
  | { readonly type: "none"; readonly username: string }
  | { readonly type: "password"; readonly username: string; readonly password: string }
  | { readonly type: "publickey"; readonly username: string; readonly key: ParsedKey | Buffer | string }
  | {
    readonly type: "keyboard-interactive";
    readonly username: string;
    prompt(
      name: string,
      instructions: string,
      language: string,
      prompts: readonly Prompt[],
      answer: (answers: readonly string[]) => void,
    ): void;
  };

/** Says what a client tries next; `false` is nothing any more. `left` is null before the first attempt. */
export type AuthHandler = (
  left: readonly AuthenticationType[] | null,
  partly: boolean | null,
  next: (method: AnyAuthMethod | false) => void,
) => void;

/** How a client connects. */
export interface ConnectConfig {
  readonly sock?: Duplex;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly privateKey?: Buffer | string;
  readonly passphrase?: Buffer | string;
  readonly tryKeyboard?: boolean;
  readonly algorithms?: Algorithms;
  readonly hostVerifier?: (key: Buffer) => boolean;
  readonly authHandler?: AuthHandler;
  readonly readyTimeout?: number;
  readonly keepaliveInterval?: number;
}

/** A client, once connected the connection too. */
export interface Client extends
  Emitter<{
    ready: [];
    handshake: [negotiated: unknown];
    banner: [message: string];
    "change password": [prompt: string, answer: (password: string) => void];
    error: [cause: Error & { readonly level?: string }];
    end: [];
    close: [];
  }> {
  connect(config: ConnectConfig): this;
  sftp(got: Got<SFTPWrapper>): this;
  forwardOut(fromHost: string, fromPort: number, host: string, port: number, got: Got<Duplex>): this;
  setNoDelay(noDelay?: boolean): this;
  end(): this;
  destroy(): this;
}

/** Attributes of a file, on their way out. */
export interface Attributes {
  mode: number;
  uid: number;
  gid: number;
  size: number;
  atime: number;
  mtime: number;
}

/** Attributes of a file, as they came; what a server leaves out is missing. */
export interface Stats extends Attributes {
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

/** A name in an answer. */
export interface FileEntry {
  filename: string;
  longname: string;
  attrs: Attributes;
}

/** A name in a listing, as it came. */
export interface FileEntryWithStats extends FileEntry {
  attrs: Stats;
}

/** What a file system has left. */
export interface FileSystemStats {
  readonly f_frsize: number;
  readonly f_bavail: number;
}

/** SFTP, on either side: a client asks, a server is told by events and answers by the number of the request. */
export interface SFTPWrapper extends
  Emitter<{
    ready: [];
    error: [cause: Error];
    end: [];
    close: [];
    OPEN: [id: number, path: string, flags: number, attributes: Attributes];
    READ: [id: number, handle: Buffer, at: number, length: number];
    WRITE: [id: number, handle: Buffer, at: number, data: Buffer];
    CLOSE: [id: number, handle: Buffer];
    FSTAT: [id: number, handle: Buffer];
    FSETSTAT: [id: number, handle: Buffer, attributes: Attributes];
    STAT: [id: number, path: string];
    LSTAT: [id: number, path: string];
    SETSTAT: [id: number, path: string, attributes: Attributes];
    OPENDIR: [id: number, path: string];
    READDIR: [id: number, handle: Buffer];
    REALPATH: [id: number, path: string];
    REMOVE: [id: number, path: string];
    RENAME: [id: number, from: string, to: string];
    MKDIR: [id: number, path: string, attributes: Attributes];
    RMDIR: [id: number, path: string];
    EXTENDED: [id: number, name: string, data: Buffer];
  }> {
  open(path: string, flags: number | string, got: Got<Buffer>): void;
  open(path: string, flags: number | string, attributes: Partial<Attributes>, got: Got<Buffer>): void;
  read(
    handle: Buffer,
    into: Buffer,
    offset: number,
    length: number,
    at: number,
    got: (cause: Error | null | undefined, count: number) => void,
  ): void;
  write(handle: Buffer, from: Buffer, offset: number, length: number, at: number, done: Done): void;
  close(handle: Buffer, done: Done): void;
  fstat(handle: Buffer, got: Got<Stats>): void;
  stat(path: string, got: Got<Stats>): void;
  lstat(path: string, got: Got<Stats>): void;
  opendir(path: string, got: Got<Buffer>): void;
  readdir(place: Buffer | string, got: Got<FileEntryWithStats[]>): void;
  realpath(path: string, got: Got<string>): void;
  unlink(path: string, done: Done): void;
  rename(from: string, to: string, done: Done): void;
  mkdir(path: string, done: Done): void;
  rmdir(path: string, done: Done): void;
  utimes(path: string, accessed: number, modified: number, done: Done): void;
  symlink(target: string, path: string, done: Done): void;
  readFile(path: string, got: Got<Buffer>): void;
  fastPut(local: string, path: string, done: Done): void;
  ext_openssh_rename(from: string, to: string, done: Done): void;
  ext_openssh_fsync(handle: Buffer, done: Done): void;
  ext_openssh_statvfs(path: string, got: Got<FileSystemStats>): void;
  status(id: number, code: number, message?: string): void;
  handle(id: number, handle: Buffer): void;
  data(id: number, data: Buffer): void;
  name(id: number, names: readonly FileEntry[]): void;
  attrs(id: number, attributes: Attributes): void;
  end(): void;
  destroy(): void;
}

/** An attempt to sign in, as a server sees it. */
interface AuthContextBase<Method extends AuthenticationType> extends Emitter<{ abort: [] }> {
  readonly username: string;
  readonly service: string;
  readonly method: Method;
  accept(): void;
  reject(methodsLeft?: readonly AuthenticationType[], isPartly?: boolean): void;
}

/** With a password. */
export interface PasswordAuthContext extends AuthContextBase<"password"> {
  readonly password: string;
  requestChange(prompt: string, answered: (password: string) => void): void;
}

/** With a key: `signature` is missing where the client asks first whether the key would do. */
export interface PublicKeyAuthContext extends AuthContextBase<"publickey"> {
  readonly key: { readonly algo: string; readonly data: Buffer };
  readonly signature?: Buffer;
  readonly blob?: Buffer;
  readonly hashAlgo?: string;
}

/** In a dialogue. */
export interface KeyboardAuthContext extends AuthContextBase<"keyboard-interactive"> {
  readonly submethods: readonly string[];
  prompt(prompts: readonly Prompt[], answered: (answers: readonly string[]) => void): void;
}

/** Any of them. */
export type AuthContext =
  | PasswordAuthContext
  | PublicKeyAuthContext
  | KeyboardAuthContext
  | AuthContextBase<"none">
  | AuthContextBase<"hostbased">;

/** What a client opens to do something within it. */
export interface Session
  extends Emitter<{ sftp: [accept: () => SFTPWrapper, reject?: () => void]; close: [] }> {}

/** A client of a server. */
export interface Connection extends
  Emitter<{
    authentication: [attempt: AuthContext];
    ready: [];
    session: [accept: () => Session, reject: () => void];
    tcpip: [
      accept: () => Duplex,
      reject: () => void,
      info: { readonly destIP: string; readonly destPort: number },
    ];
    handshake: [negotiated: unknown];
    error: [cause: Error & { readonly level?: string }];
    end: [];
    close: [];
  }> {
  setNoDelay(noDelay?: boolean): this;
  end(): this;
}

/** How a server is made. */
export interface ServerConfig {
  readonly hostKeys: readonly (string | { readonly key: ParsedKey })[];
  readonly algorithms?: Algorithms;
  readonly ident?: string;
  readonly banner?: string;
  readonly greeting?: string;
  readonly keepaliveInterval?: number;
  readonly keepaliveCountMax?: number;
}

/** A server. */
export interface Server extends
  Emitter<{
    connection: [client: Connection, info: { readonly ip: string; readonly port: number }];
    error: [cause: Error];
    close: [];
  }> {
  injectSocket(socket: Duplex): void;
  listen(port: number, host: string, listening: () => void): this;
  address(): { readonly port: number };
  close(done?: () => void): this;
}

/** A pair of keys as texts. */
export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** How a pair of keys is made. */
export interface KeyPairOptions {
  readonly bits?: number;
  readonly comment?: string;
  readonly passphrase?: string;
  readonly cipher?: string;
  readonly rounds?: number;
}

/** The module. */
export interface Ssh2 {
  readonly Client: new () => Client;
  readonly Server: new (config: ServerConfig, connected?: (client: Connection) => void) => Server;
  readonly utils: {
    parseKey(from: Buffer | string, passphrase?: string): ParsedKey | ParsedKey[] | Error;
    generateKeyPairSync(type: "ed25519" | "ecdsa" | "rsa", options?: KeyPairOptions): KeyPair;
    readonly sftp: {
      readonly STATUS_CODE: Readonly<
        Record<
          | "OK"
          | "EOF"
          | "NO_SUCH_FILE"
          | "PERMISSION_DENIED"
          | "FAILURE"
          | "BAD_MESSAGE"
          | "NO_CONNECTION"
          | "CONNECTION_LOST"
          | "OP_UNSUPPORTED",
          number
        >
      >;
      readonly OPEN_MODE: Readonly<Record<"READ" | "WRITE" | "APPEND" | "CREAT" | "TRUNC" | "EXCL", number>>;
    };
  };
}
