import type { Hl7Message } from "../hl7_message.ts";
import { errors } from "../errors.ts";
import { ALL, compilePath, pathText } from "../syntax/path.ts";
import type { Arranged } from "./arrange.ts";

/** The message a group is read from, as it was. */
export class GroupSource {
  /** Ids of all its segments. */
  readonly ids: readonly string[];
  /** The segments from `start` up to `end` as a message of their own. */
  readonly part: (start: number, end: number) => Hl7Message;
  #places: Map<string, number[]> | undefined;

  constructor(ids: readonly string[], part: (start: number, end: number) => Hl7Message) {
    this.ids = ids;
    this.part = part;
  }

  /** How many segments with an id there are before a place. */
  countBefore(id: string, at: number): number {
    this.#places ??= Map.groupBy(this.ids.keys(), (place) => this.ids[place]);
    const places = this.#places.get(id) ?? [];
    let low = 0, high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle] < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * A segment group of a message, under the name HL7 gives it: its segments, those of the groups within it included, as
 * they were when `groups` of the message was called.
 *
 * Paths are those of a message and count within the group: `OBX[2]-5` is the second OBX of the group.
 */
export class Hl7Group {
  /** As HL7 names it: `ORDER_OBSERVATION`. */
  readonly name: string;
  readonly #source: GroupSource;
  readonly #place: Arranged;
  #part: Hl7Message | undefined;

  private constructor(source: GroupSource, place: Arranged) {
    this.name = place.name;
    this.#source = source;
    this.#place = place;
  }

  /** The groups within a place, or those with a name at any depth, in order. */
  static within(source: GroupSource, place: Arranged, name?: string): readonly Hl7Group[] {
    const found: Hl7Group[] = [];
    const add = (groups: readonly Arranged[]): void => {
      for (const group of groups) {
        if (name === undefined || group.name === name) found.push(new Hl7Group(source, group));
        if (name !== undefined) add(group.groups);
      }
    };
    add(place.groups);
    return found;
  }

  /** Ids of its segments, in order. */
  get segments(): readonly string[] {
    return this.#source.ids.slice(this.#place.start, this.#place.end);
  }

  /** The groups directly within it; with a name, those of that name at any depth. In order. */
  groups(name?: string): readonly Hl7Group[] {
    return Hl7Group.within(this.#source, this.#place, name);
  }

  /** As {@linkcode Hl7Message.get}, within the group. Errors: HL7V2_PATH_INVALID. */
  get(path: string): string | undefined {
    return this.#read().get(path);
  }

  /** As {@linkcode Hl7Message.getAll}, within the group. Errors: HL7V2_PATH_INVALID. */
  getAll(path: string): readonly string[] {
    return this.#read().getAll(path);
  }

  /** As {@linkcode Hl7Message.raw}, within the group. Errors: HL7V2_PATH_INVALID. */
  raw(path: string): string | undefined {
    return this.#read().raw(path);
  }

  /**
   * What a path of the group is called in the whole message, to write there: `OBX-5` in the second of two results is
   * `OBX[2]-5`. Errors: HL7V2_PATH_INVALID, also for `[*]` as occurrence.
   */
  inMessage(path: string): string {
    const steps = compilePath(path);
    if (steps.occurrence === ALL) errors.fail("HL7V2_PATH_INVALID", { path });
    const before = this.#source.countBefore(steps.segment, this.#place.start);
    return pathText({ ...steps, occurrence: before + (steps.occurrence || 1) });
  }

  #read(): Hl7Message {
    return this.#part ??= this.#source.part(this.#place.start, this.#place.end);
  }
}
