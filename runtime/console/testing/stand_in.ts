import { defineListener, defineSender, type ListenerSpec, type Parcel } from "../../contract/adapter.ts";
import { declareErrors } from "../../contract/error.ts";
import type { Format } from "../../contract/format.ts";
import { hasPaths, type Outcome } from "../../contract/message.ts";
import type { PeerAnswer, PeerConduct } from "../../config/test_file.ts";
import { asWire } from "./wire_text.ts";

/** What the peers of a test do, where the case says so. */
export const errors = declareErrors("peer", {
  PEER_MESSAGE_REJECTED: {
    blame: "sender",
    retry: "never",
    says: "Message refused: the test's peer rejects it",
  },
  PEER_MESSAGE_POSTPONED: {
    blame: "receiver",
    retry: "later",
    says: "Message refused for now: the test's peer postpones it",
  },
  PEER_MESSAGE_UNANSWERED: {
    blame: "receiver",
    retry: "later",
    says: "No answer: the test's peer gives none",
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
  if (typeof answer === "string") {
    const given = verdicts[answer];
    const { answer: _, ...asked } = given as Exclude<Outcome, { kind: "filtered" }>;
    const bytes = format?.answer(parcel.bytes, asked as Outcome, parcel)?.bytes;
    return bytes ? await parcel.judge(bytes) : given;
  }
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

const verdicts: Readonly<Record<Exclude<PeerConduct, "unanswered">, Outcome>> = {
  accepted: { kind: "accepted" },
  rejected: { kind: "rejected", error: errors.error("PEER_MESSAGE_REJECTED") },
  // With an answer: without one, nobody answered.
  postponed: {
    kind: "failed",
    error: errors.error("PEER_MESSAGE_POSTPONED"),
    answer: { bytes: new Uint8Array(), contentType: "text/plain" },
  },
};
