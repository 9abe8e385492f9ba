/**
 * Text cut by one delimiter, without cutting all of it: a segment of two hundred fields costs as much as the field
 * that is asked for. Parts count from 1.
 */

/** Part `n`, or `undefined` where the text has fewer. */
export function partOf(text: string, delimiter: string, n: number): string | undefined {
  const start = startOf(text, delimiter, n);
  if (start < 0) return undefined;
  const end = text.indexOf(delimiter, start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

/** The text with part `n` edited; parts before it are made where they are absent, unless nothing would stand in it. */
export function withPart(
  text: string,
  delimiter: string,
  n: number,
  edit: (part: string) => string,
): string {
  const start = startOf(text, delimiter, n);
  if (start >= 0) {
    const found = text.indexOf(delimiter, start);
    const end = found < 0 ? text.length : found;
    return text.slice(0, start) + edit(text.slice(start, end)) + text.slice(end);
  }
  const made = edit("");
  return made === "" ? text : text + delimiter.repeat(n - countParts(text, delimiter)) + made;
}

/** The text without part `n` and one delimiter beside it. */
export function withoutPart(text: string, delimiter: string, n: number): string {
  return text.split(delimiter).toSpliced(n - 1, 1).join(delimiter);
}

function countParts(text: string, delimiter: string): number {
  let count = 1;
  for (let i = text.indexOf(delimiter); i >= 0; i = text.indexOf(delimiter, i + 1)) count++;
  return count;
}

function startOf(text: string, delimiter: string, n: number): number {
  let start = 0;
  for (let skip = n - 1; skip > 0; skip--) {
    start = text.indexOf(delimiter, start) + 1;
    if (start === 0) return -1;
  }
  return start;
}

/** The first segment of unwrapped text. */
export function headerOf(text: string): string {
  const end = text.search(/[\r\n]/);
  return end < 0 ? text : text.slice(0, end);
}
