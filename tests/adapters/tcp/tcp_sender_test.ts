import { assert, assertEquals } from "@std/assert";
import sender from "../../../adapters/tcp/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { openSender, type SenderRig, worldWith } from "../../world/tools.ts";
import { settles, turns } from "../../world/turns.ts";
import { latin1, textOf } from "../sockets.ts";

type Given = ConfigInput<typeof sender.config>;

const MARKS: Given["framing"] = { start: "STX", end: "ETX CR" };
const never = new AbortController().signal;

function parcelOf(text: string): Parcel {
  return {
    id: "id",
    bytes: latin1(text),
    contentType: "text/plain",
    attempt: 1,
    sequence: 1,
    atMs: Date.UTC(2026, 0, 5, 12),
    value: () => "",
    judge: (bytes) => ({ kind: "accepted", answer: { bytes, contentType: "text/plain" } }),
  };
}

interface Stage extends SenderRig {
  readonly peers: readonly FakeConnection[];
  /** What the sending comes to: a kind of outcome and its code, or a code. */
  send(text: string): Promise<string>;
  /** What has come to the newest connection. */
  heard(): Promise<string>;
}

function test(sentence: string, config: Partial<Given>, run: (stage: Stage) => Promise<void>): void {
  Deno.test(`tcp sender ${sentence}`, async () => {
    const clock = new FakeClock();
    const peers: FakeConnection[] = [];
    const connect = () => {
      const [near, far] = FakeConnection.pair();
      peers.push(far);
      return Promise.resolve(near);
    };
    const world = worldWith(clock, { net: fakeNet({ connect }) });
    const given = { host: "device.example", port: 4001, framing: MARKS, ...config };
    await using rig = await openSender(sender, given, { clock, world });
    await run({
      ...rig,
      peers,
      async send(text) {
        try {
          const outcome = await rig.sender.send(parcelOf(text), never);
          return "error" in outcome ? `${outcome.kind} ${outcome.error.code}` : outcome.kind;
        } catch (error) {
          assert(error instanceof MitralError, String(error));
          return error.code;
        }
      },
      async heard() {
        await turns(5);
        return textOf(peers.at(-1)!.takeUnread());
      },
    });
  });
}

test(
  "takes the ack and the nak it is told",
  { answers: "fixed", ack: "OK", nak: "NO" },
  async ({ send, heard, peers }) => {
    const one = send("one");
    assertEquals(await heard(), "\x02one\x03\r");
    await peers[0].write(latin1("O"));
    assertEquals(await settles(one), false);
    await peers[0].write(latin1("K"));
    assertEquals(await one, "accepted");
    const two = send("two");
    await heard();
    await peers[0].write(latin1("NO"));
    assertEquals(await two, "failed TCP_MESSAGE_REFUSED");
    assertEquals([peers.length, peers[0].hasEnded], [1, false]);
  },
);

test("takes nothing else for an answer", { answers: "fixed" }, async ({ send, heard, peers }) => {
  const one = send("one");
  await heard();
  await peers[0].write(latin1("?"));
  assertEquals(await one, "TCP_ANSWER_BROKEN");
  assertEquals(peers[0].hasEnded, true);
});

test(
  "closes a connection on which the peer says what nobody asked for",
  { answers: "fixed" },
  async (stage) => {
    const { send, heard, peers } = stage;
    const one = send("one");
    await heard();
    await peers[0].write(latin1("\x06\x06"));
    assertEquals(await one, "accepted");
    await turns(5);
    assertEquals([peers[0].hasEnded, stage.reports.count("strayAnswerDropped")], [true, 1]);
    const two = send("two");
    assertEquals(await heard(), "\x02two\x03\r");
    assertEquals(peers.length, 2);
    await peers[1].write(latin1("\x06"));
    assertEquals(await two, "accepted");
  },
);

test(
  "counts what a peer says that answers nothing, and minds none of it",
  { answers: "none" },
  async (stage) => {
    const { send, heard, peers, reports } = stage;
    assertEquals(await send("one"), "accepted");
    await peers[0].write(latin1("hello"));
    await reports.seen("bytesSkipped");
    assertEquals(await send("two"), "accepted");
    assertEquals([await heard(), peers.length], ["\x02one\x03\r\x02two\x03\r", 1]);
  },
);

test("gives up on a peer that does not read", { answers: "none" }, async ({ send, peers, clock }) => {
  assertEquals(await send("one"), "accepted");
  peers[0].goDeaf();
  const two = send("two");
  await clock.armed(30_000);
  await clock.advance(30_000);
  assertEquals(await two, "TCP_ANSWER_LATE");
  assertEquals(peers[0].hasEnded, true);
});

test(
  "ends a connection with its message",
  { framing: { untilClose: true }, answers: "none" },
  async (stage) => {
    assertEquals(await stage.send("one"), "accepted");
    assertEquals([await stage.heard(), stage.peers[0].hasEnded], ["one", true]);
    assertEquals(await stage.send("two"), "accepted");
    assertEquals([await stage.heard(), stage.peers.length], ["two", 2]);
  },
);

test("sends nothing that its framing cannot hold", {}, async ({ send, peers }) => {
  assertEquals(await send("a\x03\rb"), "TCP_MESSAGE_UNFIT");
  assertEquals(peers.length, 0);
});

test(
  "fails by code on an empty answer, and on one that is too large",
  { frameBytesMax: 4 },
  async (stage) => {
    for (const [answer, code] of [["\x02\x03\r", "TCP_ANSWER_EMPTY"], ["\x0212345", "TCP_ANSWER_BROKEN"]]) {
      const sending = stage.send("one");
      await stage.heard();
      await stage.peers.at(-1)!.write(latin1(answer));
      assertEquals(await sending, code);
      assertEquals(stage.peers.at(-1)!.hasEnded, true);
    }
  },
);

test("skips what stands in front of an answer", {}, async ({ send, heard, peers }) => {
  const sending = send("one");
  await heard();
  await peers[0].write(latin1("\r\n\x02yes\x03\r"));
  assertEquals(await sending, "accepted");
});

test("closes a connection that had nothing to do for idleMsMax", { answers: "none" }, async (stage) => {
  assertEquals(await stage.send("one"), "accepted");
  await stage.clock.advance(300_000);
  assertEquals(stage.peers[0].hasEnded, true);
});
