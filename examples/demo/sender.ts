import type { DemoMessage } from "./messages.ts";
import { fieldsOf, framesOf, writeFrame } from "./mllp.ts";

/** How a message was answered. */
export interface Answered {
  readonly message: DemoMessage;
  /** MSA-1. */
  readonly code: string;
  /** Counts from 1. */
  readonly attempts: number;
  /** From the first byte of the first attempt to the end of the answer. */
  readonly tookMs: number;
}

/** What {@linkcode sendAll} is told. */
export interface SendOptions {
  readonly port: number;
  /** Connections, each with one message unanswered at a time. */
  readonly lanes: number;
  /** Resolves when the next message may go out; at once where it is left out. */
  due?(): Promise<void>;
  /** Called when the first attempt begins. */
  sending?(message: DemoMessage): void;
  answered(answer: Answered): void;
  /** Called when no answer came; the message is sent again when it resolves. Rejects to give up. */
  unanswered(message: DemoMessage, attempts: number): Promise<void>;
}

/** The hospital's systems: send messages by MLLP, those about one patient in order and over one connection. */
export async function sendAll(messages: readonly DemoMessage[], options: SendOptions): Promise<void> {
  const lanes = Array.from(
    { length: options.lanes },
    (_, lane) => messages.filter(({ patient }) => patient % options.lanes === lane),
  );
  await Promise.all(lanes.map((lane) => sendInOrder(lane, options)));
}

async function sendInOrder(messages: readonly DemoMessage[], options: SendOptions): Promise<void> {
  using link = new Link(options.port);
  for (const message of messages) {
    await options.due?.();
    options.sending?.(message);
    const startMs = performance.now();
    for (let attempts = 1;; attempts++) {
      const code = await link.ask(message);
      if (code === undefined) {
        await options.unanswered(message, attempts);
        continue;
      }
      options.answered({ message, code, attempts, tookMs: performance.now() - startMs });
      break;
    }
  }
}

/** A connection that is made when it is needed, and made anew when it broke. */
class Link implements Disposable {
  readonly #port: number;
  #connection: Deno.Conn | undefined;
  #answers: AsyncGenerator<Uint8Array> | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** MSA-1 of the answer; `undefined` where none came. */
  async ask({ bytes, controlId }: DemoMessage): Promise<string | undefined> {
    try {
      this.#connection ??= await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      this.#answers ??= framesOf(this.#connection);
      await writeFrame(this.#connection, bytes);
    } catch {
      return this.#lost();
    }
    const { value: answer } = await this.#answers.next();
    if (answer === undefined) return this.#lost();
    const acknowledgment = fieldsOf(answer).find(([name]) => name === "MSA");
    if (acknowledgment?.[2] !== controlId) throw new Error("The gateway answered another message");
    return acknowledgment[1];
  }

  [Symbol.dispose](): void {
    this.#lost();
  }

  #lost(): undefined {
    this.#connection?.close();
    this.#connection = this.#answers = undefined;
  }
}

/** Lets so many messages go out a second, evenly spread, whoever asks. */
export function pace(perSecond: number): () => Promise<void> {
  let nextMs = performance.now();
  return () => {
    const waitMs = nextMs - performance.now();
    // Slots that were missed are not made up for: a burst would only measure itself.
    nextMs = Math.max(nextMs, performance.now()) + 1_000 / perSecond;
    return new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
  };
}
