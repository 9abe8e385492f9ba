/** The framing cases of the public corpus, through a real socket. */
import { assert, assertEquals } from "@std/assert";
import listener from "../../../adapters/mllp/listener.ts";
import { openListener } from "../../world/tools.ts";
import { RawPeer } from "./mllp_peer.ts";

interface Case {
  readonly id: string;
  readonly chunksHex?: readonly string[];
  readonly generate?: {
    readonly prefixHex: string;
    readonly repeatHex: string;
    readonly times: number;
    readonly suffixHex: string;
  };
  readonly framesHex?: readonly string[];
  readonly frameBytes?: number;
}

/**
 * Where the corpus leaves a choice, this is ours: an empty frame is skipped; a frame that is cut, that is too large or
 * that has no VT is refused; HTTP is no frame, and the peer is turned away with nothing kept but a count.
 */
const refusals: Readonly<Record<string, string>> = {
  "mllp_framing-008": "MLLP_FRAME_END_MISSING",
  "mllp_framing-011": "MLLP_FRAME_START_MISSING",
  "mllp_framing-023": "MLLP_FRAME_TOO_LARGE",
};

/** Nobody who speaks MLLP. */
const strangers = ["mllp_framing-025"];

const corpus = Deno.env.get("CORPUS") ?? new URL("../../../../shared/corpus", import.meta.url).pathname;
const cases: readonly Case[] | undefined = await Deno.readTextFile(`${corpus}/cases/dev/mllp_framing.json`)
  .then((text) => JSON.parse(text).cases, () => undefined);
if (!cases) console.log("SKIP: ../shared/corpus not found");

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the peer writes, piece by piece; a repeated part in pieces of at most 1 MB. */
function* pieces({ chunksHex, generate }: Case): Generator<Uint8Array> {
  if (chunksHex) return yield* chunksHex.map(bytesOf);
  const { prefixHex, repeatHex, times, suffixHex } = generate!;
  yield bytesOf(prefixHex);
  const many = new Uint8Array(1_000_000).fill(parseInt(repeatHex, 16));
  for (let left = times; left > 0; left -= many.length) yield many.subarray(0, left);
  yield bytesOf(suffixHex);
}

for (const one of cases ?? []) {
  Deno.test(`mllp reads ${one.id} of the corpus`, async () => {
    await using rig = await openListener(listener, { port: 0 });
    const { intake, reports } = rig;
    using peer = await RawPeer.dial(rig.listening.address);
    using other = await RawPeer.dial(rig.listening.address);
    const expected = (one.framesHex ?? []).filter((frame) => frame !== "");
    const write = async () => {
      for (const piece of pieces(one)) await peer.write(piece);
      await peer.finish();
    };
    // A frame that is too large is not read to its end: the connection is closed in the middle.
    const writing = write().catch(() => {});
    if (refusals[one.id]) {
      await intake.gottenRefused(1);
      assertEquals(intake.refused[0].error.code, refusals[one.id]);
      if (one.generate) await rig.clock.armed(2_000).then(() => rig.clock.advance(2_000));
    }
    await writing;
    await reports.seen(strangers.includes(one.id) ? "strangerTurnedAway" : "connectionClosed");
    if (one.frameBytes) assertEquals(intake.received.map(({ bytes }) => bytes.length), [one.frameBytes]);
    else assertEquals(intake.received.map(({ bytes }) => hexOf(bytes)), expected);
    await other.send("MSH|still there");
    assert(await other.frame(), "another connection is affected");
  });
}
