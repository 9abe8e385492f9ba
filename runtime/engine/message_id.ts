import type { World } from "../contract/world.ts";

/**
 * Makes UUIDv7 (RFC 9562, section 5.7) in growing order, also within one millisecond and when the clock steps back:
 * the 12 bits after the time count up (section 6.2, method 1).
 */
export function messageIds({ clock, random }: Pick<World, "clock" | "random">): () => string {
  let lastMs = 0;
  let count = 0;
  let time = "";
  let pool = new Uint8Array(0);
  let at = 0;
  return () => {
    const nowMs = clock.nowMs();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      count = 0;
      time = "";
    } else if (++count > 0xfff) {
      lastMs++;
      count = 0;
      time = "";
    }
    if (time === "") {
      const hex = lastMs.toString(16).padStart(12, "0");
      time = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
    }
    if (at + 8 > pool.length) {
      pool = random.bytes(8 * 128);
      at = 0;
    }
    let rest = HEX[0x80 | (pool[at] & 0x3f)] + HEX[pool[at + 1]] + "-";
    for (let byte = 2; byte < 8; byte++) rest += HEX[pool[at + byte]];
    at += 8;
    return time + HEX[count >> 8][1] + HEX[count & 0xff] + "-" + rest;
  };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
