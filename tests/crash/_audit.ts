import type { Coming } from "./_sink.ts";
import { overtaken } from "./_sink.ts";

/** A message of the sender. */
export interface Sent {
  readonly controlId: string;
  /** What order is kept among. */
  readonly key: number;
  /** The cycle in which its AA was read; none where the sender gave up. */
  acknowledgedIn?: number;
}

/** What a destination saw. */
export interface Seen {
  readonly name: string;
  /** In order. */
  readonly comings: readonly Coming[];
  /** Control ids of what came with other bytes than it was sent with. */
  readonly wrong: readonly string[];
  /** Whether a connection was still there once everything had come. */
  isOpen(connection: number): boolean;
}

/** What came of it at one destination. */
export interface Verdict {
  /** What must not be, a line each. */
  readonly violations: readonly string[];
  /** Different messages that came. */
  readonly delivered: number;
  readonly again: {
    /** After an answer that was not AA, or none. */
    readonly refused: number;
    /** After an AA that may not have been read: its connection ended before anything else came over it. */
    readonly unread: number;
    /** After an AA that was read, whose outcome was not yet durable when the gateway was crashed. */
    readonly unsynced: number;
  };
}

/**
 * Holds what came at a destination against what the sender knows: nothing acknowledged is missing; within a key nothing
 * comes first after what was sent later, nor before its predecessor was accepted; and whatever came again had a reason
 * to: `unsyncedMax` is how many outcomes may be lost in a crash.
 */
export function audit(sent: readonly Sent[], seen: Seen, unsyncedMax: number): Verdict {
  const known = new Map(sent.map((message) => [message.controlId, message]));
  const came = new Map<string, Coming>();
  const acceptedAt = new Map<string, number>();
  const newestOfKey = new Map<number, string>();
  const lastOf = new Map(seen.comings.map((coming) => [coming.connection, coming]));
  const unsynced = new Map<number, number>();
  const again = { refused: 0, unread: 0, unsynced: 0 };
  const violations = seen.wrong.map((id) => `${id} came with other bytes than it was sent with`);

  for (const [at, coming] of seen.comings.entries()) {
    const { controlId, life } = coming;
    const key = known.get(controlId)?.key;
    const before = came.get(controlId);
    came.set(controlId, coming);
    if (key === undefined) violations.push(`${controlId} was never sent`);
    else if (!before) {
      const predecessor = newestOfKey.get(key);
      newestOfKey.set(key, controlId);
      if (predecessor && (acceptedAt.get(predecessor) ?? Infinity) > at) {
        violations.push(`${controlId} of key ${key} came before ${predecessor} was accepted`);
      }
    } else if (before.acceptedAt === undefined) again.refused++;
    else if (lastOf.get(before.connection) === before && !seen.isOpen(before.connection)) again.unread++;
    else if (before.life < life) {
      again.unsynced++;
      unsynced.set(before.life, (unsynced.get(before.life) ?? 0) + 1);
    } else violations.push(`${controlId} came again, and its AA had been read`);
    const earliest = Math.min(acceptedAt.get(controlId) ?? Infinity, coming.acceptedAt ?? Infinity);
    acceptedAt.set(controlId, earliest);
  }
  for (const [life, count] of unsynced) {
    if (count > unsyncedMax) {
      violations.push(`crash ${life + 1} lost ${count} outcomes, and may lose ${unsyncedMax}`);
    }
  }
  const late = new Set(overtaken([...came.keys()].filter((id) => known.has(id)), sent, ({ key }) => key));
  for (const { controlId, key, acknowledgedIn } of sent) {
    if (late.has(controlId)) violations.push(`${controlId} of key ${key} came after what was sent later`);
    if (acknowledgedIn !== undefined && !came.has(controlId)) {
      violations.push(`${controlId} of key ${key}, acknowledged in cycle ${acknowledgedIn}, is missing`);
    }
  }
  return {
    violations: violations.map((violation) => `${seen.name}: ${violation}`),
    delivered: came.size,
    again,
  };
}
