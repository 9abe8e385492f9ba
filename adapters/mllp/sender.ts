import { defineSender, type OpenSender } from "../../runtime/contract/adapter.ts";
import type { MitralError } from "../../runtime/contract/error.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { wayAttempts } from "../_kit/probe/way.ts";
import { check, config, errors, type Tools } from "./_sender_spec.ts";
import { Calls } from "../_kit/net/calls.ts";
import { connect } from "../_kit/net/connect.ts";
import { listenCode } from "../_kit/net/faults.ts";
import { callError, type Calling, openCalling } from "../_kit/tls/calling.ts";
import { openServing } from "../_kit/tls/serving.ts";
import { asServer } from "../_kit/tls/settings.ts";
import { isTlsFailure } from "../../runtime/contract/tls.ts";
import { hostPort } from "../_kit/net/host_port.ts";
import { netCode } from "../_kit/net/net_codes.ts";
import { fitsFrame } from "./framing/frame.ts";
import { Lane, type LaneTools } from "./sending/lane.ts";
import { Link, LinkError, type LinkTools } from "./sending/link.ts";
import { Pacer } from "./sending/pacer.ts";

/**
 * Sends messages over MLLP, release 1 or 2, in plain TCP or by TLS: over connections it opens, or over those the peer opens to it.
 *
 * The next frame that comes back answers the oldest message in flight on its connection. A late answer is never credited
 * to another message: where an answer does not come in time, cannot be read or belongs to another message, the connection
 * is closed, and whatever else was in flight on it has no outcome either. Between two messages the connection is watched;
 * when the peer closes it, or says what nobody asked for, the next message opens a new one.
 *
 * In HL7's enhanced mode the first answer counts (the commit acknowledgment), and an application acknowledgment that
 * follows on the same connection is dropped; or, by `applicationMsMax`, that one counts.
 *
 * In release 2 the peer commits each message before it answers, and each answer is committed as soon as it is judged.
 *
 * Source: HL7 Version 2 Transport Specification MLLP R1; HL7 Version 3 Transport Specification MLLP R2; HL7 v2.9.1
 * chapter 2, 2.8.2 and 2.8.3.
 */
export default defineSender({
  name: "mllp",
  about: "Sends messages over MLLP, by TLS or in plain TCP.",
  config,
  errors,
  check,
  // MLLP has no message that asks for nothing: what a peer does with one, `mitral send` tells.
  probe: (tools) => probe(tools, wayAttempts("MLLP", tools)),
  lanes: ({ connections, inFlightMax, keepAlive }) => connections * (keepAlive ? inFlightMax : 1),

  async open(tools): Promise<OpenSender> {
    const { config, world, error, fail } = tools;
    const troubles = troublesOf(tools);
    const linkTools: LinkTools = { ...config, clock: world.clock, report: tools.report };
    const calls = config.role === "server" ? await answerCalls(tools, linkTools) : undefined;
    const tls = await openCalling("MLLP", config.role === "client" ? config.tls : undefined, tools);
    const laneTools: LaneTools = {
      clock: world.clock,
      keepAlive: config.keepAlive,
      linking: () => calls?.linking() ?? call(tools, linkTools, tls),
      better: (link) => calls?.newer(link) ?? link,
      unanswered: (cause) => cause instanceof LinkError ? troubles(cause) : cause,
    };
    const lanes = Array.from({ length: config.connections }, () => new Lane(laneTools));
    const pacer = new Pacer(world.clock, config.betweenMsMin);
    let isClosed = false;

    return {
      async send(parcel, signal) {
        signal.throwIfAborted();
        const turn = pacer.turn(signal);
        if (turn) await turn;
        if (isClosed) return fail("MLLP_SENDER_CLOSED");
        if (!fitsFrame(parcel.bytes)) return fail("MLLP_MESSAGE_UNFIT", { bytes: parcel.bytes.length });
        try {
          return await leastBusy(lanes).carry(parcel, signal);
        } finally {
          pacer.note();
        }
      },
      async [Symbol.asyncDispose]() {
        isClosed = true;
        tls[Symbol.dispose]();
        for (const lane of lanes) lane.drop(error("MLLP_SENDER_CLOSED"));
        await calls?.[Symbol.asyncDispose]();
      },
    };
  },
});

