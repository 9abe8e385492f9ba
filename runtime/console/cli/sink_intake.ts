import type { Delivery, Intake, Reading, Reply } from "../../contract/adapter.ts";
import { MitralError } from "../../contract/error.ts";
import type { Format, Identity } from "../../contract/format.ts";
import type { Outcome } from "../../contract/message.ts";
import type { Clock } from "../../contract/world.ts";
import { errors } from "./errors.ts";

/** What a sink answers: as HL7 names it, or nothing, which closes the connection. */
export const sinkAnswers = ["AA", "AE", "AR", "none"] as const;
export type SinkAnswer = typeof sinkAnswers[number];

/** A message a sink took. */
export interface SunkMessage {
  /** Counts from 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly controlId: string;
  readonly type: string;
}

/** What a {@linkcode SinkIntake} is told. */
export interface SinkOptions {
  readonly format: Format;
  readonly clock: Clock;
  readonly answer: SinkAnswer;
  readonly delayMs: number;
  /** Takes no more after so many. */
  readonly countMax: number;
  /** Makes ids of messages, UUIDv7: answers get their control id from them. */
  nextId(): string;
  /** Keeps a message. When it rejects, the peer gets no answer. */
  keep(message: SunkMessage): Promise<void>;
}

/** An intake with no channel behind it: keeps what it gets and answers as it was told. */
export class SinkIntake implements Intake {
  readonly #options: SinkOptions;
  readonly #stopping = new AbortController();
  readonly #full = Promise.withResolvers<void>();
  #taken = 0;
  #answered = 0;

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  /** Resolves when the last message it may take is answered. */
  get full(): Promise<void> {
    return this.#full.promise;
  }

  /** Waits no longer before it answers. */
  stop(): void {
    this.#stopping.abort();
  }

  /** A sink keeps what it gets at once, and has one peer or a few. */
  reading(): Reading {
    return { holds: () => undefined, [Symbol.dispose]() {} };
  }

  /** It has no archive. */
  state(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  get isOpen(): boolean {
    return this.#taken < this.#options.countMax;
  }

  /** A full sink never opens again: whoever waits, waits until it is told to stop. */
  opened(signal: AbortSignal): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    return new Promise((_, reject) => {
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  async receive({ bytes, contentType }: Delivery): Promise<Reply> {
    if (!this.isOpen) return { outcome: failed("CONSOLE_SINK_SILENT"), answer: null };
    const number = ++this.#taken;
    const reply = await this.#reply(bytes, contentType, number);
    if (++this.#answered === this.#options.countMax) this.#full.resolve();
    return reply;
  }

  /** What breaks the transport's rules is no message: it is not kept, and not counted. */
  refuse(_delivery: Delivery, error: MitralError): Promise<Reply> {
    return Promise.resolve({ outcome: { kind: "failed", error }, answer: null });
  }

  async #reply(bytes: Uint8Array, contentType: string | undefined, number: number): Promise<Reply> {
    const { format, clock, answer, delayMs, nextId, keep } = this.#options;
    const atMs = clock.nowMs();
    try {
      await keep({ number, bytes, ...identityOf(bytes, contentType, format) });
    } catch (cause) {
      return { outcome: failed("CONSOLE_SINK_UNWRITTEN", cause), answer: null };
    }
    if (delayMs > 0) await clock.sleep(delayMs, this.#stopping.signal).catch(() => {});
    const outcome = outcomeOf(answer);
    const said = outcome.kind === "failed" ? null : format.answer(bytes, outcome, { id: nextId(), atMs });
    return { outcome, answer: said };
  }
}

function outcomeOf(answer: SinkAnswer): Outcome {
  if (answer === "AA") return { kind: "accepted" };
  if (answer === "none") return failed("CONSOLE_SINK_SILENT");
  return {
    kind: "rejected",
    error: errors.error(answer === "AE" ? "CONSOLE_SINK_REFUSED" : "CONSOLE_SINK_REJECTED"),
  };
}

function failed(code: "CONSOLE_SINK_SILENT" | "CONSOLE_SINK_UNWRITTEN", cause?: unknown): Outcome {
  return { kind: "failed", error: errors.error(code, {}, cause) };
}

/** A message nobody can read is kept like any other. */
function identityOf(
  bytes: Uint8Array,
  contentType: string | undefined,
  format: Format,
): Pick<Identity, "controlId" | "type"> {
  try {
    const { controlId, type } = format.identify(bytes, contentType);
    return { controlId, type };
  } catch (cause) {
    if (cause instanceof MitralError) return { controlId: "", type: "" };
    throw cause;
  }
}
