import { setPriority } from "node:os";
import { join } from "node:path";
import type { Ran, RunOptions } from "../contract/world.ts";

/** How much of a core a program gets that gives way, beside one that is busy: about a tenth, as with `nice -n 10`. */
const NICENESS = 10;

/** As `Spawn.run` of the world. */
export async function runProgram(program: string, options: RunOptions): Promise<Ran> {
  // Started without leave, Deno would ask whoever sits at the terminal.
  const { state } = await Deno.permissions.query({ name: "run", command: program });
  if (state !== "granted") throw Object.assign(new Error(`no leave to run ${program}`), { code: "EACCES" });
  const { files, signal } = options;
  signal?.throwIfAborted();
  if (!files) return await run(program, options);
  const folder = await Deno.makeTempDir({ prefix: "mitral-" });
  try {
    for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(join(folder, name), bytes);
    return await run(program, options, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(
  program: string,
  { args, input, env, givesWay, signal }: RunOptions,
  cwd?: string,
): Promise<Ran> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: input ? "piped" : "null",
    stdout: "piped",
    stderr: "null",
    // Ours has the master key, and whatever the gateway file takes from it.
    clearEnv: true,
    env: { PATH: await pathOf(), ...env },
    ...(signal && { signal }),
    ...(cwd !== undefined && { cwd }),
  }).spawn();
  if (givesWay) giveWay(child.pid);
  const [{ code, stdout }] = await Promise.all([child.output(), input && give(child.stdin, input)]);
  signal?.throwIfAborted();
  return { code, output: stdout };
}

function giveWay(pid: number): void {
  if (Deno.permissions.querySync({ name: "sys", kind: "setPriority" }).state !== "granted") return;
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It has ended.
  }
}

/** Where programs are. */
async function pathOf(): Promise<string> {
  const { state } = await Deno.permissions.query({ name: "env", variable: "PATH" });
  return state === "granted" && Deno.env.get("PATH") || "/usr/local/bin:/usr/bin:/bin";
}

/** A program may end before it has read everything: what it says then counts, not that it did not listen. */
async function give(stdin: WritableStream<Uint8Array>, input: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await new Blob([input]).stream().pipeTo(stdin);
  } catch {
    // It has ended: its exit code tells why.
  }
}