/** Of those with the least to do, one that has a connection already, if there is one. */
function leastBusy(lanes: readonly Lane[]): Lane {
  return lanes.reduce((best, lane) => {
    const less = best.inFlight - lane.inFlight;
    return less > 0 || less === 0 && !best.isConnected && lane.isConnected ? lane : best;
  });
}

/** Calls the peer. */
function call(tools: Tools, linkTools: LinkTools, tls: Calling) {
  const { config, world, report, error } = tools;
  const { host = "", port, connectMsMax } = config;
  const { connection, abandon } = connect(world, {
    host,
    port,
    connectMsMax,
    tls: tls.current,
    late: () => error("MLLP_CONNECT_LATE", { host, port, connectMsMax }),
    failed: (cause) => callError("MLLP", tools, { host, port }, cause),
  });
  const link = connection.then((made) => {
    report({ name: "connectionOpened", facts: { host, port } });
    const link = new Link(made, linkTools);
    tls.guard(made, link.done);
    return link;
  });
  return { link, abandon };
}

/** Waits for the peer's calls. */
async function answerCalls(tools: Tools, linkTools: LinkTools): Promise<Calls<Link>> {
  const { config, world, report, error, fail } = tools;
  const { host = "127.0.0.1", port, connectMsMax } = config;
  const tls = await openServing("MLLP", asServer(config.tls), tools);
  const acceptor = await world.net.listen({ host, port, ...tls.options }).catch((cause): never => {
    tls[Symbol.dispose]();
    return fail(listenCode("MLLP", cause), { host, port, reason: netCode(cause) }, cause);
  });
  tls.guard(acceptor);
  return new Calls(acceptor, {
    clock: world.clock,
    connectMsMax,
    report,
    closed: () => tls[Symbol.dispose](),
    welcome: (connection) => new Link(connection, { ...linkTools, idleMsMax: 0 }),
    absent: () => error("MLLP_PEER_ABSENT", { host, port, connectMsMax }),
  });
}

/** The declared error for a link that gave no outcome. */
function troublesOf({ config, error }: Tools): (failed: LinkError) => MitralError {
  const { host = "127.0.0.1", port, answerMsMax, applicationMsMax, commitMsMax, resendsMax, frameBytesMax } =
    config;
  const peer = hostPort(host, port);
  return ({ trouble, cause }) => {
    switch (trouble) {
      case "closed":
        // In TLS 1.3 a server refuses our certificate after the handshake.
        return isTlsFailure(cause)
          ? callError("MLLP", { error }, { host, port }, cause)
          : error("MLLP_ANSWER_MISSING", { host, port }, cause);
      case "late":
        return error("MLLP_ANSWER_LATE", { host, port, answerMsMax });
      case "applicationLate":
        return error("MLLP_APPLICATION_LATE", { host, port, applicationMsMax });
      case "empty":
        return error("MLLP_ANSWER_EMPTY", { host, port });
      case "broken":
        return error("MLLP_FLIGHT_BROKEN", { host, port }, cause);
      case "commitUnexpected":
        return error("MLLP_RELEASE_NEWER", { peer });
      case "commitMissing":
        return error("MLLP_RELEASE_OLDER", { peer });
      case "commitLate":
        return error("MLLP_COMMIT_LATE", { host, port, commitMsMax });
      case "commitRefused":
        return error("MLLP_COMMIT_REFUSED", { host, port, resendsMax });
    }
    if (trouble.breach === "tooLarge") return error("MLLP_ANSWER_TOO_LARGE", { frameBytesMax }, trouble);
    return error("MLLP_ANSWER_BROKEN", { host, port, bytes: trouble.bytes.length }, trouble);
  };
}
