import type { PathBody } from "../../../runtime/contract/message.ts";

/** A value and the path it is written to. A segment stands where it was first written to. */
export type Write = readonly [path: string, value: string];

/** The values of one segment by field and component: `{ "3.1": "4711", 8: "F" }`. Empty ones are not written. */
export function segment(
  name: string,
  values: Readonly<Record<string, string | undefined>>,
): readonly Write[] {
  return Object.entries(values).flatMap(([place, value]): Write[] =>
    value ? [[`${name}-${place}`, value]] : []
  );
}

/** The body with everything written, in order. */
export function written(body: PathBody, writes: readonly Write[]): PathBody {
  return writes.reduce((made, [path, value]) => made.with(path, value), body);
}
