import type { Parcel, SenderSpec } from "../../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { ProbeResult } from "../../../../runtime/contract/probe.ts";
import type { Configured } from "../../../../runtime/engine/plan.ts";
import { FakePeer } from "../fake_peer.ts";

/** Nothing could be connected. */
export const unreached = new MitralError("PEER_PLACE_UNREACHED", {
  blame: "receiver",
  retry: "later",
  says: "Cannot connect",
  isUnsent: true,
});

/** A connection was there, and no answer came. */
export const unanswered = new MitralError("PEER_ANSWER_MISSING", {
  blame: "receiver",
  retry: "later",
  says: "Cannot send: no answer",
});

/** One way to a peer: what lies behind it is for a test to say. */
export class WayPeer extends FakePeer {
  /** What a look at it finds, while it is looked at without a message. */
  trouble: MitralError | undefined;
  /** How often it was looked at. */
  looks = 0;

  /** The sender that goes there, with a connection test where `isProbed`. */
  send(isProbed = true): Configured<SenderSpec> {
    const spec: SenderSpec = this.spec;
    return { spec: isProbed ? { ...spec, probe: () => this.#probe() } : spec, config: {} };
  }

  /** Nobody can connect there from now on. */
  cut(): void {
    this.trouble = unreached;
    this.conduct = () => {
      throw unreached;
    };
  }

  /** It is as ever from now on. */
  mend(conduct = (parcel: Parcel) => this.take(parcel)): void {
    this.trouble = undefined;
    this.conduct = conduct;
  }

  async *#probe(): AsyncGenerator<ProbeResult> {
    this.looks++;
    await Promise.resolve();
    const { trouble: error } = this;
    yield { step: "connection", says: error?.message ?? "connected", ms: 0, ...(error ? { error } : {}) };
  }
}
