import type { Blinds } from "./blinds.ts";
import { FIELD, fieldName, type Names } from "./names.ts";
import type { Found } from "./operations.ts";
import type { Writes } from "./writes.ts";

/** What a type is found by: in one channel, since many have the same few. */
export function typeIn(channel: number, type: string): string {
  return `${channel} ${type}`;
}

/** The index of what messages say. */
export class FoundIndex {
  readonly #sql: Writes;
  readonly #names: Names;
  readonly #blinds: Blinds;

  constructor(sql: Writes, names: Names, blinds: Blinds) {
    this.#sql = sql;
    this.#names = names;
    this.#blinds = blinds;
  }

  /** A value without characters is no value. */
  add(seq: number, [field, value]: Found): void {
    if (value !== "") this.#sql.insertFound.run(this.numberOf(field), this.#blinds.number(field, value), seq);
  }

  /** What every message is found by. */
  addMessage(
    seq: number,
    channel: number,
    { controlId, type }: { readonly controlId: string; readonly type: string },
  ): void {
    this.add(seq, [FIELD.controlId, controlId]);
    if (type !== "") this.add(seq, [FIELD.type, typeIn(channel, type)]);
  }

  /** The number of a field. */
  numberOf(field: string): number {
    return this.#names.idOf(fieldName(field));
  }
}
