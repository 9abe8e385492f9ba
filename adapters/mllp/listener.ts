import { defineListener } from "../../runtime/contract/adapter.ts";
import { Door } from "../_kit/limits/door.ts";
import { Rates } from "../_kit/limits/rate.ts";
import { type Begin, type Enter, receive } from "../_kit/net/reception.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { wayAttempts } from "../_kit/probe/way.ts";
import { breachCodes, check, config, errors, type Tools } from "./_listener_spec.ts";
import { examine } from "./framing/examine.ts";
import { Places } from "./receiving/places.ts";
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
    const { enter, begin } = tools.config.role === "client"
      ? ofCalledPeer(tools, life.signal)
      : ofCallingPeers(tools, life.signal);
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

/** How peers are let in, and served. */
interface Welcome {
  readonly enter: Enter;
  readonly begin: Begin;
}

/** Whoever calls, as far as there are places. */
function ofCallingPeers(tools: Tools, signal: AbortSignal): Welcome {
  const places = new Places<Session>(tools.config.connectionsMax);
  const door = new Door("MLLP", tools, { openMax: places.openMax });
  const turnedAway = (peer: string) => door.turnAway("connections", peer);
  const shared = sessionTools(tools, signal, { admit: (session) => places.speak(session), turnedAway });
  return {
    enter: door.enter,
    begin(connection) {
      if (places.areTaken) {
        turnedAway(connection.peer);
        connection.close();
        return undefined;
      }
      const session = new Session(connection, shared);
      places.enter(session)?.drop("full");
      void session.done.then(() => places.leave(session));
      return session;
    },
  };
}

/** The one peer that we call. */
function ofCalledPeer(tools: Tools, signal: AbortSignal): Welcome {
  const shared = sessionTools(tools, signal, { admit: () => true, turnedAway() {} });
  return { enter: () => undefined, begin: (connection) => new Session(connection, shared, { isOurs: true }) };
}

function sessionTools(
  { config, world, intake, report, error }: Tools,
  signal: AbortSignal,
  places: Pick<SessionTools, "admit" | "turnedAway">,
): SessionTools {
  const { frameBytesMax, pauseMsMax, frameMsMax, stallMsMax, commitMsMax, resendsMax } = config;
  return {
    ...config,
    ...places,
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
