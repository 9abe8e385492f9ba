import type { Place } from "./problem.ts";
import type { GatewayPlan } from "../engine/plan.ts";

/** A file of tests, read: every name in it is one of the gateway's. */
export interface TestFile {
  readonly gateway: GatewayPlan;
  /** The time it always is; the machine's where left out. */
  readonly nowMs?: number;
  readonly cases: readonly TestCase[];
}

/** One message and what is to become of it. */
export interface TestCase {
  readonly name: string;
  readonly place: Place;
  readonly channel: string;
  readonly input: Text;
  /** True where it goes on with what the case before it left: state, duplicates, what is held. */
  readonly keep: boolean;
  /** True where people approve, as it was read, what waits for them. */
  readonly approve: boolean;
  /** What destinations answer to what they are sent, in order; the last holds for all after it. */
  readonly answers: ReadonlyMap<DestinationName, readonly PeerAnswer[]>;
  /** Paths that messages given whole are not compared at. */
  readonly ignore: readonly string[];
  readonly expect: Expectation;
}

/** `channel/destination`. */
export type DestinationName = string;

/** Content as it stands in the file, or in one it names: in UTF-8, with the line ends it has there. */
export interface Text {
  readonly bytes: Uint8Array;
  readonly place: Place;
}

/** What the peer of a destination does: in a word, by its whole answer, or by values of the positive one. */
export type PeerAnswer = PeerConduct | Content;
export type PeerConduct = typeof PEER_CONDUCTS[number];
export const PEER_CONDUCTS = ["accepted", "rejected", "postponed", "unanswered"] as const;

/** What is to become of a message. What is left out is not looked at. */
export interface Expectation {
  readonly place: Place;
  /** `accepted`, `filtered`, `reviewing`, `rejected` for any error, or a code; left out: anything but an error. */
  readonly outcome?: { readonly text: string; readonly place: Place };
  /** `null`: there is to be none. */
  readonly answer?: { readonly content: Content | null; readonly place: Place };
  readonly sent: readonly ExpectedSent[];
}

/** What a destination is to be sent, in order; possibly nothing. */
export interface ExpectedSent {
  /** As the file names it. */
  readonly label: string;
  readonly destination: DestinationName;
  readonly place: Place;
  readonly messages: readonly Content[];
}

/** Content, whole or by some of its values. */
export type Content = Whole | Values;
export interface Whole extends Text {
  readonly kind: "whole";
}
export interface Values {
  readonly kind: "values";
  readonly place: Place;
  readonly values: readonly ContentValue[];
}

/** The value at a path, or, as a list, all values the path can mean. Empty: there is none. */
export interface ContentValue {
  readonly path: string;
  readonly value: string | readonly string[];
  readonly place: Place;
}

/** The name a destination goes by among all those of a gateway. */
export function destinationName(channel: string, destination: string): DestinationName {
  return `${channel}/${destination}`;
}
