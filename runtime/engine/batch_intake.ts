import type { Reply } from "../contract/adapter.ts";
import type { Outcome } from "../contract/message.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";

/** How one message of a batch is taken. */
export interface TakeOne<Kept> {
  /** Makes it durable; `member` counts from 1. */
  keep(bytes: Uint8Array, member: number): Promise<Kept>;
  /** Waits for its end. Never rejects. */
  reply(kept: Promise<Kept>): Promise<Reply>;
  /** Called once all of them are durable; not called where one cannot be. */
  allKept(): void;
}

/**
 * Takes every message of a batch as if it had come alone, in order. They share commits, and only so many are on their
 * way into the journal at once. Resolves when each is durable or cannot be; `replies` when the end of all is known.
 */
export async function takeAll<Kept>(
  messages: Iterable<Uint8Array>,
  { keep, reply, allKept }: TakeOne<Kept>,
): Promise<{ readonly replies: Promise<readonly Reply[]> }> {
  const replies: Promise<Reply>[] = [], keeping: Promise<Kept>[] = [];
  for (const message of messages) {
    // Memory of its own: a view would carry the whole batch to wherever it goes.
    const kept = keep(message.slice(), replies.length + 1);
    keeping.push(kept);
    replies.push(reply(kept));
    // Commits are in order: with this one, those before are done. What went wrong is in the reply.
    if (replies.length % limits.batchAppendsMax === 0) await kept.catch(() => {});
  }
  const kept = await Promise.allSettled(keeping);
  if (kept.every(({ status }) => status === "fulfilled")) allKept();
  return { replies: Promise.all(replies) };
}

/**
 * How a batch ended. `failed` where one of its messages may be taken later, so that the peer sends all of it again;
 * otherwise `rejected` where one was refused; `filtered` where nobody was to have any of them.
 */
export function outcomeOfAll(outcomes: readonly Outcome[]): Outcome {
  const failed = outcomes.find((outcome) => outcome.kind === "failed");
  if (failed) return { kind: "failed", error: failed.error };
  const refused = outcomes.filter(({ kind }) => kind === "rejected").length;
  const messages = outcomes.length;
  if (refused > 0) {
    return { kind: "rejected", error: errors.error("ENGINE_BATCH_REFUSED", { refused, messages }) };
  }
  const isWanted = messages === 0 || outcomes.some(({ kind }) => kind === "accepted");
  return isWanted ? { kind: "accepted" } : { kind: "filtered" };
}
