import { defineSender, DOUBTED, type OpenSender } from "../../runtime/contract/adapter.ts";
import { isTlsFailure } from "../../runtime/contract/tls.ts";
import { connect, type Connecting } from "../_kit/net/connect.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { callError, openCalling } from "../_kit/tls/calling.ts";
import { LinkError, SyslogLink } from "./_link.ts";
import { syslogFrame } from "./_message.ts";
import { attempts } from "./_probe.ts";
import { check, config, errors } from "./_sender_spec.ts";

/** A link that has rested for longer may have been closed by the collector without our having looked. */
const restedMs = 1_000;

/**
 * Sends each message as one of syslog, one at a time, over a connection that is kept.
 *
 * A collector answers nothing: a message counts as sent once the network has it, and what the collector has not read when
 * the connection is lost is gone. That is told as {@linkcode DOUBTED}, and `send` fails once where it happens meanwhile.
 *
 * Source: RFC 5424 (messages), RFC 5425 (by TLS), RFC 6587 section 3.4.1 (without).
 */
export default defineSender({
  name: "syslog",
  about: "Sends messages to a syslog collector, by TLS or in plain TCP.",
  config,
  errors,
  check,
  isUnconfirmed: true,
  probe: (tools) => probe(tools, attempts(tools)),

  async open(tools): Promise<OpenSender> {
    const { config, world: { clock }, world, error, fail, report } = tools;
    const { host, port, connectMsMax, writeMsMax, idleMsMax } = config;
    const tls = await openCalling("SYSLOG", config.tls, tools);
    let link: SyslogLink | undefined;
    let connecting: Connecting | undefined;
    let isClosed = false;

    const lost = (messages: number) => report({ name: DOUBTED, facts: { host, port, messages } });
    const call = async (): Promise<SyslogLink> => {
      connecting = connect(world, {
        host,
        port,
        connectMsMax,
        tls: tls.current,
        late: () => error("SYSLOG_CONNECT_LATE", { host, port, connectMsMax }),
        failed: (cause) => callError("SYSLOG", tools, { host, port }, cause),
      });
      try {
        const connection = await connecting.connection;
        report({ name: "connectionOpened", facts: { host, port } });
        const made = new SyslogLink(connection, { clock, writeMsMax, idleMsMax, lost });
        tls.guard(connection, made.done);
        return made;
      } finally {
        connecting = undefined;
      }
    };
    const drop = (reason: unknown) => {
      connecting?.abandon(reason);
      link?.close(reason);
    };

    return {
      async send(parcel, signal) {
        signal.throwIfAborted();
        if (isClosed) return fail("SYSLOG_SENDER_CLOSED");
        const giveUp = () => drop(signal.reason);
        signal.addEventListener("abort", giveUp, { once: true });
        try {
          if (link?.isOpen && link.idleMs > restedMs) await clock.turn();
          if (!link?.isOpen) link = await call();
          signal.throwIfAborted();
          await link.write(syslogFrame(parcel, config));
          return { kind: "accepted" };
        } catch (cause) {
          signal.throwIfAborted();
          if (!(cause instanceof LinkError)) throw cause;
          // In TLS 1.3 a server refuses our certificate after the handshake.
          if (isTlsFailure(cause.cause)) throw callError("SYSLOG", tools, { host, port }, cause.cause);
          return cause.trouble === "late"
            ? fail("SYSLOG_WRITE_LATE", { host, port, writeMsMax }, cause)
            : fail("SYSLOG_CONNECTION_LOST", { host, port }, cause.cause);
        } finally {
          signal.removeEventListener("abort", giveUp);
        }
      },
      [Symbol.asyncDispose]() {
        isClosed = true;
        tls[Symbol.dispose]();
        drop(error("SYSLOG_SENDER_CLOSED"));
        return Promise.resolve();
      },
    };
  },
});
