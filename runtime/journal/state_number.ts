import type { Blinds } from "./blinds.ts";

/** The number a step's value is kept under. */
export function stateNumber(blinds: Blinds, step: string, key: string): number {
  return blinds.number("state", `${step}\0${key}`);
}
