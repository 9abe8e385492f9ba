import { assertEquals } from "@std/assert";
import type { Entry } from "../../../adapters/relay/framing/frame.ts";
import { Assembly } from "../../../adapters/relay/receiving/assembly.ts";
import { FakeClock } from "../../world/fake_clock.ts";

const BYTES = 100, PARTS = 10;

function assembly(clock = new FakeClock()) {
  const late: number[] = [];
  const parts = new Assembly<string>({
    clock,
    messageBytesMax: BYTES,
    partsMsMax: 1_000,
    late: (_frames, missing) => void late.push(missing),
  });
  const add = (message: number, part: number) => {
    const entry: Entry = {
      reference: new Uint8Array(16).fill(message),
      part,
      parts: PARTS,
      contentType: "text/plain",
      bytes: new Uint8Array(BYTES / PARTS).fill(part),
    };
    return parts.add("them", entry, `${message} ${part}`);
  };
  return { add, late, parts };
}

Deno.test("of messages whose parts are mixed, and need more room than there is, one is completed after the other", () => {
  const { add, parts } = assembly();
  const whole: number[] = [];
  const left: string[] = [];
  for (let message = 0; message < 5; message++) {
    for (let part = 0; part < PARTS; part++) left.push(`${part} ${message}`);
  }
  left.sort();
  for (let rounds = 0; left.length > 0 && rounds < 20; rounds++) {
    // What is put back comes again, in the order of the mailbox.
    for (const each of left.splice(0).sort()) {
      const [part, message] = each.split(" ").map(Number);
      const added = add(message, part);
      if (added.kind === "crowded") left.push(each);
      for (const frame of added.crowdedOut ?? []) left.push(frame.split(" ").reverse().join(" "));
      if (added.kind === "whole") whole.push(message);
    }
  }
  assertEquals(whole.sort(), [0, 1, 2, 3, 4]);
  assertEquals(parts.bytes, 0);
});

Deno.test("a large message may take as long as its line does, and is dropped once nothing more of it comes", async () => {
  const clock = new FakeClock();
  const { add, late } = assembly(clock);
  for (let part = 0; part < PARTS - 1; part++) {
    assertEquals(add(1, part).kind, "held");
    await clock.advance(900);
  }
  assertEquals(late, []);
  await clock.advance(100);
  assertEquals(late, [1]);
});
