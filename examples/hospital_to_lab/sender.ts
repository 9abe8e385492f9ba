import { fieldsOf, MllpClient } from "../_kit/mllp.ts";
import type { DemoMessage } from "./messages.ts";

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
  using client = new MllpClient(options.port);
  for (const message of messages) {
    await options.due?.();
    options.sending?.(message);
    const startMs = performance.now();
    for (let attempts = 1;; attempts++) {
      const code = await codeOf(message, client);
      if (code === undefined) {
        await options.unanswered(message, attempts);
        continue;
      }
      options.answered({ message, code, attempts, tookMs: performance.now() - startMs });
      break;
    }
  }
}

/** MSA-1 of the answer to a message; `undefined` where none came. */
async function codeOf({ bytes, controlId }: DemoMessage, client: MllpClient): Promise<string | undefined> {
  const answer = await client.ask(bytes);
  if (answer === undefined) return undefined;
  const acknowledgment = fieldsOf(answer).find(([name]) => name === "MSA");
  if (acknowledgment?.[2] !== controlId) throw new Error("The gateway answered another message");
  return acknowledgment[1];
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
