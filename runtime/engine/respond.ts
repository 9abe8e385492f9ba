import type { Stage } from "../contract/actor.ts";
import { MitralError } from "../contract/error.ts";
import { createMessage, type Message, type Outcome, RawBody } from "../contract/message.ts";
import type { OutboxRow } from "../journal/operations.ts";
import { errors } from "./errors.ts";
import type { BoundFormats } from "./formats.ts";
import type { StepPlan } from "./plan.ts";
import { openStep, type StepParts } from "./steps.ts";

/** A peer's answer on its way back to whoever asked: through the steps of `respond`. */
export class Responder implements AsyncDisposable {
  readonly #channel: string;
  readonly #steps: readonly StepPlan[];
  readonly #formats: BoundFormats;
  readonly #parts: StepParts;
  #stages: Promise<readonly Stage[]> | undefined;

  constructor(channel: string, steps: readonly StepPlan[], formats: BoundFormats, parts: StepParts) {
    this.#channel = channel;
    this.#steps = steps;
    this.#formats = formats;
    this.#parts = parts;
  }

  /** The outcome with the answer as whoever asked is to have it. Where that cannot be made, an outcome that says why. */
  async respond(row: OutboxRow, outcome: Outcome): Promise<Outcome> {
    if (this.#steps.length === 0 || outcome.kind === "filtered" || !outcome.answer) return outcome;
    const { bytes, contentType } = outcome.answer;
    try {
      const format = this.#formats.speaking(contentType);
      const raw = new RawBody(bytes, contentType);
      const message = await this.#through(createMessage({
        id: row.id,
        channel: this.#channel,
        origin: { adapter: "respond", peer: "" },
        receivedAtMs: row.receivedAtMs,
        received: bytes,
        body: format ? format.parse(bytes, contentType) : raw,
      }));
      const { body } = message;
      return { ...outcome, answer: { bytes: body.toBytes(), contentType: body.contentType } };
    } catch (cause) {
      const error = cause instanceof MitralError ? cause : errors.error("ENGINE_RESPONSE_CRASHED", {}, cause);
      return { kind: "rejected", error };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stages = await this.#stages?.catch(() => []) ?? [];
    this.#stages = undefined;
    for (const stage of stages) await stage[Symbol.asyncDispose]?.();
  }

  async #through(message: Message): Promise<Message> {
    this.#stages ??= this.#open();
    let current = message;
    const life = new AbortController().signal;
    for (const stage of await this.#stages) {
      const passed = await stage.process(current, life);
      if (passed === null || "length" in passed) {
        return errors.fail("ENGINE_RESPONSE_LOST", { stage: stage.name });
      }
      current = passed;
    }
    return current;
  }

  async #open(): Promise<readonly Stage[]> {
    const stages: Stage[] = [];
    for (const [at, step] of this.#steps.entries()) {
      stages.push(await openStep(step, `respond ${at}`, this.#parts));
    }
    return stages;
  }
}
