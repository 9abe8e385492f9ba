import { type Difference, differences } from "../../contract/differences.ts";
import { MitralError } from "../../contract/error.ts";
import { hasPaths, type PathBody } from "../../contract/message.ts";
import type { Content, Values, Whole } from "../../config/test_file.ts";
import type { Caught } from "./rehearsal.ts";
import { asWire } from "./wire_text.ts";

/** A difference with what people of the field call its place. */
export interface NamedDifference extends Difference {
  readonly name?: string;
}

/** How content is other than it should be; the sentence where it cannot be compared at all. */
export type Mismatch = readonly NamedDifference[] | string;

/** Compares what was caught with what the file says; no difference, or a sentence, is a match no more. */
export async function compare(
  expected: Content,
  caught: Caught,
  ignore: readonly string[],
): Promise<Mismatch> {
  const found = mismatchOf(expected, caught, ignore);
  const body = typeof found === "string" ? undefined : readable(caught);
  if (typeof found === "string" || !body) return found;
  return await Promise.all(found.map(async (difference) => {
    const name = await caught.format?.describePath(difference.path, body);
    return name === undefined ? difference : { ...difference, name };
  }));
}

function mismatchOf(
  expected: Content,
  caught: Caught,
  ignore: readonly string[],
): readonly Difference[] | string {
  try {
    return expected.kind === "values"
      ? compareValues(expected, caught)
      : compareWhole(expected, caught, ignore);
  } catch (cause) {
    // A path the format cannot read, or an expected message it cannot.
    if (cause instanceof MitralError) return `${cause.code} ${cause.message}`;
    throw cause;
  }
}

function compareValues({ values }: Values, caught: Caught): readonly Difference[] | string {
  const body = pathBodyOf(caught, caught.bytes);
  if (!body) return `it has no paths: ${caught.contentType} is compared as a whole`;
  return values.flatMap(({ path, value }) => {
    const list = typeof value !== "string";
    const actual = list ? shownList(body.getAll(path)) : body.get(path);
    const expected = list ? shownList(value) : value;
    return (actual ?? "") === expected ? [] : [differenceAt(path, expected, actual)];
  });
}

function differenceAt(path: string, expected: string | undefined, actual: string | undefined): Difference {
  return {
    path,
    ...(expected ? { expected } : {}),
    ...(actual === undefined ? {} : { actual }),
  };
}

function shownList(values: readonly string[]): string {
  return values.length === 0 ? "" : JSON.stringify(values);
}

function compareWhole({ bytes }: Whole, caught: Caught, ignore: readonly string[]): readonly Difference[] {
  const wire = asWire(bytes, caught.format);
  const actual = readable(caught);
  if (!actual) return compareLines(textOf(bytes), textOf(caught.bytes), ignore);
  const expected = pathBodyOf(caught, wire)!;
  const [ours, theirs] = [without(expected, ignore), without(actual, ignore)];
  return differences(ours, theirs).map(({ path, ...values }) => ({
    path: shortPath(path, values.expected === undefined ? theirs : ours),
    ...values,
  }));
}

/** A body without what is not compared; a path in which an index is left out stands for all it can mean. */
function without(body: PathBody, paths: readonly string[]): PathBody {
  const places = paths.flatMap((path) => body.places(path));
  // From the end, so that the places before stay what they are.
  return places.reverse().reduce((rest, place) => rest.without(place), body);
}

/** A path as a person would write it, where that means the same: `PID-5.1` for `PID[1]-5[1].1.1`. */
function shortPath(path: string, body: PathBody): string {
  const level = path.replace(/(\.\d+)\.1$/, "$1");
  const shorter = [level.replaceAll("[1]", ""), level.replace("[1]", ""), level];
  return shorter.find((short) => isPathOf(short, path, body)) ?? path;
}

function isPathOf(short: string, path: string, body: PathBody): boolean {
  try {
    return body.places(short).length === 1 && body.get(short) === body.get(path);
  } catch {
    return false;
  }
}

function pathBodyOf({ format, contentType }: Caught, bytes: Uint8Array): PathBody | undefined {
  const body = format?.parse(bytes, contentType);
  return body && hasPaths(body) ? body : undefined;
}

/** What was caught, where its format can read it and gives it paths. */
function readable(caught: Caught): PathBody | undefined {
  try {
    return pathBodyOf(caught, caught.bytes);
  } catch {
    return undefined;
  }
}

/** What has no paths is compared line by line; how the last one ends does not matter. */
function compareLines(expected: string, actual: string, ignore: readonly string[]): readonly Difference[] {
  const [wanted, found] = [linesOf(expected), linesOf(actual)];
  return Array.from({ length: Math.max(wanted.length, found.length) }, (_, at) => at)
    .filter((at) => wanted[at] !== found[at])
    .map((at) => differenceAt(`line ${at + 1}`, wanted[at], found[at]))
    .filter(({ path }) => !ignore.includes(path));
}

function linesOf(text: string): readonly string[] {
  return text.replace(/(\r\n|\r|\n)$/, "").split(/\r\n|\r|\n/);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
