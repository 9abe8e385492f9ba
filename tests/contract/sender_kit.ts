/** What every sender must do, whatever it carries bytes over. */
import { assert, assertEquals } from "@std/assert";
import type { Exchange, Parcel, RelayIdentity, SenderSpec } from "../../runtime/contract/adapter.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { Outcome } from "../../runtime/contract/message.ts";
import type { ConfigInput, Spec } from "../../runtime/contract/spec.ts";
import { FakeClock } from "../world/fake_clock.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { openSender, probeOf, type SenderRig } from "../world/tools.ts";
import { settles, turns, unstuck } from "../world/turns.ts";
import { assertSilent, CANARY, payloads } from "./payloads.ts";

/** A message as the peer got it, and what the peer can do about it. */
export interface PeerMessage {
  readonly bytes: Uint8Array;
  /** Counts the connections the peer accepted; left out where the transport does not tell them apart. */
  readonly connection?: number;
  /** Answers; nothing happens where the sender has gone. */
  answer(bytes: Uint8Array): Promise<void>;
  /** Closes the connection without an answer. */
  hangUp(): void;
}

/** The outside of one test: a peer that gets what the sender sends. It is there from the start. */
export interface SenderScene<S extends Spec> {
  /** Leads to the peer. */
  readonly config: ConfigInput<S>;
  /** Who the gateway is to a relay, where the sender needs that. */
  readonly relay?: RelayIdentity;
  /** The partners' exchange, where it sends by that. */
  readonly exchange?: Exchange;
  /** The next message the peer got whole. */
  next(): Promise<PeerMessage>;
  /** The peer goes away, with its connections: a send finds nobody. */
  stop(): Promise<void>;
  /** The peer is back, at the same address. */
  start(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A sender under test. */
export interface SenderSubject<S extends Spec, Code extends string> {
  readonly spec: SenderSpec<string, S, Code>;
  /** True where the peer answers; where it is false a send ends when the bytes are safe. */
  readonly answers: boolean;
  /** Codes of others that it passes on; none where left out. */
  readonly passesOn?: readonly string[];
  /** How long the scene's config lets a peer take for its answer. */
  readonly answerMsMax?: number;
  /** Bytes the transport can carry within a message; all where left out. */
  readonly carries?: (byte: number) => boolean;
  /** True where messages share a way on which answers must keep their order. */
  readonly keepsOrder?: boolean;
  scene(parts: { readonly clock: FakeClock }): Promise<SenderScene<S>>;
}

interface Stage<S extends Spec> extends SenderRig {
  readonly scene: SenderScene<S>;
  /** Sends and, where peers answer, has the peer take it. */
  readonly deliver: (text: string) => Promise<PeerMessage>;
}

const rejection = new MitralError("KIT_MESSAGE_REJECTED", {
  blame: "sender",
  retry: "never",
  says: "Cannot deliver: the kit's peer rejects it",
});
const never = new AbortController().signal;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/**
 * A parcel whose peer answers in the kit's words: `yes TEXT` accepts the message TEXT, `no TEXT` rejects it; what
 * belongs to another message makes `judge` throw.
 */
function parcelOf(text: string, bytes: Uint8Array = bytesOf(text)): Parcel & { readonly judged: string[] } {
  const judged: string[] = [];
  return {
    id: `id of ${text}`,
    bytes,
    contentType: "text/plain",
    attempt: 1,
    sequence: 1,
    atMs: Date.UTC(2026, 0, 5, 12),
    value: () => "",
    judged,
    judge(answer): Outcome {
      judged.push(textOf(answer));
      const kept = { bytes: answer, contentType: "text/plain" };
      if (textOf(answer) === `yes ${text}`) return { kind: "accepted", answer: kept };
      if (textOf(answer) === `no ${text}`) return { kind: "rejected", error: rejection, answer: kept };
      throw new MitralError("KIT_ANSWER_FOREIGN", {
        blame: "receiver",
        retry: "later",
        says: "Cannot judge answer: it belongs to another message",
      });
    },
  };
}

/** Registers the tests every sender must pass. `name` begins their names. */
export function testSender<S extends Spec, Code extends string>(
  name: string,
  subject: SenderSubject<S, Code>,
): void {
  const { spec, answers, passesOn = [] } = subject;
  const isDeclared = (code: string) => code in spec.errors || passesOn.includes(code);

  const test = (sentence: string, run: (stage: Stage<S>) => Promise<void>) =>
    Deno.test(`${name} ${sentence}`, async () => {
      const clock = new FakeClock();
      await using scene = await subject.scene({ clock });
      await using rig = await openSender(spec, scene.config, {
        clock,
        relay: scene.relay,
        exchange: scene.exchange,
      });
      const stage: Stage<S> = {
        ...rig,
        scene,
        async deliver(text) {
          const sending = rig.sender.send(parcelOf(text), never);
          const message = await reached(sending, scene.next());
          if (answers) await message.answer(bytesOf(`yes ${text}`));
          assertEquals((await sending).kind, "accepted");
          return message;
        },
      };
      await unstuck(() => run(stage));
    });

  const declared = async (sending: Promise<unknown>): Promise<MitralError> => {
    const error = await errorOf(sending);
    assert(error instanceof MitralError, `not an error by code: ${error}`);
    assert(isDeclared(error.code), `${error.code} is not declared`);
    return error;
  };

  for (const { what, bytes } of payloads(subject.carries)) {
    test(`delivers ${what} whole and unchanged`, async ({ sender, scene }) => {
      const sending = sender.send(parcelOf("big", bytes), never);
      const message = await reached(sending, scene.next());
      assertEquals(message.bytes.length, bytes.length);
      assert(message.bytes.every((byte, at) => byte === bytes[at]), "the bytes differ");
      if (answers) await message.answer(bytesOf("yes big"));
      assertEquals((await sending).kind, "accepted");
    });
  }

  test("delivers one message after another", async ({ deliver }) => {
    for (const text of ["one", "two", "three"]) assertEquals(textOf((await deliver(text)).bytes), text);
  });

  test("sends nothing in a connection test, which fails by a declared code alone", async (stage) => {
    const { scene, deliver } = stage;
    const parts = { world: denoWorld, isRunning: true, relay: scene.relay };
    const probed = () => probeOf(spec, scene.config, parts);
    assertEquals((await probed()).flatMap(({ error }) => error ?? []), []);
    assertEquals(textOf((await deliver("first")).bytes), "first");
    await scene.stop();
    for (const { error } of await probed()) {
      assert(!error || isDeclared(error.code), `${error?.code} is not declared`);
    }
  });

  test("gives up at once when it was told before", async ({ sender, deliver }) => {
    const reason = new Error("no longer wanted");
    assertEquals(await errorOf(sender.send(parcelOf("unwanted"), AbortSignal.abort(reason))), reason);
    assertEquals(textOf((await deliver("wanted")).bytes), "wanted");
  });

  test("may be disposed twice, and does not send afterwards", async ({ sender, deliver }) => {
    await deliver("before");
    await sender[Symbol.asyncDispose]();
    await sender[Symbol.asyncDispose]();
    await declared(sender.send(parcelOf("after"), never));
  });

  Deno.test(`${name} fails by code while the peer is away, and delivers when it is back`, async () => {
    const clock = new FakeClock();
    await using scene = await subject.scene({ clock });
    await scene.stop();
    await using rig = await openSender(spec, scene.config, {
      clock,
      relay: scene.relay,
      exchange: scene.exchange,
    });
    const error = await declared(clock.pass(rig.sender.send(parcelOf("early"), never)));
    assertEquals(error.retry, "later");
    await scene.start();
    const sending = rig.sender.send(parcelOf("again"), never);
    const message = await reached(sending, scene.next());
    if (answers) await message.answer(bytesOf("yes again"));
    assertEquals((await sending).kind, "accepted");
  });

  test("notices that the peer went and came back between two messages", async ({ scene, deliver }) => {
    await deliver("before");
    await scene.stop();
    await scene.start();
    await turns(20);
    assertEquals(textOf((await deliver("after")).bytes), "after");
  });

  if (!answers) return;

  test("passes on what the answer means", async ({ sender, scene }) => {
    const sending = sender.send(parcelOf("odd"), never);
    await (await reached(sending, scene.next())).answer(bytesOf("no odd"));
    const outcome = await sending;
    assert(outcome.kind === "rejected" && outcome.error === rejection, "the outcome is not the judge's");
    assertEquals(textOf(outcome.answer!.bytes), "no odd");
  });

  test("waits for the answer before it says that a message is delivered", async ({ sender, scene }) => {
    const sending = sender.send(parcelOf("slow"), never);
    const message = await reached(sending, scene.next());
    assert(!await settles(sending, 20), "settled without an answer");
    await message.answer(bytesOf("yes slow"));
    assertEquals((await sending).kind, "accepted");
  });

  test("fails by code on silence, and credits a late answer to nobody", async ({ sender, scene, clock }) => {
    const sending = sender.send(parcelOf("mute"), never);
    const mute = await reached(sending, scene.next());
    const sinceMs = clock.elapsedMs();
    const error = await declared(clock.pass(sending));
    assertEquals(error.retry, "later");
    if (subject.answerMsMax) assertEquals(clock.elapsedMs() - sinceMs, subject.answerMsMax);
    const parcel = parcelOf("next");
    const following = sender.send(parcel, never);
    const message = await reached(following, scene.next());
    await mute.answer(bytesOf("yes mute"));
    await turns(20);
    await message.answer(bytesOf("yes next"));
    assertEquals((await following).kind, "accepted");
    assertEquals(parcel.judged, ["yes next"], "an answer to another message was judged");
  });

  test("fails by code when the peer hangs up instead of answering", async ({ sender, scene, deliver }) => {
    const sending = sender.send(parcelOf("cut"), never);
    (await reached(sending, scene.next())).hangUp();
    assertEquals((await declared(sending)).retry, "later");
    assertEquals(textOf((await deliver("whole")).bytes), "whole");
  });

  test("lets the judge's error through and does not use the connection again", async (stage) => {
    const { sender, scene, deliver } = stage;
    const sending = sender.send(parcelOf("mine"), never);
    const message = await reached(sending, scene.next());
    await message.answer(bytesOf("yes yours"));
    const error = await errorOf(sending);
    assertEquals(error instanceof MitralError && error.code, "KIT_ANSWER_FOREIGN");
    const next = await deliver("next");
    if (message.connection !== undefined) assert(next.connection !== message.connection, "used again");
  });

  test("gives up at once when it is told while it waits", async ({ sender, scene, deliver }) => {
    const life = new AbortController();
    const sending = sender.send(parcelOf("unwanted"), life.signal);
    const message = await reached(sending, scene.next());
    const reason = new Error("no longer wanted");
    life.abort(reason);
    assertEquals(await errorOf(sending), reason);
    const next = await deliver("wanted");
    if (message.connection !== undefined) assert(next.connection !== message.connection, "used again");
  });

  test("ends what is under way when it is disposed", async ({ sender, scene }) => {
    const sending = sender.send(parcelOf("dropped"), never);
    await reached(sending, scene.next());
    const failed = declared(sending);
    await sender[Symbol.asyncDispose]();
    await failed;
  });

  test("keeps apart what it sends at once", async ({ sender, scene, lanes }) => {
    const sendings = Array.from({ length: lanes }, (_, lane) => sender.send(parcelOf(`lane ${lane}`), never));
    const messages = [];
    for (const sending of sendings) messages.push(await reached(sending, scene.next()));
    // Answered in the opposite order, where the transport has more than one lane.
    if (!subject.keepsOrder) messages.reverse();
    for (const message of messages) await message.answer(bytesOf(`yes ${textOf(message.bytes)}`));
    assertEquals(
      (await Promise.all(sendings)).map(({ kind }) => kind),
      sendings.map(() => "accepted" as const),
    );
  });

  test("says nothing of what a message holds", async ({ sender, scene, clock, reports }) => {
    const said: MitralError[] = [];
    const hangUp = sender.send(parcelOf(CANARY), never);
    (await reached(hangUp, scene.next())).hangUp();
    said.push(await declared(hangUp));
    const mute = sender.send(parcelOf(CANARY), never);
    await reached(mute, scene.next());
    said.push(await declared(clock.pass(mute)));
    assertSilent([...said, ...reports.events]);
  });
}

/** The peer's message; where the send fails before, its error. */
async function reached<T>(sending: Promise<Outcome>, message: Promise<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    message.then(resolve, reject);
    sending.catch(reject);
  });
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it succeeded");
}
