import { dirname, join } from "node:path";
import { outside } from "../../../../gateway.ts";
import { main } from "../../../../runtime/console/main.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { FakeTerminal, type FakeTerminalOptions } from "../fake_terminal.ts";
import type { Ended } from "../console_kit.ts";

/** A gateway with what channels can do: two destinations, one of them chosen, one handed on to another channel. */
export const GATEWAY = `gateway: demo
channels:
  lab:
    listen: { mllp: { port: 2575 }, acknowledge: delivered, timeZone: UTC }
    parse: hl7v2
    filter: MSH-9.1 = ORU
    transform:
      - set: { MSH-5: REGISTRY }
    send:
      ehr:
        mllp: { host: ehr.local, port: 7001 }
      registry:
        filter: any OBX-3.1 = 600-7
        https: { url: "https://registry.example/hl7" }
      audit:
        channel: audit
  audit:
    listen: { mllp: { port: 2576 } }
    parse: hl7v2
    send:
      files:
        file: { path: ./outbox }
`;

/** A case's message, as a block of YAML. */
export const RESULT = `|
      MSH|^~\\&|LAB|ST E|EHR|ST E|20260101120000||ORU^R01|0001|P|2.5
      PID|1||4711^^^ST E||Doe^Ann
      OBX|1|ST|600-7||5`;

/** A folder with files of its own. */
export class Site implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(files: Readonly<Record<string, string>>): Promise<Site> {
    const site = new Site(await Deno.makeTempDir());
    for (const [name, text] of Object.entries({ "gateway.yaml": GATEWAY, ...files })) {
      await site.write(name, text);
    }
    return site;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  /** Starts `mitral test` as a person in that folder would, with the components of this build. */
  start(args: readonly string[], options: FakeTerminalOptions = {}) {
    const terminal = new FakeTerminal(["test", ...args], { cwd: this.folder, ...options });
    return { terminal, exitCode: main(terminal, { ...outside, world: denoWorld }) };
  }

  async test(...args: readonly string[]): Promise<Ended> {
    const { terminal, exitCode } = this.start(args);
    const code = await exitCode;
    return { code, out: terminal.stdout, err: terminal.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Runs the cases of one file of tests about the lab channel. */
export async function runCases(
  cases: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  await using site = await Site.make({ "lab_test.yaml": cases, ...files });
  return await site.test("lab_test.yaml");
}
