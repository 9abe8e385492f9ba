import type { Finding, OpenSender } from "../../../contract/adapter.ts";
import { MitralError } from "../../../contract/error.ts";
import type { Format } from "../../../contract/format.ts";
import { hasPaths } from "../../../contract/message.ts";
import type { Net, World } from "../../../contract/world.ts";
import { kindOf } from "../explain.ts";
import { type OutgoingMessage, sendMessages, type SendResult } from "../send_messages.ts";
import { netHints } from "../net_hints.ts";
import type { Address } from "../values.ts";
import { recordingNet } from "./recording_net.ts";
import { type Step, stepsOf } from "./step.ts";

/** How long a peer may keep silent before it is its turn to be spoken to: who greets, does so at once. */
const GREETING_MS = 300;
/** How long it may take to accept a connection. */
const CONNECT_MS = 5_000;

/** What a peer is examined with. */
export interface PeerTools {
  readonly world: World;
  readonly format: Format;
  readonly signal: AbortSignal;
  /** What is wrong with bytes as they came. */
  examine(bytes: Uint8Array): readonly Finding[];
  /** Opens a sender over a net. */
  openSender(net: Net): Promise<OpenSender>;
  /** Whether the message is one that the peer is meant to take. */
  readonly isOwn: boolean;
  /** Called with each step as soon as it is known. */
  tell(step: Step): void;
}

/**
 * Connects, listens whether the peer speaks first, sends a message and looks at what comes back. Stops at the first step
 * that leaves nothing more to find out. `message` left out: nothing is sent.
 */
export async function examinePeer(
  address: Address,
  message: OutgoingMessage | undefined,
  tools: PeerTools,
): Promise<void> {
  const greeting = await greetingOf(address, tools);
  if (greeting === undefined) return;
  if (greeting.length > 0) {
    tools.tell({
      state: "odd",
      code: "peerGreeting",
      says: `The peer speaks first: ${greeting.length} bytes`,
    });
    const findings = stepsOf(tools.examine(greeting), greeting);
    findings.forEach(tools.tell);
    if (findings.some(({ state }) => state === "bad")) return;
  }
  if (message) await askPeer(message, tools);
}

/** What the peer sends of itself; `undefined` where it cannot be reached. */
async function greetingOf({ host, port }: Address, { world, signal, tell }: PeerTools) {
  const { clock, net } = world;
  const startMs = clock.elapsedMs();
  const attempt = new AbortController();
  const stopTimer = clock.after(CONNECT_MS, () => attempt.abort("late"));
  const abandon = () => attempt.abort("interrupted");
  signal.addEventListener("abort", abandon, { once: true });
  const recording = recordingNet(net);
  try {
    const connection = await recording.net.connect({ host, port, signal: attempt.signal });
    stopTimer();
    tell({ state: "ok", says: `connects in ${(clock.elapsedMs() - startMs).toFixed(1)} ms` });
    const { promise: quiet, resolve } = Promise.withResolvers<null>();
    const stopWaiting = clock.after(GREETING_MS, () => resolve(null));
    const read = connection.read(new Uint8Array(4096)).catch(() => null);
    const count = await Promise.race([read.then((count) => count ?? "closed"), quiet]);
    stopWaiting();
    connection.close();
    await read;
    if (count === "closed") {
      tell({
        state: "bad",
        code: "connectionClosed",
        says: "The peer accepts the connection and closes it at once",
        hint: netHints.ECONNRESET,
      });
      return undefined;
    }
    return recording.received;
  } catch (cause) {
    stopTimer();
    if (!signal.aborted) tell(unreachable(cause, attempt.signal.reason === "late"));
    return undefined;
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}

function unreachable(cause: unknown, isLate: boolean): Step {
  const { code = "" } = cause as { code?: string };
  if (isLate || code === "ETIMEDOUT") {
    const says = `No answer to the attempt to connect within ${CONNECT_MS} ms`;
    return { state: "bad", code: "peerSilent", says, hint: netHints.ETIMEDOUT };
  }
  if (code === "ECONNREFUSED") {
    const says = "The connection is refused";
    return { state: "bad", code: "connectionRefused", says, hint: netHints.ECONNREFUSED };
  }
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) {
    return { state: "bad", code: "hostUnknown", says: "The name has no address", hint: netHints.ENOTFOUND };
  }
  return { state: "bad", code: "peerUnreachable", says: `Cannot connect: ${code || kindOf(cause)}` };
}

async function askPeer(message: OutgoingMessage, tools: PeerTools): Promise<void> {
  const { world, format, signal, isOwn, tell } = tools;
  const recording = recordingNet(world.net);
  let result: SendResult | undefined;
  {
    await using sender = await tools.openSender(recording.net);
    const answered = (answer: SendResult) => result = answer;
    await sendMessages([message].values(), {
      sender,
      lanes: 1,
      format,
      clock: world.clock,
      signal,
      answered,
    });
  }
  if (result === undefined) return;
  const answer = recording.received;
  const findings = stepsOf(answer.length > 0 ? tools.examine(answer) : [], answer);
  findings.forEach(tell);
  tell(resultStep(result, answer, format, isOwn));
}

function resultStep(
  { answer, isPositive, tookMs, trouble, words }: SendResult,
  bytes: Uint8Array,
  format: Format,
  isOwn: boolean,
): Step {
  const took = `after ${tookMs.toFixed(1)} ms`;
  if (isPositive) {
    return {
      state: "ok",
      says: `answers ${answer} ${took}: it has taken the message${versionIn(bytes, format)}`,
    };
  }
  if (answer !== "none") {
    return {
      state: "odd",
      code: trouble?.code,
      says: `answers ${answer} ${took}: it speaks HL7 over MLLP, and does not take this message`,
      hint: isOwn
        ? undefined
        : "A peer that knows only its own types may refuse the test message: send one of its own with --message.",
      words,
    };
  }
  return {
    state: "bad",
    code: trouble?.code,
    says: trouble?.says ?? "no answer",
    hint: HINTS[trouble?.code ?? ""],
  };
}

const HINTS: Readonly<Record<string, string>> = {
  MLLP_ANSWER_LATE:
    "It took the bytes and says nothing: no MLLP listener, one that waits for another end of the frame, " +
    "or one that answers on a connection of its own.",
  MLLP_ANSWER_MISSING:
    "It closed the connection on the message: it may want TLS, another framing, or a known sender in MSH-3, or it sends " +
    "messages itself and waits to be called for them.",
  MLLP_RELEASE_NEWER:
    "It speaks MLLP release 2: its gateway file setting is release: 2. Ask again with --release 2.",
  MLLP_RELEASE_OLDER: "It speaks MLLP release 1: leave --release away.",
  HL7V2_ANSWER_MISMATCHED: "It answers another message: its MSA-2 must repeat the MSH-10 that was sent.",
};

/** What the answer says its version is, where it can be read. */
function versionIn(bytes: Uint8Array, format: Format): string {
  try {
    const body = format.parse(bytes);
    const version = hasPaths(body) ? body.get("MSH-12") : undefined;
    return version === undefined ? "" : ` (HL7 v${version})`;
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    return "";
  }
}
