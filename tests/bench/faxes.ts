import { join } from "node:path";
import { faxFile } from "./files.ts";
import { GatewayProcess } from "./gateway_process.ts";

const LOOK_MS = 200;

/** A gateway that reads faxes, and takes messages by MLLP. */
export class FaxGateway {
  readonly process: GatewayProcess;
  readonly #folder: string;
  #faxes = 0;

  private constructor(process: GatewayProcess, folder: string) {
    this.process = process;
    this.#folder = folder;
  }

  /** `threads`: of the pool; as many as are usual where left out. */
  static async start(folder: string, threads?: number): Promise<FaxGateway> {
    for (const name of ["in", "read"]) await Deno.mkdir(join(folder, name), { recursive: true });
    return new FaxGateway(await GatewayProcess.start(folder, faxFile(threads)), folder);
  }

  /** Hands a fax in; resolves when it was read. `look` is called every now and then until then. */
  async read(fax: Uint8Array, look: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const file = join(this.#folder, "in", `${++this.#faxes}`);
    await Deno.writeFile(`${file}.part`, fax);
    await Deno.rename(`${file}.part`, `${file}.tif`);
    const count = async () =>
      (await Array.fromAsync(Deno.readDir(join(this.#folder, "read")))).filter(({ name }) =>
        !name.endsWith(".part")
      ).length;
    while (await count() < this.#faxes) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
