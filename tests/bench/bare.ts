import { fileURLToPath } from "node:url";
import type { Certified } from "../world/pki.ts";

/** Servers without any of Mitral, in a process of their own: what the platform gives. */
export class Bare implements AsyncDisposable {
  private constructor(
    readonly child: Deno.ChildProcess,
    readonly ports: {
      /** MLLP over `node:tls` with client certificates. */
      readonly mllpTls: number;
      /** `node:https` with client certificates. */
      readonly https: number;
      /** `Deno.serve`, without TLS. */
      readonly http: number;
    },
  ) {}

  static async start(root: Certified, { chain, key }: Certified): Promise<Bare> {
    const child = new Deno.Command("deno", {
      args: [
        "run",
        "-q",
        "-P=test",
        "tests/bench/_bare_process.ts",
        JSON.stringify({ ca: root.certificate, cert: chain, key }),
      ],
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let text = "";
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.endsWith("\n")) break;
    }
    return new Bare(child, JSON.parse(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill();
    await this.child.status;
  }
}
