import { setTimeout as after } from "node:timers/promises";
import type { Act } from "./_sink.ts";

/** How a destination that fails now and then answers a message. */
type Mood = "well" | "refusing" | "breaking" | "slow" | "away";

/** How many messages a mood lasts for, at most, and how likely it is. */
const moods: readonly (readonly [Mood, share: number, messagesMax: number])[] = [
  ["well", 0.5, 100],
  ["refusing", 0.15, 5],
  ["breaking", 0.15, 5],
  ["slow", 0.1, 4],
  ["away", 0.1, 1],
];

/** What {@linkcode moody} is told. */
export interface MoodyOptions {
  readonly random: () => number;
  /** The gateway's patience. */
  readonly answerMsMax: number;
  /** Goes away for a while, and breaks every connection off. */
  leave(): void;
  /** From now on everything is well. */
  isWell(): boolean;
}

/** A destination that refuses for now, breaks off in place of an answer, answers late, and is away, by turns. */
export function moody({ random, answerMsMax, leave, isWell }: MoodyOptions): Act {
  let [mood, left]: [Mood, number] = ["well", 10];
  return async () => {
    if (isWell()) return;
    if (left-- === 0) [mood, left] = drawn(random);
    switch (mood) {
      case "well":
        return;
      case "refusing":
        return "AR";
      case "breaking":
        return "hang up";
      case "slow":
        // About as often in time as too late.
        return void await after(answerMsMax * (0.5 + random()));
      case "away":
        leave();
        return "hang up";
    }
  };
}

function drawn(random: () => number): [Mood, number] {
  let at = random();
  const [mood, , messagesMax] = moods.find(([, share]) => (at -= share) < 0) ?? moods[0];
  return [mood, Math.floor(random() * messagesMax)];
}
