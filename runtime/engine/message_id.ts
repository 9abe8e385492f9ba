import type { World } from "../contract/world.ts";

/**
 * Makes UUIDv7 (RFC 9562, section 5.7) in growing order, also within one millisecond and when the clock steps back:
 * the 12 bits after the time count up (section 6.2, method 1).
 */
export function messageIds({ clock, random }: Pick<World, "clock" | "random">): () => string {
  let lastMs = 0;
  let count = 0;
  let pool = new Uint8Array(0);
  let at = 0;
  return () => {
    const nowMs = clock.nowMs();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      count = 0;
    } else if (++count > 0xfff) {
      lastMs++;
      count = 0;
    }
    if (at + 8 > pool.length) {
      pool = random.bytes(8 * 128);
      at = 0;
    }
    const chance = pool.subarray(at, at += 8);
    const time = lastMs.toString(16).padStart(12, "0");
    const variant = (0x80 | (chance[0] & 0x3f)).toString(16);
    const rest = Array.from(chance.subarray(1), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, "0")}-${variant}${
      rest.slice(0, 2)
    }-${rest.slice(2)}`;
  };
}
