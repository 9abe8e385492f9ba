import { assertEquals, assertRejects } from "@std/assert";
import { bindFormat, defineFormat } from "../../../../runtime/contract/format.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { limits } from "../../../../runtime/engine/limits.ts";
import { Pictures } from "../../../../runtime/engine/review/pictures.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { paperFormat } from "./paper_format.ts";

const broken = new MitralError("PAPER_PROGRAM_MISSING", {
  blame: "operator",
  retry: "never",
  says: "Cannot read paper: its program is missing",
});

/** A format whose recogniser tells when it is opened and closed, and what draws. */
function counted() {
  const told = { opened: 0, closed: 0, isBroken: false };
  const clock = new FakeClock();
  const format = bindFormat(
    defineFormat({
      ...paperFormat,
      recogniser: async () => {
        told.opened++;
        if (told.isBroken) throw broken;
        await Promise.resolve();
        return {
          recognise: () => Promise.reject(broken),
          picture: (_bytes, _type, page) => Promise.resolve(new Uint8Array([page])),
          async [Symbol.asyncDispose]() {
            await Promise.resolve();
            told.closed++;
          },
        };
      },
    }),
    {},
  );
  const pictures = new Pictures({ world: { ...denoWorld, clock }, folder: "/" });
  const draw = (page: number) => pictures.draw(format, new Uint8Array(), "application/x-paper", page);
  return { told, clock, pictures, draw };
}

Deno.test("pictures that are asked for one after the other, or at once, open what draws them once", async () => {
  const { told, clock, pictures, draw } = counted();
  const drawn = await Promise.all([draw(1), draw(2)]);
  assertEquals(drawn, [new Uint8Array([1]), new Uint8Array([2])]);
  await clock.advance(limits.picturesIdleMs - 1);
  await draw(3);
  await clock.advance(limits.picturesIdleMs - 1);
  assertEquals([told.opened, told.closed], [1, 0]);
  // Nobody has looked at a page for a while: what it holds is given back.
  await clock.advance(1);
  assertEquals([told.opened, told.closed], [1, 1]);
  await draw(4);
  await pictures.close();
  assertEquals([told.opened, told.closed], [2, 2]);
});

Deno.test("what cannot be opened is tried again with the next picture", async () => {
  const { told, draw, pictures } = counted();
  told.isBroken = true;
  assertEquals((await assertRejects(() => draw(1), MitralError)).code, "PAPER_PROGRAM_MISSING");
  told.isBroken = false;
  assertEquals(await draw(1), new Uint8Array([1]));
  await pictures.close();
  assertEquals([told.opened, told.closed], [2, 1]);
});
