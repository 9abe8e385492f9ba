/** Listeners and senders of MLLP on a network that is only memory: a turn of the event loop brings any byte. */
import listener from "../../../adapters/mllp/listener.ts";
import sender from "../../../adapters/mllp/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import type { Net } from "../../../runtime/contract/world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { accepted } from "../../world/fake_intake.ts";
import { FakeAcceptor, FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { type ListenerRig, openListener, openSender, worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { latin1, textOf } from "./mllp_peer.ts";

export type ListenerConfig = ConfigInput<typeof listener.config>;
export type SenderConfig = ConfigInput<typeof sender.config>;
export const never = new AbortController().signal;

/** A listener that is called. */
export async function openServed(config: Partial<ListenerConfig> = {}) {
  const acceptor = new FakeAcceptor();
  const rig = await openOn({ listen: () => Promise.resolve(acceptor) }, { port: 2575, ...config });
  return { ...rig, acceptor };
}

/** A listener on such a network. */
export async function openOn(net: Partial<Net>, config: ListenerConfig) {
  const clock = new FakeClock();
  const world = worldWith(clock, { net: fakeNet(net), random: new SeededRandom(1) });
  return await openListener(listener, config, { clock, world });
}

/** A sender that calls; `peers` are the far ends of its connections. */
export async function openCalling(config: Partial<SenderConfig> = {}) {
  const clock = new FakeClock();
  const peers: FakeConnection[] = [];
  const connect = () => {
    const [near, far] = FakeConnection.pair();
    peers.push(far);
    return Promise.resolve(near);
  };
  const world = worldWith(clock, { net: fakeNet({ connect }) });
  const rig = await openSender(sender, { host: "peer.example", port: 2575, ...config }, { clock, world });
  return { ...rig, peers };
}

/** A sender that is called. */
export async function openCalled(config: Partial<SenderConfig> = {}) {
  const clock = new FakeClock();
  const acceptor = new FakeAcceptor();
  const world = worldWith(clock, { net: fakeNet({ listen: () => Promise.resolve(acceptor) }) });
  const rig = await openSender(sender, { role: "server", port: 2575, ...config }, { clock, world });
  return { ...rig, acceptor };
}

/** Answers of the fake intake that name what they answer: `AA TEXT`. */
export function echo({ intake }: Pick<ListenerRig, "intake">): void {
  intake.reply = (delivery) => ({
    ...accepted(delivery),
    answer: { bytes: latin1(`AA ${textOf(delivery.bytes)}`), contentType: "text/plain" },
  });
}

/** A parcel; its peer's answers are taken for accepted, unless `judge` says otherwise. */
export function parcelOf(message: string, judge?: Parcel["judge"]): Parcel {
  return {
    id: "id",
    bytes: latin1(message),
    contentType: "text/plain",
    attempt: 1,
    sequence: 1,
    atMs: Date.UTC(2026, 0, 5, 12),
    value: () => "",
    judge: judge ??
      ((bytes): Outcome => ({ kind: "accepted", answer: { bytes, contentType: "text/plain" } })),
  };
}

/** What has come to a peer, once everything under way has come; empty where nothing has, or the other side closed. */
export async function gotten(peer: FakeConnection): Promise<string> {
  await turns(5);
  return textOf(peer.takeUnread());
}
