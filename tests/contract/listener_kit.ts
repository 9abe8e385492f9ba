/** What every listener must do, whatever it carries bytes over. */
import { assert, assertEquals } from "@std/assert";
import type {
  Exchange as PartnersExchange,
  ListenerSpec,
  RelayIdentity,
} from "../../runtime/contract/adapter.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { ConfigInput, Spec } from "../../runtime/contract/spec.ts";
import { FakeClock } from "../world/fake_clock.ts";
import { accepted, answerTo, failedInSilence, FakeIntake, refused } from "../world/fake_intake.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { type ListenerRig, openListener, probeOf, type Reports } from "../world/tools.ts";
import { settles, turns, unstuck } from "../world/turns.ts";
import { assertSilent, CANARY, payloads } from "./payloads.ts";

/** How one message fared, as its sender sees it. */
export type Exchange =
  /** The listener answered, with these bytes. */
  | { readonly kind: "answered"; readonly bytes: Uint8Array }
  /** Taken, without an answer: a file that was moved away. */
  | { readonly kind: "taken" }
  /** Its sender must believe that nothing was taken: connection closed, HTTP 503, file left where it was. */
  | { readonly kind: "left" };

/** A sender of messages, as the driver makes it. */
export interface ListenerPeer {
  /** Sends one message and resolves when its fate is known. May be called again after it resolved. */
  exchange(bytes: Uint8Array): Promise<Exchange>;
  /** Leaves. May be called twice, and while an exchange is under way, which then rejects or says `left`. */
  close(): void;
}

