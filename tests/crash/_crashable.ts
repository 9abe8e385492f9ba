import { type GatewayFiles, GatewayProcess } from "../../examples/_kit/process.ts";

/** What else happens when a gateway is killed. */
export interface Crash {
  /** Called while it is frozen: nothing of it runs any more. */
  cut?(): void;
  /** Called while no process of it lives. */
  dead?(): Promise<void>;
  /** Called while it starts again; it is killed once more when that resolves. */
  starting?(): Promise<void>;
}

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

  /** Kills it, once it is up. Resolves when it is up again. */
  crash({ starting, ...blow }: Crash = {}): Promise<void> {
    const before = this.#process;
    this.#process = before.then(async (process) => {
      await this.#kill(process, blow);
      if (starting) {
        const early = GatewayProcess.spawn(this.#files);
        await starting();
        await this.#kill(early, blow);
      }
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

  async #kill(process: GatewayProcess, { cut, dead }: Crash): Promise<void> {
    if (cut) {
      process.freeze();
      cut();
    }
    await process.kill();
    this.#crashes++;
    await dead?.();
  }
}
