import { defineSender, type OpenSender } from "../../runtime/contract/adapter.ts";
import type { Outcome } from "../../runtime/contract/message.ts";
import { bytesOf } from "../_kit/bytes/control_characters.ts";
import { isTlsFailure } from "../../runtime/contract/tls.ts";
import { callError } from "../_kit/tls/calling.ts";
import { Outlet } from "../_kit/net/outlet.ts";
import { probe } from "../_kit/probe/attempts.ts";
import { wayAttempts } from "../_kit/probe/way.ts";
import { LinkError, type LinkTrouble, TcpLink } from "./_link.ts";
import { check, config, errors } from "./_sender_spec.ts";
import { FixedReader } from "./framing/fixed_reader.ts";
import { framingOf } from "./framing/framing.ts";

const codes = {
  closed: "TCP_ANSWER_MISSING",
  late: "TCP_ANSWER_LATE",
  broken: "TCP_ANSWER_BROKEN",
} as const satisfies Record<LinkTrouble, keyof typeof errors>;

/**
 * Sends messages over TCP, told apart as `framing` says, one at a time: over a connection it opens, or over one the
 * peer opens to it.
 *
 * A message is delivered when the peer's answer says so. Where the peer answers nothing (`answers: none`), it counts as
 * delivered once the system has taken its bytes to send them: when the connection breaks then, what the peer had not
 * read is lost, and nobody learns of it.
 */
export default defineSender({
  name: "tcp",
  about: "Sends messages over TCP, by TLS or plain, with a framing of your choice.",
  config,
  errors,
  check,
  probe: (tools) => probe(tools, wayAttempts("TCP", tools)),

  async open(tools): Promise<OpenSender> {
    const { config, world, error, fail, report } = tools;
    const { host = "127.0.0.1", port, answers, answerMsMax, frameBytesMax, keepAlive } = config;
    const framing = framingOf(config.framing);
    const nak = bytesOf(config.nak);
    const refused = (): Outcome => ({ kind: "failed", error: error("TCP_MESSAGE_REFUSED", { host, port }) });
    const known = [bytesOf(config.ack), nak];
    const answerReader = {
      none: () => undefined,
      fixed: () => new FixedReader(known),
      framed: () => framing.reader(frameBytesMax),
    }[answers];
    const linkTools = { ...config, clock: world.clock, report, answerReader };
    const outlet = await Outlet.open("TCP", tools, (connection) => new TcpLink(connection, linkTools));

    return {
      async send({ bytes, judge }, signal) {
        signal.throwIfAborted();
        const framed = framing.wrap(bytes);
        if (!framed) return fail("TCP_MESSAGE_UNFIT", { bytes: bytes.length });
        return await outlet.use(signal, async (link) => {
          try {
            const answer = await link.ask(framed);
            if (!answer) return { kind: "accepted" };
            if (answers === "fixed") return isSame(answer, nak) ? refused() : { kind: "accepted" };
            return answer.length > 0 ? await judge(answer) : fail("TCP_ANSWER_EMPTY", { host, port });
          } catch (cause) {
            // After an answer that means nothing here, whatever comes next on this connection would be in doubt.
            link.close();
            if (!(cause instanceof LinkError)) throw cause;
            // In TLS 1.3 a server refuses our certificate after the handshake.
            if (isTlsFailure(cause.cause)) throw callError("TCP", tools, { host, port }, cause.cause);
            return fail(codes[cause.trouble], { host, port, answerMsMax }, cause.cause);
          } finally {
            if (!keepAlive || framing.isWhole) link.close();
          }
        });
      },
      [Symbol.asyncDispose]: () => outlet[Symbol.asyncDispose](),
    };
  },
});

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
