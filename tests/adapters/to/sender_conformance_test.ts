import sender from "../../../adapters/to/sender.ts";
import type { Exchange, Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import type { FakeClock } from "../../world/fake_clock.ts";
import { type PeerMessage, testSender } from "../../contract/sender_kit.ts";

const fault = { blame: "receiver", retry: "later", says: "Cannot send: nobody is there" } as const;
const away = () => new MitralError("WAY_PARTNER_AWAY", fault);
const ANSWER_MS_MAX = 10_000;

/** An exchange with one way to a partner, whom the test is. */
class FakeExchange implements Exchange {
  readonly #clock: FakeClock;
  readonly #sent: PeerMessage[] = [];
  #takers: ((message: PeerMessage) => void)[] = [];
  isAway = false;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  claim(): never {
    throw new Error("it takes nothing");
  }

  async send(_partner: string, parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    if (this.isAway) throw away();
    const answered = Promise.withResolvers<Uint8Array>();
    const forget = this.#clock.after(ANSWER_MS_MAX, () => answered.reject(away()));
    const stop = () => answered.reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    this.#tell({
      bytes: parcel.bytes.slice(),
      answer: (bytes) => Promise.resolve(answered.resolve(bytes)),
      hangUp: () => answered.reject(away()),
    });
    try {
      return await parcel.judge(await answered.promise);
    } finally {
      forget();
      signal.removeEventListener("abort", stop);
    }
  }

  next(): Promise<PeerMessage> {
    const first = this.#sent.shift();
    return first ? Promise.resolve(first) : new Promise((resolve) => this.#takers.push(resolve));
  }

  #tell(message: PeerMessage): void {
    const taker = this.#takers.shift();
    if (taker) taker(message);
    else this.#sent.push(message);
  }
}

testSender("to", {
  spec: sender,
  answers: true,
  passesOn: ["WAY_PARTNER_AWAY"],
  answerMsMax: ANSWER_MS_MAX,
  scene({ clock }) {
    const exchange = new FakeExchange(clock);
    return Promise.resolve({
      config: { partner: "acme", inFlightMax: 16 },
      exchange,
      next: () => exchange.next(),
      stop: () => Promise.resolve(void (exchange.isAway = true)),
      start: () => Promise.resolve(void (exchange.isAway = false)),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});
