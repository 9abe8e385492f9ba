import type { Change } from "../../../../runtime/contract/message.ts";
import { redelimited } from "../syntax/redelimited.ts";
import type { Delimiters } from "../syntax/delimiters.ts";
import { segmentNames } from "../syntax/segments.ts";
import type { MessageText } from "../syntax/message_text.ts";
import { align, type Key } from "./_align.ts";
import { segmentKeys } from "./_segment_keys.ts";

/** A message taken apart for a comparison. */
interface Side {
  readonly text: MessageText;
  readonly delimiters: Delimiters;
  readonly segments: readonly string[];
  /** `OBX[2]`, for each segment. */
  readonly names: readonly string[];
}

/**
 * What must be changed in one message to make it the other, in the order of the other.
 *
 * Segments are matched by what they hold, then by that without their set id, then by the fields that say what they are
 * about (OBX-3, DG1-3 …), then by their order among their like; repetitions of a field likewise. So a segment or a
 * repetition that was inserted or removed is one change, and those behind it are none. Delimiters are compared only as
 * MSH-1 and MSH-2.
 */
export function differenceOf(before: MessageText, after: MessageText): readonly Change[] {
  const mine = sideOf(before), others = sideOf(after);
  const isSame = before.delimiters.encoding === after.delimiters.encoding &&
    before.delimiters.field === after.delimiters.field;
  const comparable = isSame
    ? (text: string) => text
    : (text: string) => redelimited(text, before.delimiters, after.delimiters);
  const pairs = align(
    mine.segments.map(comparable),
    others.segments,
    segmentKeys(after.delimiters.field),
  );
  return pairs.flatMap(([at, other]): readonly Change[] => {
    if (other < 0) return [{ path: mine.names[at], before: before.shown(mine.segments[at]) }];
    if (at < 0) return [{ path: others.names[other], after: after.shown(others.segments[other]) }];
    if (isSame && mine.segments[at] === others.segments[other]) return [];
    return new SegmentComparison(mine, others, at, other, comparable).changes();
  });
}

function sideOf(text: MessageText): Side {
  const segments = text.segments.all();
  return { text, delimiters: text.delimiters, segments, names: segmentNames(segments) };
}

/** Two segments that belong together. */
class SegmentComparison {
  readonly #changes: Change[] = [];

  constructor(
    readonly before: Side,
    readonly after: Side,
    readonly at: number,
    readonly other: number,
    readonly comparable: (text: string) => string,
  ) {}

  changes(): readonly Change[] {
    const mine = fieldsOf(this.before, this.at), others = fieldsOf(this.after, this.other);
    for (let field = 1; field < Math.max(mine.length, others.length); field++) {
      const [one, another] = [mine[field] ?? "", others[field] ?? ""];
      const isDelimiters = field <= 2 && this.before.segments[this.at].startsWith("MSH");
      if (isDelimiters) this.#add(`-${field}[1].1.1`, `-${field}[1].1.1`, one, another);
      else if (this.comparable(one) !== another) this.#compareFields(field, one, another);
    }
    return this.#changes;
  }

  #compareFields(field: number, one: string, another: string): void {
    const mine = one.split(this.before.delimiters.repetition);
    const others = another.split(this.after.delimiters.repetition);
    const pairs = align(mine.map(this.comparable), others, this.#repetitionKeys());
    for (const [at, other] of pairs) {
      const path = `-${field}[${at + 1}]`, otherPath = `-${field}[${other + 1}]`;
      if (other < 0) this.#add(path, path, this.before.text.shown(mine[at]), undefined);
      else if (at < 0) this.#add(otherPath, otherPath, undefined, this.after.text.shown(others[other]));
      else this.#compareRepetitions(path, otherPath, mine[at], others[other]);
    }
  }

  #repetitionKeys(): readonly Key<string>[] {
    const { component } = this.after.delimiters;
    return [(one) => one, (one) => one.split(component, 1)[0] || undefined, () => ""];
  }

  #compareRepetitions(path: string, otherPath: string, one: string, another: string): void {
    const mine = leavesIn(one, this.before.delimiters), others = leavesIn(another, this.after.delimiters);
    for (const leaf of new Set([...others.keys(), ...mine.keys()])) {
      this.#add(
        path + leaf,
        otherPath + leaf,
        this.before.text.decoded(mine.get(leaf)),
        this.after.text.decoded(others.get(leaf)),
      );
    }
  }

  #add(path: string, otherPath: string, before: string | undefined, after: string | undefined): void {
    if (before === after) return;
    const pathBefore = this.before.names[this.at] + path,
      pathAfter = this.after.names[this.other] + otherPath;
    this.#changes.push({
      path: after === undefined ? pathBefore : pathAfter,
      ...(before !== undefined && after !== undefined && pathBefore !== pathAfter ? { pathBefore } : {}),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
  }
}

/** The fields by their number; of MSH, too, where the first delimiter is a field of its own. */
function fieldsOf({ segments, delimiters: { field } }: Side, at: number): readonly string[] {
  const parts = segments[at].split(field);
  return segments[at].startsWith("MSH") ? parts.toSpliced(1, 0, field) : parts;
}

function leavesIn(
  repetition: string,
  { component, subcomponent }: Delimiters,
): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  repetition.split(component).forEach((part, c) =>
    part.split(subcomponent).forEach((leaf, s) => leaves.set(`.${c + 1}.${s + 1}`, leaf))
  );
  return leaves;
}
