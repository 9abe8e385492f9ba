/** What stands at a way into JSON; `undefined` where there is nothing. */
export function valueAt(value: unknown, ...way: readonly string[]): unknown {
  for (const step of way) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

/** A text, or a number as one; `undefined` for anything else, and for nothing but white space. */
export function textAt(value: unknown, ...way: readonly string[]): string | undefined {
  const found = valueAt(value, ...way);
  const text = typeof found === "string" || typeof found === "number" ? `${found}`.trim() : "";
  return text === "" ? undefined : text;
}

/** Milliseconds of a time as ISO 8601 has it; `undefined` for anything else. */
export function timeOf(text: string | undefined): number | undefined {
  const time = text !== undefined && /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) || time < 0 ? undefined : time;
}
