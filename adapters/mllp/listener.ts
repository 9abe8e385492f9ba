import { defineListener, type Listening } from "../../runtime/contract/adapter.ts";
import { bytes, durationMs, integer, text } from "../../runtime/contract/spec.ts";
import type { Acceptor, Connection } from "../../runtime/contract/world.ts";
import { netCode, netTrouble } from "./_net_codes.ts";
import { Places } from "./_places.ts";
import { Session, type SessionTools } from "./_session.ts";
import { examine } from "./framing/examine.ts";
import type { Breach } from "./framing/frame_reader.ts";

const breachCodes = {
  tooLarge: "MLLP_FRAME_TOO_LARGE",
  startMissing: "MLLP_FRAME_START_MISSING",
  startRepeated: "MLLP_FRAME_START_REPEATED",
  endMissing: "MLLP_FRAME_END_MISSING",
} as const satisfies Record<Breach, string>;

/**
 * Takes messages over MLLP release 1, in plain TCP.
 *
 * Back-pressure is TCP's own: while the intake is closed, or `inFlightMax` messages of a connection are unanswered,
 * its socket is not read. An answer goes out only when the intake has given it, in the order of the messages. Where a
 * message failed or was refused and there is nothing to say, the connection is closed, since many senders drop a
 * message on a negative answer and repeat it on silence. An empty frame is skipped and gets no answer.
 *
 * Source: HL7 Version 2 Transport Specification MLLP R1; HL7 Implementation Guide, appendix C, C.4.
 */
export default defineListener({
  name: "mllp",
  answersLater: true,
  about: "Takes messages over MLLP, in plain TCP.",
  config: {
    port: integer("Port to listen on; 0 lets the system choose one.", { min: 0, max: 65535, example: 2575 }),
    host: text(
      "Address to listen on. MLLP is not encrypted: only this machine unless another address is named.",
      { default: "127.0.0.1", example: "10.1.2.3" },
    ),
    frameBytesMax: bytes("Largest message; a larger one is refused and its connection closed.", {
      default: 10 * 1024 * 1024,
      min: 1,
    }),
    connectionsMax: integer(
      "Peers that may speak at once; one more is closed at once. A connection without a byte, such as a load " +
        "balancer's probe, takes no place.",
      { default: 256, min: 1 },
    ),
    inFlightMax: integer(
      "Messages of one connection that may be unanswered at once. Answers keep the order of the messages.",
      { default: 1, min: 1, max: 1024 },
    ),
    idleMsMax: durationMs("Closes a connection that is silent between two messages for so long; 0: never.", {
      default: 0,
    }),
    pauseMsMax: durationMs("Refuses a message that pauses for so long before it is whole; 0: never.", {
      default: 30_000,
    }),
    endMsMax: durationMs(
      "How long to wait for the CR of a frame's end after its FS; then the frame counts as ended without. 0: such " +
        "a frame never ends.",
      { default: 250 },
    ),
  },
  errors: {
    MLLP_PORT_BUSY: {
      blame: "operator",
      retry: "later",
      says: "Cannot listen: port {port} of {host} is taken by another program",
    },
    MLLP_PORT_FORBIDDEN: {
      blame: "operator",
      retry: "never",
      says: "Cannot listen: the system does not allow port {port} of {host}",
    },
    MLLP_HOST_FOREIGN: {
      blame: "operator",
      retry: "never",
      says: "Cannot listen: {host} is no address of this machine",
    },
    MLLP_PORT_UNUSABLE: {
      blame: "operator",
      retry: "later",
      says: "Cannot listen: the system refuses port {port} of {host} ({reason})",
    },
    MLLP_FRAME_TOO_LARGE: {
      blame: "sender",
      retry: "never",
      says: "Cannot read frame: larger than frameBytesMax ({frameBytesMax})",
    },
    MLLP_FRAME_START_MISSING: {
      blame: "sender",
      retry: "never",
      says: "Cannot read frame: {bytes} bytes came without the VT that starts one",
    },
    MLLP_FRAME_START_REPEATED: {
      blame: "sender",
      retry: "never",
      says: "Cannot read frame: another one starts within its {bytes} bytes",
    },
    MLLP_FRAME_END_MISSING: {
      blame: "sender",
      retry: "never",
      says:
        "Cannot read frame: the connection ended, or paused for pauseMsMax ({pauseMsMax}), after {bytes} bytes of it",
    },
  },

  examine,

  async listen({ config, world, intake, report, error, fail }): Promise<Listening> {
    const { host, port, frameBytesMax, pauseMsMax } = config;
    const acceptor = await world.net.listen({ host, port }).catch((cause): never => {
      const trouble = netTrouble(cause);
      if (trouble === "busy") return fail("MLLP_PORT_BUSY", { host, port }, cause);
      if (trouble === "forbidden") return fail("MLLP_PORT_FORBIDDEN", { host, port }, cause);
      if (trouble === "notOurs" || trouble === "unknownHost") {
        return fail("MLLP_HOST_FOREIGN", { host }, cause);
      }
      return fail("MLLP_PORT_UNUSABLE", { host, port, reason: netCode(cause) }, cause);
    });
    const life = new AbortController();
    const places = new Places<Session>(config.connectionsMax);
    const tools: SessionTools = {
      ...config,
      intake,
      report,
      clock: world.clock,
      signal: life.signal,
      breachError: ({ breach, bytes }) =>
        error(breachCodes[breach], { frameBytesMax, pauseMsMax, bytes: bytes.length }),
      admit: (session) => places.speak(session),
    };
    const welcome = (connection: Connection): void => {
      if (places.areTaken) {
        report({ name: "connectionTurnedAway", facts: { peer: connection.peer } });
        return connection.close();
      }
      const session = new Session(connection, tools);
      places.enter(session)?.drop("full");
      void session.done.then(() => places.leave(session));
    };
    const accepting = accept(acceptor, welcome);

    return {
      address: `${host.includes(":") ? `[${host}]` : host}:${acceptor.port}`,
      async stop() {
        life.abort();
        acceptor.close();
        await accepting;
        await Promise.all([...places].map((session) => session.stop()));
      },
      async [Symbol.asyncDispose]() {
        life.abort();
        acceptor.close();
        for (const session of places) session.drop("dropped");
        await accepting;
      },
    };
  },
});

async function accept(acceptor: Acceptor, welcome: (connection: Connection) => void): Promise<void> {
  for await (const connection of acceptor) welcome(connection);
}
