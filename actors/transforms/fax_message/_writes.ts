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

/** So many values are written before others have their turn. */
const WRITES_MAX = 200;

/** The body with everything written, in order; others have their turn in between. */
export async function written(
  body: PathBody,
  writes: Iterable<Write>,
  turn: () => Promise<void>,
): Promise<PathBody> {
  let made = body, count = 0;
  for (const [path, value] of writes) {
    made = made.with(path, value);
    if (++count % WRITES_MAX === 0) await turn();
  }
  return made;
}
