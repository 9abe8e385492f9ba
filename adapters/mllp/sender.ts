import { defineSender, type OpenSender } from "../../runtime/contract/adapter.ts";
import { bytes, durationMs, integer, text, toggle } from "../../runtime/contract/spec.ts";
import { Lane, type LaneTools } from "./_lane.ts";
import { LinkError } from "./_link.ts";
import { netCode, netTrouble } from "./_net_codes.ts";
import { fitsFrame } from "./framing/frame.ts";

/**
 * Sends messages over MLLP release 1, in plain TCP: one message in flight on each connection, and the next frame that
 * comes back is its answer.
 *
 * A late answer is never credited to another message: where an answer does not come in time, cannot be read or belongs
 * to another message, the connection is closed. Between two messages the connection is watched; when the peer closes
 * it, or says what nobody asked for, the next message opens a new one. In HL7's enhanced mode the first answer counts
 * (the commit acknowledgement); an application acknowledgement that follows on the same connection is dropped with it.
 *
 * Source: HL7 Version 2 Transport Specification MLLP R1; HL7 v2.9.1 chapter 2, 2.8.2 and 2.8.3.
 */
export default defineSender({
  name: "mllp",
  about: "Sends messages over MLLP, in plain TCP.",
  config: {
    host: text("Name or address of the peer.", { example: "ehr.local" }),
    port: integer("Port of the peer.", { min: 1, max: 65535, example: 2575 }),
    connectMsMax: durationMs("How long the peer may take to accept a connection.", {
      default: 10_000,
      min: 1,
    }),
    answerMsMax: durationMs("How long the peer may take to answer a message.", { default: 30_000, min: 1 }),
    keepAlive: toggle("Keeps the connection between messages.", { default: true }),
    idleMsMax: durationMs(
      "Closes a connection that had nothing to do for so long, before a firewall forgets it; 0: never.",
      { default: 300_000 },
    ),
    connections: integer("Connections, and so messages in flight at once.", { default: 1, min: 1, max: 256 }),
    frameBytesMax: bytes("Largest answer.", { default: 10 * 1024 * 1024, min: 1 }),
    endMsMax: durationMs(
      "How long to wait for the CR of an answer's end after its FS; then the answer counts as ended without. 0: " +
        "such an answer never ends.",
      { default: 250 },
    ),
  },
  errors: {
    MLLP_PEER_UNREACHABLE: {
      blame: "receiver",
      retry: "later",
      says: "Cannot connect: {host} port {port} refuses or cannot be reached ({reason})",
    },
    MLLP_CONNECT_LATE: {
      blame: "receiver",
      retry: "later",
      says: "Cannot connect: {host} port {port} did not accept within connectMsMax ({connectMsMax})",
    },
    MLLP_HOST_UNKNOWN: {
      blame: "operator",
      retry: "later",
      says: "Cannot connect: the name {host} has no address",
    },
    MLLP_HOST_FORBIDDEN: {
      blame: "operator",
      retry: "later",
      says: "Cannot connect: this program may not reach {host} port {port}",
    },
    MLLP_ANSWER_LATE: {
      blame: "receiver",
      retry: "later",
      says: "Cannot deliver: {host} port {port} did not answer within answerMsMax ({answerMsMax})",
    },
    MLLP_ANSWER_MISSING: {
      blame: "receiver",
      retry: "later",
      says: "Cannot deliver: {host} port {port} closed the connection without an answer",
    },
    MLLP_ANSWER_EMPTY: {
      blame: "receiver",
      retry: "later",
      says: "Cannot deliver: {host} port {port} answered with an empty frame",
    },
    MLLP_ANSWER_TOO_LARGE: {
      blame: "receiver",
      retry: "later",
      says: "Cannot read answer: larger than frameBytesMax ({frameBytesMax})",
    },
    MLLP_ANSWER_BROKEN: {
      blame: "receiver",
      retry: "later",
      says: "Cannot read answer: {host} port {port} sent {bytes} bytes that are no whole frame",
    },
    MLLP_MESSAGE_UNFIT: {
      blame: "sender",
      retry: "never",
      says: "Cannot send message: within its {bytes} bytes stands what ends or starts a frame",
    },
    MLLP_SENDER_CLOSED: {
      blame: "operator",
      retry: "later",
      says: "Cannot send message: the sender is closed",
    },
  },
  lanes: ({ connections }) => connections,

  async open({ config, world, report, error, fail }): Promise<OpenSender> {
    const { host, port, connectMsMax, answerMsMax, frameBytesMax } = config;
    const tools: LaneTools = {
      ...config,
      world,
      clock: world.clock,
      report,
      late: () => error("MLLP_CONNECT_LATE", { host, port, connectMsMax }),
      failed(cause) {
        const trouble = netTrouble(cause);
        if (trouble === "unknownHost") return error("MLLP_HOST_UNKNOWN", { host }, cause);
        if (trouble === "forbidden") return error("MLLP_HOST_FORBIDDEN", { host, port }, cause);
        return error("MLLP_PEER_UNREACHABLE", { host, port, reason: netCode(cause) }, cause);
      },
      unanswered(cause) {
        if (!(cause instanceof LinkError)) return cause;
        const { trouble } = cause;
        if (trouble === "late") return error("MLLP_ANSWER_LATE", { host, port, answerMsMax });
        if (trouble === "closed") return error("MLLP_ANSWER_MISSING", { host, port }, cause.cause);
        if (trouble === "empty") return error("MLLP_ANSWER_EMPTY", { host, port });
        if (trouble.breach === "tooLarge") return error("MLLP_ANSWER_TOO_LARGE", { frameBytesMax }, trouble);
        return error("MLLP_ANSWER_BROKEN", { host, port, bytes: trouble.bytes.length }, trouble);
      },
    };
    const lanes = Array.from({ length: config.connections }, () => new Lane(tools));
    let isClosed = false;

    return {
      async send(parcel, signal) {
        signal.throwIfAborted();
        if (isClosed) return fail("MLLP_SENDER_CLOSED");
        if (!fitsFrame(parcel.bytes)) return fail("MLLP_MESSAGE_UNFIT", { bytes: parcel.bytes.length });
        const lane = freeLane(lanes);
        const giveUp = () => lane.drop(signal.reason);
        signal.addEventListener("abort", giveUp, { once: true });
        try {
          return await lane.carry(parcel);
        } finally {
          signal.removeEventListener("abort", giveUp);
        }
      },
      async [Symbol.asyncDispose]() {
        isClosed = true;
        for (const lane of lanes) lane.drop(error("MLLP_SENDER_CLOSED"));
      },
    };
  },
});

/** One that has a connection already, if there is one. */
function freeLane(lanes: readonly Lane[]): Lane {
  const lane = lanes.find(({ isBusy, isConnected }) => !isBusy && isConnected) ??
    lanes.find(({ isBusy }) => !isBusy);
  if (!lane) throw new TypeError("Cannot send: called more often than lanes allows");
  return lane;
}
