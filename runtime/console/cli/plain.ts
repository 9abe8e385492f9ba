/**
 * Text from outside (a peer's control id, a file's name) as it may stand in a terminal: control characters, which could
 * move the cursor or recolour the screen, and marks that turn the reading direction are shown by number.
 */
export function plain(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Content of a message as lines: segments end with CR, which becomes a line's end. */
export function plainLines(text: string): string {
  return text.replace(/\r\n?/g, "\n").split("\n").map(plain).join("\n");
}

// deno-lint-ignore no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
