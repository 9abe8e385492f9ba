import { type GatewayFiles, GatewayProcess } from "../../examples/_kit/process.ts";

/** A gateway that is ended by SIGKILL and started again, as often as a test wants. */
export class Crashable implements AsyncDisposable {
  readonly #files: GatewayFiles;
  #process: Promise<GatewayProcess>;
  #crashes = 0;

  constructor(files: GatewayFiles) {
    this.#files = files;
    this.#process = GatewayProcess.start(files);
  }

  /** How often it was killed. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Resolves while it is up, or when it is up again. */
  async up(): Promise<void> {
    // A crash while we wait puts another process in place.
    for (let seen; seen !== this.#process;) await (seen = this.#process);
  }

  /** Kills it, once it is up; `dead` is called while no process of it lives. Resolves when it is up again. */
  crash(dead: () => Promise<void> = async () => {}): Promise<void> {
    const before = this.#process;
    this.#process = before.then(async (process) => {
      await process.kill();
      this.#crashes++;
      await dead();
      return await GatewayProcess.start(this.#files);
    });
    return this.up();
  }

  /** Kills it for good, if it is up. */
  async kill(): Promise<void> {
    await (await this.#process.catch(() => undefined))?.kill();
  }

  /** Stops it in order; fails where it does not end well. */
  async [Symbol.asyncDispose](): Promise<void> {
    const code = await (await this.#process).stop();
    if (code !== 0) throw new Error(`Gateway ${this.#files.name} ends with ${code} after SIGTERM`);
  }
}
