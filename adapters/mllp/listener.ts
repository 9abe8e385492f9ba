import { defineListener } from "../../runtime/contract/adapter.ts";
import type { Connection } from "../../runtime/contract/world.ts";
import { Rates } from "../_kit/limits/rate.ts";
import { type Placing, welcomeCalled, welcomeCallers } from "../_kit/net/crowd.ts";
import { receive } from "../_kit/net/reception.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { wayAttempts } from "../_kit/probe/way.ts";
import { breachCodes, check, config, errors, type Tools } from "./_listener_spec.ts";
import { examine } from "./framing/examine.ts";
import { Session, type SessionTools } from "./receiving/session.ts";

/**
 * Takes messages over MLLP, release 1 or 2, in plain TCP or by TLS: from peers that call, or from one peer that it calls itself.
 *
 * Back-pressure is TCP's own: while the intake is closed, or `inFlightMax` messages of a connection are unanswered,
 * its socket is not read. An answer goes out only when the intake has given it, in the order of the messages. Where a
 * message failed or was refused and there is nothing to say, the connection is closed, since many senders drop a
 * message on a negative answer and repeat it on silence. An empty frame is skipped and gets no answer.
 *
 * In release 2 a message is committed as soon as it is in safe storage, before its answer, and refused where it does not
 * get there: the peer then sends it again. The peer commits each answer.
 *
 * What breaks the rules of framing goes to quarantine; where its end is known, the connection goes on. Bytes between
 * frames are kept once a connection, and only from a peer that has sent a frame, or what looks like a message: what
 * scanners and health checks of other protocols say is counted, not kept.
 *
 * Source: HL7 Version 2 Transport Specification MLLP R1; HL7 Implementation Guide, appendix C, C.4; HL7 Version 3
 * Transport Specification MLLP R2.
 */
export default defineListener({
  name: "mllp",
  answersLater: true,
  about: "Takes messages over MLLP, by TLS or in plain TCP.",
  config,
  errors,
  check,
  examine,
  // MLLP has no message that asks for nothing: what a peer does with one, `mitral send` tells.
  probe: (tools) => probe(tools, wayAttempts("MLLP", tools)),
  async listen(tools) {
    const life = new AbortController();
    const isOurs = tools.config.role === "client";
    const serving = (placing: Placing<Session>) => {
      const shared = sessionTools(tools, life.signal, placing);
      return (connection: Connection) => new Session(connection, shared, { isOurs });
    };
    const { enter, begin } = isOurs ? welcomeCalled(serving) : welcomeCallers("MLLP", tools, serving);
    const listening = await receive("MLLP", tools, enter, begin);
    return {
      address: listening.address,
      stop() {
        life.abort();
        return listening.stop();
      },
      [Symbol.asyncDispose]() {
        life.abort();
        return listening[Symbol.asyncDispose]();
      },
    };
  },
});

function sessionTools(
  { config, world, intake, report, error }: Tools,
  signal: AbortSignal,
  placing: Placing<Session>,
): SessionTools {
  const { frameBytesMax, pauseMsMax, frameMsMax, stallMsMax, commitMsMax, resendsMax } = config;
  return {
    ...config,
    ...placing,
    intake,
    report,
    rates: new Rates(world.clock, config.messagesPerSecondMax),
    clock: world.clock,
    signal,
    breachError: ({ breach, bytes }) => {
      const verdict = verdictOn(bytes, breach === "startMissing" ? "stream" : "message") ?? breach;
      return error(breachCodes[breach], {
        frameBytesMax,
        pauseMsMax,
        frameMsMax,
        bytes: bytes.length,
        verdict,
      });
    },
    strayError: (bytes) =>
      error("MLLP_BYTES_STRAY", { bytes: bytes.length, verdict: verdictOn(bytes, "stream") ?? "bytesStray" }),
    newerError: (peer) => error("MLLP_RELEASE_NEWER", { peer }),
    uncommittedError: (peer) => error("MLLP_ANSWER_UNCOMMITTED", { peer, commitMsMax, resendsMax }),
    unreadError: (peer) => error("MLLP_ANSWER_UNREAD", { peer, stallMsMax }),
    strangerError: (peer, speaks) => error("MLLP_STRANGER_REFUSED", { peer, speaks }),
  };
}

/** Bytes that are looked at for what is wrong with them, beside the message's way. */
const verdictBytesMax = 64 * 1024;

function verdictOn(bytes: Uint8Array, of: "stream" | "message"): string | undefined {
  return examine(bytes.subarray(0, verdictBytesMax), of).find(({ isTolerated }) => !isTolerated)?.code;
}
