import type { OpenSender, SenderSpec, SendTools } from "../../contract/adapter.ts";
import { MitralError } from "../../contract/error.ts";
import type { Spec } from "../../contract/spec.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Configured } from "../plan.ts";
import { Health, type HealthParts } from "./health.ts";
import { LazySender } from "./lazy_sender.ts";

/** One of several ways to the same peer. */
export interface Path {
  /** Unlike those of the others: what states and events call it. */
  readonly name: string;
  /** The sender that goes there. */
  readonly send: Configured<SenderSpec>;
}

/** What a sender of any kind is given. */
export type PathTools = SendTools<Spec, string>;

/** A path that may be gone by: its sender, how many go by it, and how it is. */
export class Endpoint {
  readonly path: Path;
  /** How many attempts may go by it at once. */
  readonly lanes: number;
  readonly health: Health;
  readonly #tools: PathTools;
  readonly #sender: LazySender;
  readonly #life = new AbortController();
  #running = 0;
  #isRetired = false;

  constructor(path: Path, tools: PathTools, health: Omit<HealthParts, "world" | "look">) {
    const { spec, config } = path.send;
    this.path = path;
    this.#tools = tools;
    this.lanes = spec.lanes?.(config as never) ?? 1;
    this.#sender = new LazySender(() => spec.open(tools));
    const look = spec.probe ? { look: () => this.#look() } : {};
    this.health = new Health({ ...health, world: tools.world, ...look });
  }

  get isFull(): boolean {
    return this.#running >= this.lanes;
  }

  /** Its sender, opened where it was not. */
  sender(): Promise<OpenSender> {
    return this.#sender.get();
  }

  /** An attempt begins. */
  enter(): void {
    this.#running++;
  }

  /** An attempt is over. */
  leave(): void {
    if (--this.#running === 0 && this.#isRetired) void this.#sender[Symbol.asyncDispose]();
  }

  /** No attempt goes by it any more; its sender is closed once the last that does is over. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    this.health.end();
    this.#life.abort(errors.error("ENGINE_LINE_STOPPED"));
    if (this.#running === 0) await this.#sender[Symbol.asyncDispose]();
  }

  /** Tests its connection; `undefined` where it is well. */
  async #look(): Promise<MitralError | undefined> {
    const late = new AbortController();
    const { world: { clock } } = this.#tools;
    const forget = clock.after(limits.pathProbeMsMax, () => late.abort());
    const signal = AbortSignal.any([this.#life.signal, late.signal]);
    const { spec } = this.path.send;
    try {
      for await (const { error } of spec.probe!({ ...this.#tools, signal, isRunning: true })) {
        if (error) return error;
      }
      return signal.aborted
        ? errors.error("ENGINE_PATH_LATE", { pathProbeMsMax: limits.pathProbeMsMax })
        : undefined;
    } catch (cause) {
      return cause instanceof MitralError ? cause : errors.error("ENGINE_PATH_CRASHED", {}, cause);
    } finally {
      forget();
    }
  }
}
