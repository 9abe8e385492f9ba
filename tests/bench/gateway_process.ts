import { fileURLToPath } from "node:url";
import { writeMasterKey } from "../world/master_key.ts";

const THIS_TREE = fileURLToPath(new URL("../..", import.meta.url));

/** How a gateway is started. */
export interface Starting {
  /** The working tree it is of: this one, where nobody says so. */
  readonly tree?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Those of `deno.json`, where nobody says so. */
  readonly permissions?: "-P" | "-A";
}

/** A gateway in a process of its own, as on an edge box. */
export class GatewayProcess {
  private constructor(
    readonly child: Deno.ChildProcess,
    /** Each channel's. */
    readonly ports: readonly number[],
    /** Milliseconds from the start of the process until it said that it is ready. */
    readonly readyMs: number,
  ) {}

  /** Starts `mitral run` of a working tree on a gateway file in a folder, and waits until it is ready. */
  static async start(
    folder: string,
    yaml: string,
    { tree = THIS_TREE, env = {}, permissions = "-P" }: Starting = {},
  ): Promise<GatewayProcess> {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/gateway.yaml`, yaml);
    await writeMasterKey(folder);
    const startedMs = performance.now();
    const child = new Deno.Command("deno", {
      args: ["run", "-q", permissions, "mod.ts", "run", `${folder}/gateway.yaml`, "--log-level", "warning"],
      cwd: tree,
      env: { ...env },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let text = "";
    for await (
      const chunk of child.stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })
    ) {
      text += chunk;
      if (/^(not )?ready/m.test(text)) break;
    }
    const ports = Array.from(text.matchAll(/listens on \S+:(\d+)/g), ([, port]) => Number(port));
    if (ports.length === 0) throw new Error(`the gateway did not start: ${text}`);
    return new GatewayProcess(child, ports, performance.now() - startedMs);
  }

  /** The first channel's. */
  get port(): number {
    return this.ports[0];
  }

  /** Resident memory now, in MB. */
  residentMb(): Promise<number> {
    return residentMb(this.child.pid);
  }

  /** Lets {@linkcode GatewayProcess.peakMb} tell of what comes from here on. */
  async forgetPeak(): Promise<void> {
    const { pid } = this.child;
    const { success } = await new Deno.Command("sh", { args: ["-c", `echo 5 > /proc/${pid}/clear_refs`] })
      .output();
    if (!success) throw new Error("the peak of memory cannot be forgotten");
  }

  /** The most it ever was, in MB. */
  peakMb(): Promise<number> {
    return memoryMb(this.child.pid, "VmHWM");
  }

  /** Processor time used so far, in seconds. */
  async cpuSeconds(): Promise<number> {
    const fields = (await readProc(this.child.pid, "stat")).split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Resolves with the processor time used so far, once there is nothing left to do: none is used for a while. */
  async idle(): Promise<number> {
    for (let before = await this.cpuSeconds();;) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const now = await this.cpuSeconds();
      if (now - before < 0.02) return now;
      before = now;
    }
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    this.child.kill(signal);
    await this.child.status;
  }
}

/** Resident memory of a process, in MB. */
export function residentMb(pid: number): Promise<number> {
  return memoryMb(pid, "VmRSS");
}

async function memoryMb(pid: number, which: "VmRSS" | "VmHWM"): Promise<number> {
  return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(await readProc(pid, "status"))![1]) / 1000;
}

/** Reading /proc takes every permission in Deno; `cat` takes one. */
async function readProc(pid: number, file: string): Promise<string> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/${file}`] }).output();
  return new TextDecoder().decode(stdout);
}
