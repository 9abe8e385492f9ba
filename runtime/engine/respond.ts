import { passedOn, type Stage } from "../contract/actor.ts";
import { MitralError } from "../contract/error.ts";
import { createMessage, type Message, type Outcome, RawBody } from "../contract/message.ts";
import { untilAborted } from "../contract/signal.ts";
import type { OutboxRow } from "../journal/rows.ts";
import { errors } from "./errors.ts";
import type { BoundFormats } from "./formats.ts";
import type { ChannelPlan } from "./plan.ts";
import { closeAll, openSteps, type StepParts } from "./steps.ts";

/** A peer's answer on its way back to whoever asked: through the steps of `respond`. */
export class Responder implements AsyncDisposable {
  readonly #plan: ChannelPlan;
  readonly #formats: BoundFormats;
  readonly #parts: StepParts;
  #stages: Promise<readonly Stage[]> | undefined;
  /** The end of the answer before. */
  #last: Promise<void> = Promise.resolve();

  constructor(plan: ChannelPlan, formats: BoundFormats, parts: StepParts) {
    this.#plan = plan;
    this.#formats = formats;
    this.#parts = parts;
  }

  /** The outcome with the answer as whoever asked is to have it. Where that cannot be made, an outcome that says why. */
  async respond(row: OutboxRow, outcome: Outcome): Promise<Outcome> {
    if (this.#plan.respond.length === 0 || outcome.kind === "filtered" || !outcome.answer) return outcome;
    const { bytes, contentType, facts } = outcome.answer;
    try {
      const format = this.#formats.speaking(contentType);
      const raw = new RawBody(bytes, contentType);
      const message = await this.#through(createMessage({
        id: row.id,
        channel: this.#plan.name,
        origin: { adapter: "respond", peer: "" },
        receivedAtMs: row.receivedAtMs,
        received: bytes,
        body: format ? format.parse(bytes, contentType) : raw,
        ...(facts ? { metadata: facts } : {}),
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
    await closeAll(stages);
  }

  /** One answer at a time, as stages want it, and none for longer than whoever asked would wait for it. */
  async #through(message: Message): Promise<Message> {
    const life = new AbortController();
    const { answerMsMax } = this.#plan;
    const before = this.#last;
    const forget = this.#parts.world.clock.after(answerMsMax, () => life.abort());
    const passing = before.then(() => this.#pass(message, life.signal));
    const passed = untilAborted(passing, life.signal).finally(forget);
    this.#last = passed.then(() => {}, () => {});
    return await passed ?? errors.fail("ENGINE_ANSWER_LATE", { answerMsMax });
  }

  async #pass(message: Message, life: AbortSignal): Promise<Message> {
    // What does not open now may open for the next answer.
    this.#stages ??= openSteps(this.#plan.respond, (at) => `respond ${at}`, this.#parts).catch((cause) => {
      this.#stages = undefined;
      throw cause;
    });
    let current = message;
    for (const stage of await this.#stages) {
      const [next, ...others] = passedOn(await stage.process(current, life));
      if (!next || others.length > 0) return errors.fail("ENGINE_RESPONSE_LOST", { stage: stage.name });
      current = next;
    }
    return current;
  }
}
