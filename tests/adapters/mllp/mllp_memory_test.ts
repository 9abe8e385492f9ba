/** What a connection holds of a message that is not whole counts, and nothing is read where there is no memory for it. */
import { assert, assertEquals } from "@std/assert";
import { turns } from "../../world/turns.ts";
import { latin1 } from "./mllp_peer.ts";
import { echo, gotten, openServed } from "./mllp_rigs.ts";

const piece = latin1("x".repeat(100_000));

Deno.test("mllp says what it holds of a message, and reads no more of it while there is no memory", async () => {
  await using rig = await openServed();
  echo(rig);
  const { intake, acceptor } = rig;
  const peer = acceptor.dial();
  await peer.write(latin1("\x0bMSH|"));
  await peer.write(piece);
  await turns(5);
  assert(intake.held >= piece.length, `${intake.held}`);
  intake.isOutOfMemory = true;
  // What is being read when memory runs out still comes in, and no more.
  for (let at = 0; at < 20; at++) await peer.write(piece);
  await turns(5);
  const held = intake.held;
  assert(held <= 8 * piece.length, `${held}`);
  await peer.write(latin1("\x1c\r"));
  await turns(5);
  assertEquals([intake.held, intake.received.length], [held, 0]);
  intake.open();
  await intake.gotten(1);
  assertEquals(intake.received[0].bytes.length, 4 + 21 * piece.length);
  assertEquals((await gotten(peer)).slice(0, 8), "\x0bAA MSH|");
  await turns(5);
  assert(intake.held <= 64 * 1024, `${intake.held}`);
  peer.close();
  await turns(5);
  assertEquals(intake.held, 0);
});

Deno.test("mllp gives back what a broken connection held", async () => {
  await using rig = await openServed();
  const peer = rig.acceptor.dial();
  await peer.write(latin1("\x0bMSH|"));
  await peer.write(piece);
  await turns(5);
  assert(rig.intake.held > 0);
  peer.reset();
  await turns(5);
  assertEquals(rig.intake.held, 0);
});

Deno.test("mllp stops while it waits for memory", async () => {
  await using rig = await openServed();
  const peer = rig.acceptor.dial();
  rig.intake.isOutOfMemory = true;
  await peer.write(latin1("\x0bMSH|\x1c\r"));
  await turns(5);
  await rig.listening.stop();
  assertEquals(rig.intake.held, 0);
});
