import { projectFolder } from "../../examples/_kit/process.ts";

/** How a gateway is crashed: its process is killed, or the power of the disk its data lie on is cut. */
export type Mode = "kill" | "power";

/** A run of the harness; one without cycles only tries whether its disk can be made, and its power cut. */
export interface CrashRun {
  readonly mode: Mode;
  readonly cycles: number;
  readonly seed: number;
  /** The gateway's program; `mod.ts` where left out. */
  readonly program?: string;
  /** Where its folder is made; among the machine's temporary ones where left out. */
  readonly under?: string;
}

/** What came of a run. */
export interface Ended {
  readonly passed: boolean;
  readonly said: string;
}

/**
 * Runs the harness as a process of its own, and gives what it printed. With power cuts it has a namespace of mounts and
 * processes of its own too: when it ends, however it ends, the kernel ends its gateway, unmounts its disk and lets the
 * loop device go, and nobody else can keep the disk busy. It ends when this process does, or when `until` resolves: it
 * reads its input, which then ends.
 */
export async function runApart(run: CrashRun, until: Promise<void> = new Promise(() => {})): Promise<Ended> {
  const deno = [Deno.execPath(), "run", "-P=test", "--allow-ffi", "--no-check", "tests/crash/_run.ts"];
  const [program, ...args] = [...(run.mode === "power" ? namespace : []), ...deno, JSON.stringify(run)];
  await using child = new Deno.Command(program, {
    args,
    cwd: projectFolder,
    stdin: "piped",
    stdout: "piped",
    // Ctrl-C in the terminal ends this process, and so the run.
    detached: true,
  }).spawn();
  until.then(() => child.stdin.close());
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) said += text;
  return { passed: (await child.status).success, said: said.trimEnd() };
}

const namespace = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

/**
 * Says why no power can be cut here, if none can. Nobody has to give the tests of a machine the right to mount. Where
 * they have it and it does not work all the same, something is missing: with `MITRAL_REQUIRE_PEERS=1` that throws.
 */
export async function lackOfPower(): Promise<string | undefined> {
  let lack: string;
  try {
    const withheld = await lackOfRight();
    if (withheld) {
      return `Skipped: power is cut only on Linux, ${withheld}; this holds for MITRAL_REQUIRE_PEERS=1 too`;
    }
    const { passed, said } = await runApart({ mode: "power", cycles: 0, seed: 0 });
    if (passed) return undefined;
    lack = said;
  } catch (cause) {
    lack = (cause as Error).message;
  }
  if (Deno.env.get("MITRAL_REQUIRE_PEERS") === "1") throw new Error(`No power can be cut: ${lack}`);
  return `Skipped: no power can be cut: ${lack}`;
}

async function lackOfRight(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return `and this is ${Deno.build.os}`;
  if (!await succeeds("test", "-c", "/dev/loop-control")) return "with loop devices";
  // Needs the right that mounting needs.
  if (!await succeeds("unshare", "--mount", "true")) return "by who may mount, such as root";
}

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output()).success;
}
