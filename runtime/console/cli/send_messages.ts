import type { OpenSender } from "../../contract/adapter.ts";
import { MitralError } from "../../contract/error.ts";
import type { Format } from "../../contract/format.ts";
import { type Answer, hasPaths, type Outcome } from "../../contract/message.ts";
import type { Clock, Random } from "../../contract/world.ts";

/** A message on its way out. */
export interface OutgoingMessage {
  readonly bytes: Uint8Array;
  /** MSH-10; empty where it cannot be read. */
  readonly controlId: string;
}

/** What became of it. */
export interface SendResult {
  readonly controlId: string;
  /** MSA-1 of the answer; `none` where none came or it could not be read. */
  readonly answer: string;
  readonly isPositive: boolean;
  readonly tookMs: number;
  /** Where it was refused or not answered: why, as the error says it. */
  readonly trouble?: { readonly code: string; readonly says: string };
  /** Where it was refused: MSA and ERR as the peer wrote them, for a person's eyes only. */
  readonly words: readonly string[];
}

/** MSH-10 is ST 20 up to HL7 v2.4, and many peers still hold to that (HL7 v2.4 chapter 2, 2.16.9.10). */
const controlIdCharsMax = 20;

/** A file that goes out as it is, such as a batch: by the control id of its header, FHS-11, BHS-11 or MSH-10. */
export function readWhole(bytes: Uint8Array, format: Format): OutgoingMessage {
  const [header] = new TextDecoder().decode(bytes.subarray(0, HEADER_BYTES_MAX)).split(/[\r\n]/, 1);
  const isBatch = header.startsWith("FHS") || header.startsWith("BHS");
  return isBatch
    ? { bytes, controlId: header.split(header.charAt(3))[10] ?? "" }
    : readMessage(bytes, format);
}

const HEADER_BYTES_MAX = 4096;

/** A message of a file, with what is needed to send it again under another control id. */
export function readMessage(bytes: Uint8Array, format: Format): OutgoingMessage {
  try {
    return { bytes, controlId: format.identify(bytes).controlId };
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    // What no HL7 reader can read may still be sent: to see what the peer makes of it.
    return { bytes, controlId: "" };
  }
}

/**
 * `count` messages, the given ones in turn and again, each with a control id nobody has seen: the beginning of its own,
 * then a mark of this run, then a number. Fails by the format's codes where a message cannot be read.
 */
export function* repeated(
  messages: readonly OutgoingMessage[],
  count: number,
  { format, random }: { readonly format: Format; readonly random: Random },
): Generator<OutgoingMessage> {
  const bodies = messages.map(({ bytes }) => format.parse(bytes));
  const mark = random.bytes(3).toHex();
  for (let at = 0; at < count; at++) {
    const body = bodies[at % bodies.length];
    if (!hasPaths(body)) throw new TypeError(`Cannot number messages: ${format.name} has no paths`);
    const suffix = `.${mark}.${(at + 1).toString(36)}`;
    const beginning = messages[at % messages.length].controlId.slice(0, controlIdCharsMax - suffix.length);
    const controlId = beginning + suffix;
    yield { bytes: body.with("MSH-10", controlId).toBytes(), controlId };
  }
}

/** What {@linkcode sendMessages} works with. */
export interface SendTools {
  readonly sender: OpenSender;
  /** How many may be on their way at once. */
  readonly lanes: number;
  readonly format: Format;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called for each message, in the order of the answers. */
  answered(result: SendResult): void;
}

/** Sends until there are no more, or `signal` is aborted. One attempt each. */
export async function sendMessages(messages: Iterator<OutgoingMessage>, tools: SendTools): Promise<void> {
  const { signal, answered } = tools;
  const lane = async () => {
    while (!signal.aborted) {
      const { value, done } = messages.next();
      if (done) return;
      const result = await sendOne(value, tools);
      if (result) answered(result);
    }
  };
  await Promise.all(Array.from({ length: tools.lanes }, lane));
}

/** `undefined` where the person did not wait for the answer. */
async function sendOne(
  { bytes, controlId }: OutgoingMessage,
  tools: SendTools,
): Promise<SendResult | undefined> {
  const { sender, format, clock, signal } = tools;
  const startMs = clock.elapsedMs();
  const parcel = {
    id: controlId,
    bytes,
    contentType: format.contentType,
    attempt: 1,
    sequence: 1,
    atMs: clock.nowMs(),
    // A message that is sent by hand has no settings that name paths.
    value: () => "",
    judge: (answer: Uint8Array) => format.judge(answer, { controlId, bytes }),
  };
  try {
    const outcome = await sender.send(parcel, signal);
    const tookMs = clock.elapsedMs() - startMs;
    const trouble = "error" in outcome ? troubleOf(outcome.error) : undefined;
    return {
      controlId,
      answer: answerOf(outcome, format),
      isPositive: outcome.kind === "accepted",
      tookMs,
      trouble,
      words: "error" in outcome && outcome.answer ? wordsOf(outcome.answer) : [],
    };
  } catch (cause) {
    if (signal.aborted) return undefined;
    if (!(cause instanceof MitralError)) throw cause;
    const tookMs = clock.elapsedMs() - startMs;
    return { controlId, answer: "none", isPositive: false, tookMs, trouble: troubleOf(cause), words: [] };
  }
}

/** The segments that say what is wrong: of one acknowledgment, or of all in a batch. */
function wordsOf({ bytes }: Answer): readonly string[] {
  return new TextDecoder().decode(bytes).split(/[\r\n]+/).filter((line) => /^(MSA|ERR)/.test(line));
}

function troubleOf({ code, message }: MitralError) {
  return { code, says: message };
}

/** MSA-1 as the peer wrote it; from the outcome where the answer holds none. */
function answerOf(outcome: Outcome, format: Format): string {
  const byKind = { accepted: "AA", filtered: "AA", rejected: "AE", failed: "AR" }[outcome.kind];
  const answer = "answer" in outcome ? outcome.answer : undefined;
  return answer === undefined ? byKind : acknowledgementOf(answer, format) ?? byKind;
}

function acknowledgementOf({ bytes, contentType }: Answer, format: Format): string | undefined {
  try {
    const body = format.parse(bytes, contentType);
    return hasPaths(body) ? body.get("MSA-1") : undefined;
  } catch {
    return undefined;
  }
}
