import { assert } from "@std/assert";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { secretOf } from "../../runtime/contract/spec.ts";
import { Folder } from "../adapters/file/folder.ts";
import { requirePeer } from "./_peers.ts";

/** OpenSSH's server, where it is installed. */
export const openssh = await requirePeer("openssh-server");

/** Kinds of keys, as `ssh-keygen` names them. */
export const KINDS = ["ed25519", "ecdsa", "rsa"] as const;

/** OpenSSH's server with a configuration, keys and a folder of its own, on a port of this machine. */
export class Sshd implements AsyncDisposable {
  readonly #folder: Folder;
  readonly port: number;
  #child: Deno.ChildProcess | undefined;

  private constructor(folder: Folder, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  /** Is there once this resolves; with a host key of each kind, and letting in a key of each kind. */
  static async start(): Promise<Sshd> {
    const folder = await Folder.make();
    const sshd = new Sshd(folder, freePort());
    await Deno.mkdir(folder.at("files"));
    for (const kind of KINDS) {
      await keygen("-q", "-t", kind, "-N", "", "-f", folder.at(`host_${kind}`));
      await keygen("-q", "-t", kind, "-N", "", "-f", folder.at(`user_${kind}`));
    }
    await sshd.start();
    return sshd;
  }

  /** Where its files are, by our own paths and by its own. */
  get files(): string {
    return this.#folder.at("files");
  }

  at(...names: string[]): string {
    return this.#folder.at(...names);
  }

  /** Settings that lead to it, by one kind of key on either side. */
  async config(kind: typeof KINDS[number] = "ed25519") {
    return {
      host: "127.0.0.1",
      port: this.port,
      user: userInfo().username,
      key: secretOf(await this.#folder.text(`user_${kind}`)),
      hostKeys: [await this.#folder.text(`host_${kind}.pub`)],
    };
  }

  /** Is there again, on the same port. */
  async start(hostKinds: readonly string[] = KINDS): Promise<void> {
    const folder = this.#folder;
    await folder.write(
      "authorized_keys",
      (await Promise.all(KINDS.map((kind) => folder.text(`user_${kind}.pub`)))).join(""),
    );
    await folder.write(
      "sshd_config",
      [
        `Port ${this.port}`,
        "ListenAddress 127.0.0.1",
        ...hostKinds.map((kind) => `HostKey ${folder.at(`host_${kind}`)}`),
        `AuthorizedKeysFile ${folder.at("authorized_keys")}`,
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin prohibit-password",
        "PidFile none",
        "Subsystem sftp internal-sftp",
      ].join("\n"),
    );
    // What it keeps its halves apart in, where it is root.
    if (Deno.uid() === 0) await Deno.mkdir("/run/sshd", { recursive: true, mode: 0o755 });
    this.#child = openssh.command(["/usr/sbin/sshd", "-D", "-e", "-f", folder.at("sshd_config")], {
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    while (!await accepts(this.port)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Kills it, with everything it does for anybody. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    // It first, so that it begins nothing new.
    for (const pid of [child.pid, ...below(child.pid)]) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch (cause) {
        if (!(cause instanceof Deno.errors.NotFound)) throw cause;
      }
    }
    await child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Runs `ssh-keygen`. */
export async function keygen(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ssh-keygen", { args, stdin: "null", stderr: "piped" })
    .output();
  assert(success, new TextDecoder().decode(stderr));
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Processes that a process has started, and those that they have. `cat` may read what Deno itself keeps away from. */
function below(pid: number): number[] {
  const { stdout } = new Deno.Command("cat", { args: [`/proc/${pid}/task/${pid}/children`] }).outputSync();
  const children = new TextDecoder().decode(stdout).trim().split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...below(child)]);
}
