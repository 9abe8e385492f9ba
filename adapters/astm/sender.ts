import { defineSender, type OpenSender } from "../../runtime/contract/adapter.ts";
import { isTlsFailure } from "../../runtime/contract/tls.ts";
import { callError } from "../_kit/tls/calling.ts";
import { Outlet } from "../_kit/net/outlet.ts";
import { type Frame, isRestricted, nextNumber } from "./_frame.ts";
import { AstmLink, LinkError } from "./_link.ts";
import { probeSender } from "./_probe.ts";
import { recordsOf } from "./_records.ts";
import { check, config, errors, linkCodes } from "./_sender_spec.ts";

/**
 * Sends messages by the low-level protocol of ASTM E1381 (CLSI LIS01-A2) over TCP, one at a time: over a connection it
 * opens, or over one the peer opens to it. A message is delivered when the peer has acknowledged its last frame.
 *
 * Source: ASTM E1381-02, CLSI LIS01-A2.
 */
export default defineSender({
  name: "astm",
  about: "Sends messages to analysers and their hosts by ASTM E1381 (CLSI LIS01-A2), over TCP.",
  config,
  errors,
  check,
  probe: probeSender,

  async open(tools): Promise<OpenSender> {
    const { config, world, fail, report } = tools;
    const { host = "127.0.0.1", port, frames, textBytesMax, answerMsMax, enquiriesMax, attemptsMax } = config;
    const linkTools = { ...config, clock: world.clock, report };
    const outlet = await Outlet.open("ASTM", tools, (connection) => new AstmLink(connection, linkTools));

    return {
      async send({ bytes }, signal) {
        signal.throwIfAborted();
        if (bytes.length === 0 || bytes.some(isRestricted)) {
          return fail("ASTM_MESSAGE_UNFIT", { bytes: bytes.length });
        }
        return await outlet.use(signal, async (link) => {
          try {
            await link.transfer(framesOf(frames === "records" ? recordsOf(bytes) : [bytes], textBytesMax));
            return { kind: "accepted" };
          } catch (cause) {
            if (!(cause instanceof LinkError)) throw cause;
            // In TLS 1.3 a server refuses our certificate after the handshake.
            if (isTlsFailure(cause.cause)) throw callError("ASTM", tools, { host, port }, cause.cause);
            const facts = { host, port, answerMsMax, enquiriesMax, attemptsMax };
            return fail(linkCodes[cause.trouble], facts, cause.cause);
          }
        });
      },
      [Symbol.asyncDispose]: () => outlet[Symbol.asyncDispose](),
    };
  },
});

/** Texts as frames, numbered on from one text to the next. */
function* framesOf(texts: Iterable<Uint8Array>, textBytesMax: number): Iterable<Frame> {
  let number = 0;
  for (const text of texts) {
    for (let from = 0; from < text.length; from += textBytesMax) {
      number = nextNumber(number);
      const until = from + textBytesMax;
      yield { number, text: text.subarray(from, until), isLast: until >= text.length };
    }
  }
}
