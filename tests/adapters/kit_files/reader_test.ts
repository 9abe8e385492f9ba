import { assertEquals, assertRejects } from "@std/assert";
import { ahead } from "../../../adapters/_kit/files/ahead.ts";
import type { Folder } from "../../../adapters/_kit/files/folder.ts";
import type { InboxTools } from "../../../adapters/_kit/files/inbox_spec.ts";
import { Reader } from "../../../adapters/_kit/files/reader.ts";
import { platformError } from "../file/faulty_disk.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { FakeIntake } from "../../world/fake_intake.ts";
import { worldWith } from "../../world/tools.ts";

type Read = Folder["read"];

/** Reads a file of ten bytes, as a folder gives it. */
function reading(read: Read, stopping = new AbortController().signal) {
  const clock = new FakeClock(), asked: number[] = [];
  const tools = {
    config: { path: "/in", everyMs: 1_000 },
    world: worldWith(clock),
    intake: new FakeIntake(),
    folder: {
      read: (path: string, from: number, signal: AbortSignal) => {
        asked.push(from);
        return read(path, from, signal);
      },
    },
  } as unknown as InboxTools;
  const file = {
    name: "a",
    facts: { kind: "file" as const, size: 10, modifiedMs: 0 },
    sinceMs: 0,
    failures: 0,
    restUntilMs: 0,
    isOffered: false,
  };
  const bytes = new Reader(tools, stopping).fetch(file, () => {}).then(({ bytes }) => bytes && [...bytes]);
  return { bytes, clock, asked };
}

const digits = Uint8Array.from({ length: 10 }, (_, digit) => digit);

/** Gives the bytes of a file piece by piece, and breaks off before each offset once. */
function breakingAt(...offsets: number[]): Read {
  const left = new Set(offsets);
  return async function* (_path, from) {
    for (let at = from; at < digits.length; at++) {
      if (left.delete(at)) throw platformError("ECONNRESET");
      yield digits.slice(at, at + 1);
    }
  };
}

Deno.test("a read that breaks off goes on where it was", async () => {
  const { bytes, clock, asked } = reading(breakingAt(3, 4, 9));
  assertEquals(await clock.pass(bytes), [...digits]);
  assertEquals(asked, [0, 3, 4, 9]);
});

Deno.test("a read that comes no further is given up after a few attempts", async () => {
  const stuck: Read = async function* (_path, from) {
    if (from < 5) yield digits.slice(from, 5);
    throw platformError("ECONNRESET");
  };
  const { bytes, clock, asked } = reading(stuck);
  await assertRejects(() => clock.pass(bytes));
  assertEquals(asked, [0, 5, 5, 5]);
});

Deno.test("a read that fails before its first byte is not tried again here", async () => {
  // deno-lint-ignore require-yield
  const { bytes, asked } = reading(async function* () {
    throw platformError("EACCES");
  });
  await assertRejects(() => bytes);
  assertEquals(asked, [0]);
});

Deno.test("a file that is longer or shorter than it was comes to nothing, and is not read to its end", async () => {
  let read = 0;
  const longer = reading(async function* () {
    for (;; read++) yield digits.slice(0, 4);
  });
  const shorter = reading(async function* () {
    yield digits.slice(0, 4);
  });
  assertEquals([await longer.bytes, await shorter.bytes, read], [undefined, undefined, 2]);
});

Deno.test("what was begun ahead and is not asked for is disposed", async () => {
  const disposed: number[] = [];
  const begin = (number: number) =>
    Promise.resolve({ number, [Symbol.asyncDispose]: async () => void disposed.push(number) });
  const given: number[] = [];
  for await (const { number } of ahead([1, 2, 3, 4, 5], 3, begin)) {
    given.push(number);
    if (number === 2) break;
  }
  assertEquals([given, disposed], [[1, 2], [3, 4]]);
});
