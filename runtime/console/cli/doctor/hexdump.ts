const WIDTH = 16;

/** The bytes around an offset, 16 a line: offset, hexadecimal, printable ASCII. The line of the offset is marked. */
export function hexdump(bytes: Uint8Array, around: number): string {
  const middle = Math.floor(Math.min(around, Math.max(bytes.length - 1, 0)) / WIDTH) * WIDTH;
  const first = Math.max(middle - WIDTH, 0), end = Math.min(middle + 2 * WIDTH, bytes.length);
  const lines: string[] = [];
  for (let at = first; at < end; at += WIDTH) {
    const line = [...bytes.subarray(at, Math.min(at + WIDTH, end))];
    const hex = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = line.map((byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".").join("");
    const mark = at === middle ? ">" : " ";
    lines.push(`${mark} ${at.toString(16).padStart(8, "0")}  ${hex.padEnd(WIDTH * 3 - 1)}  ${text}`);
  }
  return lines.join("\n");
}
