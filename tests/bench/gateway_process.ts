import { fileURLToPath } from "node:url";
import { writeMasterKey } from "../world/master_key.ts";

const THIS_TREE = fileURLToPath(new URL("../..", import.meta.url));

/** A gateway in a process of its own, as on an edge box. */
export class GatewayProcess {
  private constructor(
    readonly child: Deno.ChildProcess,
    /** The first channel's. */
    readonly port: number,
    /** Milliseconds from the start of the process until it said that it is ready. */
    readonly readyMs: number,
  ) {}

  /** Starts `mitral run` of a working tree on a gateway file in a folder, and waits until it is ready. */
  static async start(folder: string, yaml: string, tree = THIS_TREE): Promise<GatewayProcess> {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/gateway.yaml`, yaml);
    await writeMasterKey(folder);
    const startedMs = performance.now();
    const child = new Deno.Command("deno", {
      args: ["run", "-q", "-P", "mod.ts", "run", `${folder}/gateway.yaml`, "--log-level", "warning"],
      cwd: tree,
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
    const port = Number(/listens on \S+:(\d+)/.exec(text)?.[1]);
    if (!port) throw new Error(`the gateway did not start: ${text}`);
    return new GatewayProcess(child, port, performance.now() - startedMs);
  }

  /** Resident memory now, in MB. */
  residentMb(): Promise<number> {
    return residentMb(this.child.pid);
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

  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    await this.child.status;
  }
}

/** Resident memory of a process, in MB. */
export async function residentMb(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readProc(pid, "status"))![1]) / 1000;
}

/** Reading /proc takes every permission in Deno; `cat` takes one. */
async function readProc(pid: number, file: string): Promise<string> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/${file}`] }).output();
  return new TextDecoder().decode(stdout);
}
