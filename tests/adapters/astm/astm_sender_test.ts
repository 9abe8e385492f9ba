import { assert, assertEquals } from "@std/assert";
import sender from "../../../adapters/astm/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { openSender, type SenderRig, worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { latin1, textOf } from "../sockets.ts";
import { ACK, ENQ, EOT, frame, NAK } from "./astm_peer.ts";

const HEADER = "H|\\^&\r", ORDER = "O|1|4711||^^^GLU\r", END = "L|1|N\r";
const MESSAGE = HEADER + ORDER + END;
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
    judge: () => {
      throw new Error("nothing is to be judged");
    },
  };
}

/** A sender whose connections end in this test. */
class Stage {
  constructor(
    readonly rig: SenderRig,
    readonly peers: readonly FakeConnection[],
  ) {}

  get clock(): FakeClock {
    return this.rig.clock;
  }

  /** What the sending comes to: `accepted`, or a code. */
  async send(text: string = MESSAGE): Promise<string> {
    try {
      return (await this.rig.sender.send(parcelOf(text), never)).kind;
    } catch (error) {
      assert(error instanceof MitralError, String(error));
      return error.code;
    }
  }

  /** What has come to the newest connection. */
  async heard(): Promise<string> {
    await turns(5);
    return textOf(this.peers.at(-1)!.takeUnread());
  }

  /** Says something on the newest connection, and what comes then. */
  async say(what: string): Promise<string> {
    await this.peers.at(-1)!.write(latin1(what));
    return await this.heard();
  }
}

function test(
  sentence: string,
  run: (stage: Stage) => Promise<void>,
  config: Partial<ConfigInput<typeof sender.config>> = {},
): void {
  Deno.test(`astm sender ${sentence}`, async () => {
    const clock = new FakeClock();
    const peers: FakeConnection[] = [];
    const connect = () => {
      const [near, far] = FakeConnection.pair();
      peers.push(far);
      return Promise.resolve(near);
    };
    const world = worldWith(clock, { net: fakeNet({ connect }) });
    const given = { host: "analyser.example", port: 4001, ...config };
    await using rig = await openSender(sender, given, { clock, world });
    await run(new Stage(rig, peers));
  });
}

test("sends each record as a text of its own, and cuts long ones", async (stage) => {
  const long = `C|1|I|${"x".repeat(300)}\r`;
  const sending = stage.send(HEADER + long + END);
  assertEquals(await stage.heard(), ENQ);
  assertEquals(await stage.say(ACK), textOf(frame(1, HEADER)));
  assertEquals(await stage.say(ACK), textOf(frame(2, long.slice(0, 240), "\x17")));
  assertEquals(await stage.say(ACK), textOf(frame(3, long.slice(240))));
  assertEquals(await stage.say(ACK), textOf(frame(4, END)));
  assertEquals(await stage.say(ACK), EOT);
  assertEquals(await sending, "accepted");
});

test("sends a message as one text where it is told so", async (stage) => {
  const sending = stage.send();
  assertEquals(await stage.heard(), ENQ);
  assertEquals(await stage.say(ACK), textOf(frame(1, MESSAGE)));
  assertEquals(await stage.say(ACK), EOT);
  assertEquals(await sending, "accepted");
}, { frames: "texts" });

test("counts its frames from 7 on to 0", async (stage) => {
  const sending = stage.send("R\r".repeat(9));
  await stage.heard();
  let said = await stage.say(ACK);
  const numbers: string[] = [];
  for (; said !== EOT; said = await stage.say(ACK)) numbers.push(said[1]);
  assertEquals(numbers.join(""), "123456701");
  assertEquals(await sending, "accepted");
});

