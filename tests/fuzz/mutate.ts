import { joinBytes } from "../../actors/formats/hl7v2/charsets/utf8.ts";
import { SeededRandom } from "../world/seeded_random.ts";
import { bytesOf, type Target } from "./target.ts";

/** Longest input, except of those that are made large to see what they cost. */
const BYTES_MAX = 65_536;
/** Each input of so many is made large. */
const LARGE_EVERY = 400;
const LARGE_BYTES = 524_288;
const INTERESTING = [
  0x00,
  0x0a,
  0x0b,
  0x0d,
  0x1a,
  0x1b,
  0x1c,
  0x20,
  0x22,
  0x27,
  0x5c,
  0x7f,
  0x80,
  0xc3,
  0xef,
  0xff,
];

/** The inputs of a target, each from its seed and its number alone. */
export class Inputs {
  readonly #seeds: readonly Uint8Array[];
  readonly #words: readonly Uint8Array[];

  readonly #largeBytes: number;

  constructor(target: Target, readonly seed: number) {
    this.#largeBytes = target.bytesMax ?? LARGE_BYTES;
    this.#seeds = target.seeds.map((seed) => typeof seed === "string" ? bytesOf(seed) : seed);
    this.#words = target.words.map(bytesOf);
  }

  /** The first are the seeds as they are. */
  at(number: number): Uint8Array {
    if (number < this.#seeds.length) return this.#seeds[number];
    const random = new SeededRandom(Math.imul(this.seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
    let bytes = random.pick(this.#seeds);
    for (let left = 1 + random.below(random.chance(0.1) ? 40 : 6); left > 0; left--) {
      bytes = this.#mutated(bytes, random).subarray(0, Math.min(BYTES_MAX, this.#largeBytes));
    }
    return number % LARGE_EVERY === 0 ? enlarged(bytes, this.#largeBytes, random) : bytes;
  }

  #mutated(bytes: Uint8Array, random: SeededRandom): Uint8Array {
    const [from, to] = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
    const near = Math.min(to, from + 1 + random.below(random.chance(0.2) ? 200 : 8));
    const put = (piece: Uint8Array, at = from, until = at) =>
      joinBytes([bytes.subarray(0, at), piece, bytes.subarray(until)]);
    switch (random.below(10)) {
      case 0:
      case 1:
        return this.#words.length > 0 ? put(random.pick(this.#words)) : put(random.bytes(1));
      case 2:
        return this.#words.length > 0
          ? put(random.pick(this.#words), from, near)
          : put(random.bytes(2), from, near);
      case 3:
        return put(new Uint8Array(), from, random.chance(0.3) ? to : near);
      case 4:
        return put(
          repeated(bytes.subarray(from, near), 1 + random.below(random.chance(0.1) ? 2_000 : 6)),
          near,
        );
      case 5:
        return put(Uint8Array.of(random.pick(INTERESTING)), from, random.chance(0.5) ? from : from + 1);
      case 6:
        return put(random.bytes(1 + random.below(4)), from, near);
      case 7:
        return joinBytes([
          bytes.subarray(0, from),
          bytes.subarray(near, to),
          bytes.subarray(from, near),
          bytes.subarray(to),
        ]);
      case 8: {
        const other = random.pick(this.#seeds), at = random.below(other.length + 1);
        return put(other.subarray(at, at + random.below(400)), from, near);
      }
      default:
        return random.chance(0.5) ? bytes.subarray(0, to) : bytes.subarray(from);
    }
  }
}

/** The same again and again: a whole that grows, or one thing in it that does. */
function enlarged(bytes: Uint8Array, bytesMax: number, random: SeededRandom): Uint8Array {
  if (bytes.length === 0) return bytes;
  const from = random.below(bytes.length), to = Math.min(bytes.length, from + 1 + random.below(40));
  const piece = random.chance(0.3) ? bytes : bytes.subarray(from, to);
  const times = Math.floor((bytesMax - bytes.length) / piece.length);
  return joinBytes([bytes.subarray(0, to), repeated(piece, Math.max(times, 1)), bytes.subarray(to)]);
}

function repeated(piece: Uint8Array, times: number): Uint8Array {
  const whole = new Uint8Array(piece.length * times);
  for (let nth = 0; nth < times; nth++) whole.set(piece, nth * piece.length);
  return whole;
}