/** The outside of one test: temporary folders, keys, open peers. */
export interface ListenerScene<S extends Spec> {
  /** For an address of its own: port 0, a fresh folder. */
  readonly config: ConfigInput<S>;
  /** Who the gateway is to a relay, where the listener needs that. */
  readonly relay?: RelayIdentity;
  /** The partners' exchange, where it takes messages from there. */
  readonly exchange?: PartnersExchange;
  /** A new peer of the listener at `address`; rejects where nothing listens. */
  connect(address: string): Promise<ListenerPeer>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A listener under test. */
export interface ListenerSubject<S extends Spec, Code extends string> {
  readonly spec: ListenerSpec<string, S, Code>;
  /** True where a peer gets the channel's answer back. */
  readonly answers: boolean;
  /**
   * True where the listener looks for messages from time to time: the kit then moves the clock while it waits. A number
   * where it does so over a network: its longest pause, in milliseconds. Longer waits are deadlines, and run out in no
   * test of the kit.
   */
  readonly polls?: boolean | number;
  /** Where an address can be taken: a config that wants the one at `address`, and the code that says it is taken. */
  readonly occupied?: {
    readonly code: NoInfer<Code>;
    config(address: string, scene: ListenerScene<S>): ConfigInput<S>;
  };
  /** Breaks the transport's own rules; resolves with the bytes the listener must keep of it. Left out: has none. */
  breakRules?(address: string, scene: ListenerScene<S>): Promise<Uint8Array>;
  /** Bytes the transport can carry within a message; all where left out. */
  readonly carries?: (byte: number) => boolean;
  /** How many peers speak at once in the test for that; 8 where left out, 1 switches it off. */
  readonly peersAtOnce?: number;
  scene(parts: { readonly clock: FakeClock; readonly intake: FakeIntake }): Promise<ListenerScene<S>>;
}

interface Stage<S extends Spec> extends ListenerRig {
  readonly scene: ListenerScene<S>;
  readonly connect: () => Promise<ListenerPeer>;
  /** Waits, moving the clock where the listener polls. */
  readonly wait: <T>(promise: Promise<T>) => Promise<T>;
  /** Gives what should not happen the chance to happen. */
  readonly chance: () => Promise<void>;
}

const trouble = new MitralError("KIT_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take message: the kit says so",
});
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Registers the tests every listener must pass. `name` begins their names. */
export function testListener<S extends Spec, Code extends string>(
  name: string,
  subject: ListenerSubject<S, Code>,
): void {
  const { spec, answers, polls = false, peersAtOnce = 8 } = subject;
  const pauseMsMax = typeof polls === "number" ? polls : Infinity;
  const takenAs = (bytes: Uint8Array): Exchange =>
    answers ? { kind: "answered", bytes: answerTo(bytes) } : { kind: "taken" };

  const test = (sentence: string, run: (stage: Stage<S>) => Promise<void>) =>
    Deno.test(`${name} ${sentence}`, async () => {
      const [clock, intake] = [new FakeClock(), new FakeIntake()];
      await using scene = await subject.scene({ clock, intake });
      await using rig = await openListener(spec, scene.config, {
        clock,
        intake,
        relay: scene.relay,
        exchange: scene.exchange,
      });
      const stage: Stage<S> = {
        ...rig,
        scene,
        connect: () => scene.connect(rig.listening.address),
        wait: (promise) => polls ? clock.pass(promise, pauseMsMax) : promise,
        async chance() {
          if (polls) await clock.advance(Math.min(pauseMsMax, 600_000));
          await turns(20);
        },
      };
      await unstuck(() => run(stage));
    });

  for (const { what, bytes } of payloads(subject.carries)) {
    test(`hands over ${what} whole and unchanged`, async ({ connect, wait, intake }) => {
      const peer = await connect();
      assertEquals(plain(await wait(peer.exchange(bytes))), plain(takenAs(bytes)));
      assertEquals(intake.received.length, 1);
      assertSame(intake.received[0].bytes, bytes);
      assert(intake.received[0].peer.length > 0, "a delivery says where it is from");
      peer.close();
    });
  }

  test("takes nothing in a connection test, and finds nothing wrong", async ({ scene, intake }) => {
    const parts = { world: denoWorld, isRunning: true, relay: scene.relay };
    const results = await probeOf(spec, scene.config, parts);
    assertEquals(results.flatMap(({ error }) => error ?? []), []);
    assertEquals(intake.received.length, 0);
  });

  test("hands over what it owns: a later message changes nothing in an earlier one", async (stage) => {
    const { connect, wait, intake } = stage;
    const peer = await connect();
    await wait(peer.exchange(bytesOf("first message")));
    await wait(peer.exchange(bytesOf("later message")));
    assertEquals(intake.texts, ["first message", "later message"]);
    peer.close();
  });

  test("lets the peer know only after receive has resolved", async ({ connect, wait, intake, chance }) => {
    const release = intake.hold();
    const peer = await connect();
    const bytes = bytesOf("held");
    const exchange = peer.exchange(bytes);
    await wait(intake.gotten(1));
    await chance();
    assert(!await settles(exchange), "the peer was told before receive resolved");
    release();
    assertEquals(plain(await wait(exchange)), plain(takenAs(bytes)));
    peer.close();
  });

  test("hands nothing over while the intake is closed, and everything after it opens", async (stage) => {
    const { connect, wait, intake, chance } = stage;
    intake.close();
    const peer = await connect();
    const bytes = bytesOf("patient");
    const exchange = peer.exchange(bytes);
    await wait(Promise.race([intake.consulted(), intake.gotten(1)]));
    await chance();
    assertEquals(intake.received.length, 0, "handed over although the intake was closed");
    intake.open();
    // A transport that answers at once has turned the message away; its sender comes again.
    const first = await wait(exchange);
    const last = first.kind === "left" ? await wait(peer.exchange(bytes)) : first;
    assertEquals(plain(last), plain(takenAs(bytes)));
    assertEquals(intake.texts, ["patient"]);
    peer.close();
  });

  test("leaves the peer believing nothing was taken when that is so", async ({ connect, wait, intake }) => {
    intake.reply = () => failedInSilence(trouble);
    const peer = await connect();
    assertEquals(await wait(peer.exchange(bytesOf("unlucky"))), { kind: "left" });
    peer.close();
    intake.reply = accepted;
    const again = await connect();
    assertEquals(plain(await wait(again.exchange(bytesOf("lucky")))), plain(takenAs(bytesOf("lucky"))));
    again.close();
  });

  if (answers) {
    test("sends the answer of a rejected message back", async ({ connect, wait, intake }) => {
      intake.reply = (delivery) => refused(delivery, trouble);
      const peer = await connect();
      const exchange = await wait(peer.exchange(bytesOf("bad")));
      assertEquals(plain(exchange), plain({ kind: "answered", bytes: bytesOf("refused KIT_JOURNAL_FULL") }));
      peer.close();
    });
  }

  if (peersAtOnce > 1) {
    test("keeps several peers apart", async ({ connect, wait }) => {
      const speak = async (peer: ListenerPeer, number: number) => {
        for (let turn = 0; turn < 5; turn++) {
          const bytes = bytesOf(`peer ${number} turn ${turn} ${"x".repeat(number * 997)}`);
          assertEquals(plain(await peer.exchange(bytes)), plain(takenAs(bytes)));
        }
      };
      const peers = await Promise.all(Array.from({ length: peersAtOnce }, connect));
      await wait(Promise.all(peers.map(speak)));
      for (const peer of peers) peer.close();
    });
  }

  if (subject.breakRules) {
    test("refuses what breaks the transport's rules, and keeps the bytes", async (stage) => {
      const { scene, wait, intake, listening } = stage;
      const bytes = await subject.breakRules!(listening.address, scene);
      await wait(intake.gottenRefused(1));
      const [{ delivery, error }] = intake.refused;
      assertSame(delivery.bytes, bytes);
      assert(error.code in spec.errors, `${error.code} is not declared`);
      assertEquals(intake.received.length, 0);
    });
  }

  const { occupied } = subject;
  if (occupied) {
    test("says by code that its address is taken", async ({ scene, listening }) => {
      const config = occupied.config(listening.address, scene);
      assertEquals(await codeOf(openListener(spec, config)), occupied.code);
    });
  }

  test("stops once what it handed over is answered, and takes no more", async (stage) => {
    const { connect, wait, intake, listening, chance } = stage;
    const release = intake.hold();
    const peer = await connect();
    const bytes = bytesOf("last");
    const exchange = peer.exchange(bytes);
    await wait(intake.gotten(1));
    const stopped = listening.stop();
    await chance();
    assert(!await settles(stopped), "stopped before the last answer");
    release();
    assertEquals(plain(await wait(exchange)), plain(takenAs(bytes)));
    await wait(stopped);
    peer.close();
    const late = await connect().catch(() => undefined);
    late?.exchange(bytesOf("too late")).catch(() => {});
    await chance();
    assertEquals(intake.received.length, 1, "taken after stop");
    late?.close();
  });

  test("stops at once when nobody speaks", async ({ connect, wait, listening }) => {
    const peer = await connect();
    await wait(peer.exchange(bytesOf("before")));
    await wait(listening.stop());
    peer.close();
  });

  test("drops what is unanswered when it is disposed, and may be disposed twice", async ({ connect, listening, intake, wait }) => {
    const release = intake.hold();
    const peer = await connect();
    const exchange = peer.exchange(bytesOf("dropped")).catch(() => ({ kind: "left" as const }));
    await wait(intake.gotten(1));
    await listening[Symbol.asyncDispose]();
    await listening[Symbol.asyncDispose]();
    peer.close();
    release();
    await exchange;
  });

  test("says nothing of what a message holds", async ({ scene, connect, wait, intake, listening, reports }) => {
    const bytes = bytesOf(CANARY);
    for (const reply of [accepted, () => failedInSilence(trouble)]) {
      intake.reply = reply;
      const peer = await connect();
      await wait(peer.exchange(bytes));
      peer.close();
    }
    if (subject.breakRules) {
      await subject.breakRules(listening.address, scene);
      await wait(intake.gottenRefused(1));
    }
    assertSilent([...reports.events, ...intake.refused.map(({ error }) => error)]);
    assertDeclared(reports);
  });
}

function assertDeclared({ events }: Reports): void {
  for (const { name } of events) assert(/^[a-z][A-Za-z]+$/.test(name), `${name} is no event name`);
}

function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  assert(actual.every((byte, at) => byte === expected[at]), "the bytes differ");
}

function plain(exchange: Exchange): unknown {
  return exchange.kind === "answered" ? { ...exchange, bytes: [...exchange.bytes] } : exchange;
}

async function codeOf(opening: Promise<AsyncDisposable>): Promise<string> {
  try {
    await (await opening)[Symbol.asyncDispose]();
  } catch (error) {
    if (error instanceof MitralError) return error.code;
    throw error;
  }
  return "no error";
}
