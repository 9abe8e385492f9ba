import type { MessageText } from "../syntax/message_text.ts";
import { partOf } from "../syntax/parts.ts";
import { type PartPlan, planner } from "./_plan.ts";
import { SEGMENT_PLANS } from "./_plans.ts";
import { readValue } from "./_read.ts";

/** Where the type of a field lies that may be of any: OBX-2. */
const VALUE_TYPE = 2;

const planOf = planner(SEGMENT_PLANS);
const classes = new Map<string, typeof SegmentView>();

/** The view of segment `at`, which MUST have a plan. The text MUST NOT change any more. */
export function openView<V>(message: MessageText, at: number): V {
  const segment = message.segments.one(at), id = segment.slice(0, 3), plan = planOf(id) ?? [];
  let View = classes.get(id);
  if (View === undefined) classes.set(id, View = SegmentView.of(plan));
  return new View(message, at, segment, plan) as V;
}

/** What every `View` is at run time. The properties of a segment are made from its plan when one is first opened. */
class SegmentView {
  readonly #message: MessageText;
  readonly #at: number;
  readonly #segment: string;
  readonly #plan: readonly PartPlan[];

  constructor(message: MessageText, at: number, segment: string, plan: readonly PartPlan[]) {
    this.#message = message;
    this.#at = at;
    this.#segment = segment;
    this.#plan = plan;
  }

  static of(plan: readonly PartPlan[]): typeof SegmentView {
    const View = class extends SegmentView {};
    for (const part of plan) {
      const get = function (this: SegmentView) {
        return this.#value(part);
      };
      Object.defineProperty(View.prototype, part.names[0], { get, enumerable: true });
    }
    return View;
  }

  raw(property: string): string | undefined {
    const part = this.#plan.find(({ names: [name] }) => name === property);
    const text = part && this.#field(part.number);
    return text === undefined || text === "" ? undefined : this.#message.shown(text);
  }

  isDeleted(property: string): boolean {
    return this.raw(property) === '""';
  }

  toJSON(): Readonly<Record<string, unknown>> {
    const entries = this.#plan.map((part) => [part.names[0], this.#value(part)] as const);
    return Object.fromEntries(
      entries.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
    );
  }

  #field(number: number): string | undefined {
    if (number === 0) return undefined;
    // MSH-1 is a delimiter itself and takes no place of its own.
    const part = this.#segment.startsWith("MSH") ? number : number + 1;
    return partOf(this.#segment, this.#message.delimiters.field, part);
  }

  #value(part: PartPlan): unknown {
    return part.number === 0 ? this.#followers(part) : this.#fieldValue(part);
  }

  #fieldValue({ number, type, isList }: PartPlan): unknown {
    const text = this.#field(number) ?? "", { repetition } = this.#message.delimiters;
    const read = (one: string) => readValue(one, this.#typeOf(type), this.#message);
    if (!isList) return read(partOf(text, repetition, 1) ?? "");
    return text.split(repetition).map(read).filter((value) => value !== undefined && value !== null);
  }

  #typeOf(type: string): string {
    return type === "varies" ? this.#field(VALUE_TYPE) ?? "ST" : type;
  }

  #followers({ type, isList, until }: PartPlan): unknown {
    const { segments } = this.#message, own = this.#segment.slice(0, 3), found: unknown[] = [];
    for (let at = this.#at + 1; at < segments.count; at++) {
      const id = segments.one(at).slice(0, 3);
      if (id === type) {
        found.push(openView(this.#message, at));
        if (!isList) break;
      } else if (id === own || ends(id, until)) break;
    }
    return isList ? found : found[0];
  }
}

function ends(id: string, until: readonly string[]): boolean {
  return until.includes(id) || until.includes("*") && !until.includes(`+${id}`);
}
