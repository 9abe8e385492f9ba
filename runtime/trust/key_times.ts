/** When a key may be used, in milliseconds since 1970-01-01T00:00Z. */
export interface KeyTimes {
  /** Not before this; always where left out. */
  readonly fromMs?: number;
  /** Not from this on; for ever where left out. */
  readonly untilMs?: number;
}

/** True where a key may be used now; `toleranceMs` is for another's clock. */
export function isValidAt(
  { fromMs = -Infinity, untilMs = Infinity }: KeyTimes,
  nowMs: number,
  toleranceMs = 0,
): boolean {
  return fromMs - toleranceMs <= nowMs && nowMs < untilMs + toleranceMs;
}
