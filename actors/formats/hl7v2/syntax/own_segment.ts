/** What segments of our own are made from: acknowledgments, new messages, the segments around a batch. */

const encoder = new TextEncoder();

/** Time stamp of a moment (UTC), as in MSH-7. */
export function timestamp(atMs: number): string {
  const [date, time] = new Date(atMs).toISOString().split("T");
  return `${date.replaceAll("-", "")}${time.slice(0, 8).replaceAll(":", "")}+0000`;
}

/** At most 20 characters, which is all MSH-10 had for long: of a UUIDv7 its time and its last 32 random bits. */
export function controlIdOf(id: string): string {
  const characters = id.replace(/[^0-9A-Za-z]/g, "");
  return characters.length <= 20 ? characters : characters.slice(0, 12) + characters.slice(-8);
}

/** Parts with delimiters between them, and none behind the last that holds anything. */
export function trimmed(parts: readonly (string | number)[], delimiter: string): string {
  const last = parts.findLastIndex((part) => part !== "");
  return parts.slice(0, last + 1).join(delimiter);
}

/** The other way round of `findHeader`: one byte a character. */
export function bytesOf(text: string): Uint8Array {
  const ascii = encoder.encode(text);
  if (ascii.length === text.length) return ascii;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
