import { defineListener, type Listening } from "../../runtime/contract/adapter.ts";
import type { Acceptor, Connection } from "../../runtime/contract/world.ts";
import { Door } from "../_kit/limits/door.ts";
import { Rates } from "../_kit/limits/rate.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { wayAttempts } from "../_kit/probe/way.ts";
import { breachCodes, check, config, errors, type Tools } from "./_listener_spec.ts";
import { listenCode } from "../_kit/net/faults.ts";
import { hostPort } from "../_kit/net/host_port.ts";
import { keepConnected } from "../_kit/net/keep_connected.ts";
import { netCode } from "../_kit/net/net_codes.ts";
import { examine } from "./framing/examine.ts";
import { callError, openCalling } from "../_kit/tls/calling.ts";
import { openServing } from "../_kit/tls/serving.ts";
import { asServer } from "../_kit/tls/settings.ts";
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
  listen: (tools) => tools.config.role === "client" ? call(tools) : serve(tools),
});

const LOOPBACK = "127.0.0.1";

/** Waits for peers. */
async function serve(tools: Tools): Promise<Listening> {
  const { world, fail, config: { host = LOOPBACK, port, connectionsMax } } = tools;
  const places = new Places<Session>(connectionsMax);
  const door = new Door("MLLP", tools, { openMax: places.openMax });
  const tls = await openServing("MLLP", asServer(tools.config.tls), tools);
  const acceptor = await world.net.listen({ host, port, enter: door.enter, ...tls.options }).catch(
    (cause): never => {
      tls[Symbol.dispose]();
      return fail(listenCode("MLLP", cause), { host, port, reason: netCode(cause) }, cause);
    },
  );
  tls.guard(acceptor);
  const life = new AbortController();
  const turnedAway = (peer: string) => door.turnAway("connections", peer);
  const shared = sessionTools(tools, life.signal, { admit: (session) => places.speak(session), turnedAway });
  const welcome = (connection: Connection): void => {
    if (places.areTaken) {
      turnedAway(connection.peer);
      return connection.close();
    }
    const session = new Session(connection, shared);
    places.enter(session)?.drop("full");
    void session.done.then(() => places.leave(session));
  };
  const accepting = accept(acceptor, welcome);

  return {
    address: hostPort(host, acceptor.port),
    async stop() {
      life.abort();
      tls[Symbol.dispose]();
      acceptor.close();
      await accepting;
      await Promise.all([...places].map((session) => session.stop()));
    },
    async [Symbol.asyncDispose]() {
      life.abort();
      tls[Symbol.dispose]();
      acceptor.close();
      for (const session of places) session.drop("dropped");
      await accepting;
    },
  };
}

async function accept(acceptor: Acceptor, welcome: (connection: Connection) => void): Promise<void> {
  for await (const connection of acceptor) welcome(connection);
}

/** Calls the peer, and takes what it sends over that connection. */
async function call(tools: Tools): Promise<Listening> {
  const { world, report, error, config } = tools;
  const { host = LOOPBACK, port, connectMsMax } = config;
  const life = new AbortController();
  const tls = await openCalling("MLLP", config.tls, tools);
  const shared = sessionTools(tools, life.signal, { admit: () => true, turnedAway() {} });
  let session: Session | undefined;
  const keeping = keepConnected({
    ...config,
    host,
    tls: () => tls.current,
    world,
    signal: life.signal,
    async use(connection) {
      session = new Session(connection, shared, { isOurs: true });
      tls.guard(connection, session.done);
      await session.done;
      return session.hasBegun;
    },
    failed: (error, againInMs) =>
      report({ name: "connectionFailed", facts: { host, port, againInMs }, error }),
    late: () => error("MLLP_CONNECT_LATE", { host, port, connectMsMax }),
    unreachable: (cause) => callError("MLLP", tools, { host, port }, cause),
  });

  return {
    address: `calls ${hostPort(host, port)}`,
    async stop() {
      life.abort();
      tls[Symbol.dispose]();
      await session?.stop();
      await keeping;
    },
    async [Symbol.asyncDispose]() {
      life.abort();
      tls[Symbol.dispose]();
      session?.drop("dropped");
    },
  };
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
