/** What a request holds of its body counts, and no more of it is read where there is no memory for it. */
import { assert, assertEquals } from "@std/assert";
import listener from "../../../adapters/https/listener.ts";
import { openListener } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";

const piece = new Uint8Array(100_000).fill(0x78);

/** A body of so many pieces, and how many of them were asked for. */
function bodyOf(pieces: number) {
  const asked = { count: 0 };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (asked.count++ === pieces) controller.close();
      else controller.enqueue(piece.slice());
    },
  }, { highWaterMark: 0 });
  const request = new Request("http://gateway/", {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body,
  });
  return { request, asked };
}

Deno.test("https says what it holds of a body, and reads no more of it while there is no memory", async () => {
  await using rig = await openListener(listener, { mount: true });
  const { intake } = rig;
  intake.isOutOfMemory = true;
  const { request, asked } = bodyOf(5);
  const response = rig.listening.handle!(request, "there");
  await turns(5);
  assertEquals([asked.count, intake.held], [0, 0]);
  intake.open();
  assertEquals((await response).status, 200);
  assertEquals(intake.received[0].bytes.length, 5 * piece.length);
  assert(intake.heldMost >= 4 * piece.length, `${intake.heldMost}`);
  assertEquals(intake.held, 0);
});

Deno.test("https does not blame a client for a body that it did not read itself: 503, not 408", async () => {
  await using rig = await openListener(listener, { mount: true, bodyMsMax: 1_000, retryAfterMs: 3_000 });
  rig.intake.isOutOfMemory = true;
  const response = rig.listening.handle!(bodyOf(5).request, "there");
  await turns(5);
  await rig.clock.advance(1_000);
  const { status, headers } = await response;
  assertEquals([status, headers.get("retry-after"), rig.intake.held], [503, "3", 0]);
});
