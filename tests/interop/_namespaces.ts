/**
 * Two network namespaces of a test's own, with a cable between them: two sites and the internet. They need the right to
 * administer networks; without it tests say so and are skipped.
 */
import { assert } from "@std/assert";

/** One end of the cable. */
export interface Site {
  /** Name of its namespace. */
  readonly namespace: string;
  /** Name of its end of the cable. */
  readonly cable: string;
  /** Its address on the cable. */
  readonly address: string;
}

// Not everybody's path has the programs of the administrator.
const env = { PATH: `${Deno.env.get("PATH")}:/usr/sbin:/sbin` };

/** Both namespaces; at the end every process in them is ended, and nothing is left of them. */
export class Cable implements AsyncDisposable {
  readonly sites: readonly [Site, Site];

  private constructor(sites: readonly [Site, Site]) {
    this.sites = sites;
  }

  /** The addresses are for documentation (RFC 5737): nobody outside has them. */
  static async open(): Promise<Cable> {
    const id = crypto.getRandomValues(new Uint8Array(4)).toHex();
    const [a, b] = [1, 2].map((one): Site => ({
      namespace: `mitral-${id}-${one}`,
      cable: `m${id}-${one}`,
      address: `192.0.2.${one}`,
    }));
    const cable = new Cable([a, b]);
    try {
      for (const { namespace } of cable.sites) await ip("netns", "add", namespace);
      const peer = ["peer", "name", b.cable, "netns", b.namespace];
      await ip("link", "add", a.cable, "netns", a.namespace, "type", "veth", ...peer);
      for (const { namespace, cable: link, address } of cable.sites) {
        await ip("-n", namespace, "link", "set", "lo", "up");
        await ip("-n", namespace, "address", "add", `${address}/30`, "dev", link);
        // Without IPv6, by which each end would look for neighbours.
        await ip("-n", namespace, "link", "set", link, "addrgenmode", "none", "up");
      }
      return cable;
    } catch (cause) {
      await cable[Symbol.asyncDispose]();
      throw cause;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const removals = await Promise.allSettled(this.sites.map(remove));
    for (const removal of removals) if (removal.status === "rejected") throw removal.reason;
  }
}

async function remove({ namespace }: Site): Promise<void> {
  if (!(await ip("netns", "list")).split(/\s/).includes(namespace)) return;
  for (const pid of (await ip("netns", "pids", namespace)).split("\n").filter(Boolean)) end(Number(pid));
  await ip("netns", "delete", namespace);
}

/** A program that runs inside a namespace. */
export function inside(
  { namespace }: Site,
  [program, ...args]: readonly [string, ...string[]],
  options: Deno.CommandOptions = {},
): Deno.Command {
  return new Deno.Command("ip", {
    ...options,
    args: ["netns", "exec", namespace, program, ...args],
    env: { ...env, ...options.env },
  });
}

/** Runs one to its end, which must be a good one; what it printed. */
export async function runInside(site: Site, ...command: readonly [string, ...string[]]): Promise<string> {
  return await outputOf(inside(site, command, { stdin: "null" }), command.join(" "));
}

async function ip(...args: readonly string[]): Promise<string> {
  return await outputOf(new Deno.Command("ip", { args: [...args], env }), `ip ${args.join(" ")}`);
}

async function outputOf(command: Deno.Command, name: string): Promise<string> {
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  assert(success, `${name}: ${text.decode(stderr).trim()}`);
  return text.decode(stdout);
}

function end(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (cause) {
    // It may have ended by itself in between.
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
}

/** False where this user may make no namespaces, or the kernel no tunnels: what needs them is then to be skipped. */
export async function canTunnel(): Promise<boolean> {
  if (Deno.build.os === "linux" && Deno.uid() === 0) {
    try {
      await using cable = await Cable.open();
      await runInside(cable.sites[0], "ip", "tuntap", "add", "dev", "mitral-try", "mode", "tun");
      return true;
    } catch {
      // Said below.
    }
  }
  console.warn("SKIP: no network namespace with a tunnel can be made here");
  return false;
}
