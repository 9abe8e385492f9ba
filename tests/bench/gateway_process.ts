import { fileURLToPath } from "node:url";

/** A gateway in a process of its own, as on an edge box. */
export class GatewayProcess {
  private constructor(
    readonly child: Deno.ChildProcess,
    readonly port: number,
    /** Milliseconds from the start of the process until it said that it is ready. */
    readonly readyMs: number,
  ) {}

  /** Starts `mitral run` on a gateway file in a folder, and waits until its first channel listens. */
  static async start(folder: string, yaml: string): Promise<GatewayProcess> {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/gateway.yaml`, yaml);
    const startedMs = performance.now();
    const child = new Deno.Command("deno", {
      args: ["run", "-q", "-P", "mod.ts", "run", `${folder}/gateway.yaml`, "--log-level", "warning"],
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
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
  async residentMb(): Promise<number> {
    const status = await this.#proc("status");
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1000;
  }

  /** Processor time used so far, in seconds. */
  async cpuSeconds(): Promise<number> {
    const fields = (await this.#proc("stat")).split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Reading /proc takes every permission in Deno; `cat` takes one. */
  async #proc(file: string): Promise<string> {
    const { stdout } = await new Deno.Command("cat", { args: [`/proc/${this.child.pid}/${file}`] }).output();
    return new TextDecoder().decode(stdout);
  }

  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    await this.child.status;
  }
}
