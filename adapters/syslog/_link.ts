import type { Clock, Connection } from "../../runtime/contract/world.ts";
import { Deadline } from "../_kit/net/deadline.ts";

/** Rejection of {@linkcode SyslogLink.write}. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  constructor(readonly trouble: "closed" | "late", cause?: unknown) {
    super("not written", { cause });
  }
}

/** What a link needs. */
export interface LinkTools {
  readonly clock: Clock;
  readonly writeMsMax: number;
  readonly idleMsMax: number;
  /** The connection is gone, and not by us; `messages`: how many went out by it. */
  lost(messages: number): void;
}

/**
 * One connection to a collector. It says nothing; a link reads all the same, so that it notices when the collector
 * closes, or refuses our certificate.
 */
export class SyslogLink {
  readonly #connection: Connection;
  readonly #tools: LinkTools;
  readonly #deadline: Deadline;
  /** How many messages the network has taken. */
  #written = 0;
  #failWrite: ((reason: unknown) => void) | undefined;
  #lastMs: number;
  #isOpen = true;
  /** Resolves when it is closed. */
  readonly done: Promise<void>;

  constructor(connection: Connection, tools: LinkTools) {
    this.#connection = connection;
    this.#tools = tools;
    this.#deadline = new Deadline(tools.clock, () => {
      if (this.#failWrite) this.#lose(new LinkError("late"));
      else this.close();
    });
    this.#deadline.set(tools.idleMsMax);
    this.#lastMs = tools.clock.elapsedMs();
    this.done = this.#read();
  }

  /** False once it is closed. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** For how long nothing was written. */
  get idleMs(): number {
    return this.#tools.clock.elapsedMs() - this.#lastMs;
  }

  /** Resolves when the network has the bytes. Rejects with {@linkcode LinkError}, or what `close` was given. One at a time. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#isOpen) throw new LinkError("closed");
    const { promise: failed, reject } = Promise.withResolvers<never>();
    this.#failWrite = reject;
    this.#deadline.set(this.#tools.writeMsMax);
    try {
      // The reading side knows why a connection is gone; it may be a moment behind.
      await Promise.race([this.#connection.write(bytes).catch(() => failed), failed]);
    } finally {
      this.#failWrite = undefined;
    }
    this.#written++;
    this.#lastMs = this.#tools.clock.elapsedMs();
    this.#deadline.set(this.#tools.idleMsMax);
  }

  /** Closes; what the network has taken still goes out. May be called twice. */
  close(reason: unknown = new LinkError("closed")): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#deadline.stop();
    this.#connection.close();
    this.#failWrite?.(reason);
  }

  #lose(reason: LinkError): void {
    if (!this.#isOpen) return;
    this.close(reason);
    this.#tools.lost(this.#written);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(1024);
    try {
      // What a collector says has no meaning.
      while (await this.#connection.read(buffer) !== null);
      this.#lose(new LinkError("closed"));
    } catch (cause) {
      this.#lose(new LinkError("closed", cause));
    }
  }
}
