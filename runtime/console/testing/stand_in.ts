import { defineListener, defineSender, type ListenerSpec, type Parcel } from "../../contract/adapter.ts";
import { declareErrors, MitralError } from "../../contract/error.ts";
import type { Format } from "../../contract/format.ts";
import { hasPaths, type Outcome } from "../../contract/message.ts";
import type { PeerAnswer, PeerConduct } from "../../config/test_file.ts";
import { asWire } from "./wire_text.ts";

/** What the peers of a test do, where the case says so. */
export const errors = declareErrors("peer", {
  PEER_MESSAGE_REJECTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot take message: the test's peer rejects it",
  },
  PEER_MESSAGE_POSTPONED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot take message now: the test's peer postpones it",
  },
  PEER_MESSAGE_UNANSWERED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver message: the test's peer gives no answer",
  },
  PEER_ANSWER_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot answer with values: the format of what was sent makes no answer that has paths",
  },
});

/** A listener that opens nothing: a test hands its messages in. It keeps the name of the one it stands for. */
export function silentListener({ name }: ListenerSpec): ListenerSpec {
  return defineListener({
    name,
    about: "Stands for a listener while a channel is tested.",
    config: {},
    errors: {},
    listen: async () => ({
      address: "test",
      stop: async () => {},
      [Symbol.asyncDispose]: async () => {},
    }),
  });
}

/** The other end of a destination. */
export interface Peer {
  /** A parcel has come in; what is to be answered. */
  take(parcel: Parcel): PeerAnswer;
  /** The format of a content type. */
  speaking(contentType: string): Format | undefined;
}

/** A sender that keeps what it is given, and answers as the test says. */
export function peerSender(peer: Peer) {
  return defineSender({
    name: "peer",
    about: "Stands for a destination while a channel is tested.",
    config: {},
    errors: {},
    open: async () => ({
      send: async (parcel: Parcel) => await outcomeOf(peer.take(parcel), parcel, peer),
      [Symbol.asyncDispose]: async () => {},
    }),
  });
}

/** What an answer comes to: it goes through the format's own `judge`, as a real one does. */
async function outcomeOf(answer: PeerAnswer, parcel: Parcel, peer: Peer): Promise<Outcome> {
  const format = peer.speaking(parcel.contentType);
  if (answer === "unanswered") return errors.fail("PEER_MESSAGE_UNANSWERED");
  if (typeof answer === "string") return await judged(verdicts[answer], parcel, format);
  if (answer.kind === "whole") return await parcel.judge(asWire(answer.bytes, format));
  const positive = format?.answer(parcel.bytes, verdicts.accepted, parcel);
  const body = positive && format!.parse(positive.bytes, positive.contentType);
  if (!body || !hasPaths(body)) return errors.fail("PEER_ANSWER_UNKNOWN");
  const changed = answer.values.reduce(
    (changed, { path, value }) => changed.with(path, typeof value === "string" ? value : value.join()),
    body,
  );
  return await parcel.judge(changed.toBytes());
}

/** A verdict as the format says and reads it; as it is, where the format has no answer to what was sent. */
async function judged(verdict: Verdict, parcel: Parcel, format: Format | undefined): Promise<Outcome> {
  const { answer: _, ...asked } = verdict;
  const answer = format?.answer(parcel.bytes, asked, parcel);
  if (!answer) return verdict;
  try {
    return await parcel.judge(answer.bytes);
  } catch (cause) {
    if (cause instanceof MitralError) return verdict;
    throw cause;
  }
}

type Verdict = Exclude<Outcome, { readonly kind: "filtered" }>;

const verdicts: Readonly<Record<Exclude<PeerConduct, "unanswered">, Verdict>> = {
  accepted: { kind: "accepted" },
  rejected: { kind: "rejected", error: errors.error("PEER_MESSAGE_REJECTED") },
  // With an answer: without one, nobody answered.
  postponed: {
    kind: "failed",
    error: errors.error("PEER_MESSAGE_POSTPONED"),
    answer: { bytes: new Uint8Array(), contentType: "text/plain" },
  },
};
