import type { Keyring, Statement } from "../contract/envelope.ts";
import type { Outcome } from "../contract/message.ts";
import type { Exchanged, Receipted } from "../journal/exchanged.ts";
import type { Arrival } from "./arrival.ts";
import type { DestinationPlan } from "./plan.ts";

/** To whom what is sealed for a destination goes, and under which name. */
export interface Correspondent {
  /** What the partner's gateway calls itself; `undefined` where nobody has ever said. */
  gateway(): string | undefined;
  readonly feed: string;
  readonly epoch: number;
}

/**
 * True for a feed by which gateways talk to each other. No channel takes one: its receipt would say that something was done
 * which nobody has done, and whoever carries envelopes decides which listener they come to.
 */
export function isReservedFeed(feed: string): boolean {
  return feed.startsWith("mitral.");
}

/**
 * The partner that something is sealed for. A receipt may come when the partner is suspended, or gone: what its gateway
 * called itself is remembered.
 */
export function correspondentOf(
  partner: string,
  keyring: Pick<Keyring, "gatewayOf">,
  as: Pick<Correspondent, "feed" | "epoch">,
): Correspondent {
  let known: string | undefined;
  const gateway = () => {
    try {
      known = keyring.gatewayOf(partner);
    } catch {
      // Whoever seals hears of it.
    }
    return known;
  };
  gateway();
  return { ...as, gateway };
}

/**
 * The partner whose receipts tell what became of a destination's messages: the first of those they are sealed for, which they
 * are sent to. Where nothing is signed there are no receipts.
 */
export function signerFor(encrypt: DestinationPlan["encrypt"]): string | undefined {
  return encrypt?.spec.isUnsigned?.(encrypt.config as never) ? undefined : encrypt?.to[0];
}

/** Under which name a destination's messages are known to the partner they are sealed for. */
export function feedOf(channel: string, send: DestinationPlan["send"]): string {
  return "spec" in send ? send.spec.feed?.(send.config as never).name ?? channel : channel;
}

/** What is written down with a message that came sealed, alone. */
export function receivedWith(
  { sealed, member }: Pick<Arrival, "sealed" | "member">,
): { readonly exchanged?: Omit<Exchanged, "receipt"> } {
  return sealed && member === undefined ? { exchanged: receivedAs(sealed.opened.statement) } : {};
}

/** What is written down of what came sealed, with what its receipt says. */
export function received(statement: Statement, receipt: Receipted): Exchanged {
  return { ...receivedAs(statement), receipt };
}

function receivedAs({ from, channel, epoch, sequence }: Statement): Omit<Exchanged, "receipt"> {
  return { way: "received", gateway: from, feed: channel, epoch, sequence };
}

/** What is written down of a delivery that ended with a partner's receipt; `undefined` where it ended otherwise. */
export function sent(to: Correspondent, sequence: number, outcome: Outcome): Exchanged | undefined {
  const isReceipted = outcome.kind !== "failed" && outcome.kind !== "filtered" &&
    outcome.answer !== undefined;
  if (!isReceipted) return undefined;
  const { feed, epoch } = to;
  const gateway = to.gateway();
  if (gateway === undefined) return undefined;
  return { way: "sent", gateway, feed, epoch, sequence, receipt: outcome.kind };
}

/** What a receipt says of an outcome: left out on purpose is taken. */
export function receiptedAs(outcome: Outcome): Receipted {
  return outcome.kind === "rejected" ? "rejected" : "accepted";
}