test("sends a frame again that was not acknowledged, and gives up after attemptsMax", async (stage) => {
  const sending = stage.send();
  await stage.heard();
  const first = textOf(frame(1, HEADER));
  assertEquals(await stage.say(ACK), first);
  // Whatever is neither ACK nor EOT says no.
  for (const no of [NAK, ENQ, NAK, NAK, NAK]) assertEquals(await stage.say(no), first);
  assertEquals(await stage.say(NAK), EOT);
  assertEquals(await sending, "ASTM_FRAME_REFUSED");
  assertEquals(stage.peers[0].hasEnded, false);
});

for (const acknowledged of [0, 1, 3]) {
  test(`gives the line back, and the connection up, on silence after ${acknowledged} ACKs`, async (stage) => {
    const sending = stage.send();
    await stage.heard();
    for (let time = 0; time < acknowledged; time++) await stage.say(ACK);
    await stage.clock.armed(15_000);
    await stage.clock.advance(15_000);
    assertEquals(await stage.heard(), EOT);
    assertEquals(await sending, "ASTM_ANSWER_LATE");
    assertEquals(stage.peers[0].hasEnded, true);
    const next = stage.send();
    assertEquals(await stage.heard(), ENQ);
    assertEquals(stage.peers.length, 2);
    stage.peers[1].close();
    assertEquals(await next, "ASTM_ANSWER_MISSING");
  });
}

test("asks a busy peer again after ten seconds, and enquiriesMax times in all", async (stage) => {
  const sending = stage.send();
  assertEquals(await stage.heard(), ENQ);
  assertEquals(await stage.say(NAK), "");
  await stage.clock.advance(9_999);
  assertEquals(await stage.heard(), "");
  await stage.clock.advance(1);
  assertEquals(await stage.heard(), ENQ);
  assertEquals(await stage.say(NAK), "");
  assertEquals(await sending, "ASTM_LINE_BUSY");
}, { enquiriesMax: 2 });

for (const [station, ms] of [["host", 20_000], ["instrument", 1_000]] as const) {
  test(`waits ${ms} ms as ${station} where both ask for the line at once`, async (stage) => {
    const sending = stage.send("L\r");
    assertEquals(await stage.heard(), ENQ);
    assertEquals(await stage.say(ENQ), "");
    await stage.clock.advance(ms - 1);
    assertEquals(await stage.heard(), "");
    await stage.clock.advance(1);
    assertEquals(await stage.heard(), ENQ);
    await stage.say(ACK);
    assertEquals(await stage.say(ACK), EOT);
    assertEquals(await sending, "accepted");
    assertEquals(stage.rig.reports.count("lineContended"), 1);
  }, { station });
}

test("takes EOT for ACK, and leaves the line for 15 seconds after the message", async (stage) => {
  const sending = stage.send();
  await stage.heard();
  await stage.say(ACK);
  assertEquals(await stage.say(EOT), textOf(frame(2, ORDER)));
  await stage.say(ACK);
  assertEquals(await stage.say(ACK), EOT);
  assertEquals(await sending, "accepted");
  const next = stage.send();
  assertEquals(await stage.heard(), "");
  assertEquals(await stage.say(ENQ), NAK, "this end takes nothing");
  await stage.clock.advance(15_000);
  assertEquals(await stage.heard(), ENQ);
  stage.peers[0].close();
  assertEquals(await next, "ASTM_ANSWER_MISSING");
});

for (const [what, text] of [["a line feed", "H|\\^&\r\nL|1\r\n"], ["an STX", "H\x02"], ["nothing", ""]]) {
  test(`sends no message that holds ${what}`, async (stage) => {
    assertEquals(await stage.send(text), "ASTM_MESSAGE_UNFIT");
    assertEquals(stage.peers.length, 0);
  });
}

test("gives the line back when it is told to give up", async (stage) => {
  const life = new AbortController();
  const sending = stage.rig.sender.send(parcelOf(MESSAGE), life.signal).catch((error) => error);
  await stage.heard();
  await stage.say(ACK);
  const reason = new Error("no longer wanted");
  life.abort(reason);
  assertEquals(await sending, reason);
  assertEquals(await stage.heard(), EOT);
  assertEquals(stage.peers[0].hasEnded, true);
});
