import { isTlsFailure, type TlsIdentity } from "../../../contract/tls.ts";
import type { Connection, World } from "../../../contract/world.ts";
import type { Step } from "../doctor/step.ts";
import { kindOf } from "../explain.ts";
import { latencyText } from "../figures.ts";
import { hintFor, netHints } from "../net_hints.ts";
import type { Address } from "../values.ts";
import { type CertificateFacts, certificateFacts } from "./certificate_facts.ts";
import { clientHello } from "./client_hello.ts";
import { protocolOf } from "./foreign.ts";
import { inspectServer, type ServerShown } from "./inspect_server.ts";
import { judgeChain } from "./judge_chain.ts";

/** How long a server may take for each of the two handshakes. */
const HANDSHAKE_MS = 10_000;
/** How long it may take, after a handshake of TLS 1.3, to say that it does not like our certificate. */
const REFUSAL_MS = 300;

/** What a server is examined with. */
export interface TlsTools {
  readonly world: World;
  readonly signal: AbortSignal;
  /** Name that is asked for, and that the certificate must carry. */
  readonly serverName: string;
  /** PEM: what a chain must end in; the public roots where left out. */
  readonly authorities?: { readonly pem: string; readonly facts: readonly CertificateFacts[] };
  /** What is shown to a server that asks who we are. */
  readonly identity?: TlsIdentity;
  /** Called with each step as soon as it is known. */
  tell(step: Step): void;
  /** Called with the chain, where the server sent one. */
  showChain(chain: readonly CertificateFacts[]): void;
}

/**
 * Looks a server up, calls it, has it show what it is without trusting it, and then shakes hands with it as a channel
 * would. Stops at the first step that leaves nothing more to find out.
 */
export async function examineTls(address: Address, tools: TlsTools): Promise<void> {
  const { world: { net }, tell } = tools;
  try {
    const addresses = await inTime(tools, () => net.lookup(address.host));
    if (addresses.join() !== address.host) {
      tell({ state: "ok", says: `${address.host} is ${addresses.join(", ")}` });
    }
    const shown = await look(address, tools);
    if (shown) await judge(address, shown, tools);
  } catch (cause) {
    if (!tools.signal.aborted) tell(unreachable(cause, address));
  }
}

/** What the server shows of itself; `undefined` where that is no TLS that could be judged. */
async function look(address: Address, tools: TlsTools): Promise<ServerShown | undefined> {
  const { world: { net, clock, random }, serverName, tell } = tools;
  const startMs = clock.elapsedMs();
  const connection = await inTime(
    tools,
    (signal) => net.connect({ ...address, signal }),
    (late) => late.close(),
  );
  tell({ state: "ok", says: `connects in ${latencyText(clock.elapsedMs() - startMs)}` });
  try {
    const hello = clientHello(serverName, (length) => random.bytes(length));
    const shown = await inTime(tools, () => inspectServer(connection, hello));
    tell(endStep(shown, serverName));
    return shown.ended === "hello" ? shown : undefined;
  } catch (cause) {
    if (tools.signal.aborted) return undefined;
    tell(isLate(cause) ? silent : closed);
    return undefined;
  } finally {
    connection.close();
  }
}

const silent: Step = {
  state: "bad",
  code: "tlsSilent",
  says: `It accepts the connection and does not answer a TLS hello within ${HANDSHAKE_MS} ms`,
  hint: "It waits for something else: a listener without TLS (MLLP does so), or one that is overloaded.",
};

const closed: Step = {
  state: "bad",
  code: "tlsClosed",
  says: "It closes the connection on a TLS hello",
  hint:
    "A listener without TLS, one that lets only some addresses in, or a proxy that finds nobody behind: ask what is " +
    "spoken on this port.",
};

function endStep({ ended, version, cipher, alert = "", foreign }: ServerShown, serverName: string): Step {
  switch (ended) {
    case "closed":
      return closed;
    case "foreign": {
      const what = protocolOf(foreign!);
      return {
        state: "bad",
        code: "tlsForeign",
        says: what === undefined
          ? "It answers a TLS hello with what is no TLS"
          : `It speaks ${what}, not TLS`,
        hint: "Another port, or a link without tls.",
        at: 0,
        bytes: foreign,
      };
    }
    case "alert":
      return {
        state: "bad",
        code: "tlsRefused",
        says: `It ends the handshake with the alert ${alert}`,
        hint: alertHints(serverName)[alert],
      };
    case "broken":
      return {
        state: "bad",
        code: "tlsBroken",
        says: "It answers a TLS hello with what breaks the rules of TLS",
      };
    case "hello":
      return !isOutdated({ version })
        ? { state: "ok", says: `speaks ${version}${cipher ? ` with ${cipher.name}` : ""}` }
        : {
          state: "bad",
          code: "tlsOutdated",
          says: `It speaks ${version} at most; Mitral speaks TLS 1.2 and 1.3`,
          hint: "Its operator must turn TLS 1.2 on: older versions are broken (RFC 8996).",
        };
  }
}

/** True for versions that are broken (RFC 8996). */
function isOutdated({ version }: Pick<ServerShown, "version">): boolean {
  return version !== "TLS 1.2" && version !== "TLS 1.3";
}

function alertHints(serverName: string): Readonly<Record<string, string>> {
  return {
    unrecognized_name: `It does not know the name ${serverName}: say another with --servername.`,
    protocol_version: "It speaks no version of TLS from 1.0 to 1.3: its operator must say what it does.",
    handshake_failure:
      `It has no cipher suite in common with anybody today, or no certificate for ${serverName}: try --servername.`,
    internal_error: `It may have no certificate for ${serverName}: try --servername, and look in its log.`,
    access_denied: "It lets only some addresses in: ask its operator.",
  };
}

/** What is wrong with what the server shows, and what a handshake as a channel's comes to. */
async function judge(address: Address, shown: ServerShown, tools: TlsTools): Promise<void> {
  const { world: { clock }, serverName, authorities, identity, tell } = tools;
  const { clientAuthorities: wanted } = shown;
  if (wanted && !identity) {
    const by = wanted.length > 0 ? `, by ${wanted.join("; or by ")}` : "";
    tell({
      state: "odd",
      code: "clientWanted",
      says: `It asks for a client's certificate${by}`,
      hint: "Show one with --cert and --key: certificate and key in tls.",
    });
  }
  const chain = readChain(shown.chain);
  if (!chain) {
    tell({ state: "bad", code: "certificateBroken", says: "It sends a certificate that cannot be read" });
  } else if (chain.length > 0) tools.showChain(chain);
  const trouble = await shakeHands(address, tools);
  if (tools.signal.aborted) return;
  const isFine = trouble === undefined;
  const faults = chain && chain.length > 0
    ? judgeChain(chain, {
      nowMs: clock.nowMs(),
      serverName,
      authorities: authorities?.facts,
      isUntrusted: isTlsFailure(trouble) && trouble.trouble === "untrusted",
    })
    : [];
  // What does not keep a channel from it is for its operator to know.
  for (const fault of faults) tell(isFine ? { ...fault, state: "odd" } : fault);
  if (isFine) {
    const by = authorities ? "what --ca names" : "the public roots";
    const us = identity && wanted ? ", and takes our certificate" : "";
    return tell({ state: "ok", says: `shakes hands: its certificate is trusted by ${by}${us}` });
  }
  const isExplained = faults.length > 0 || isOutdated(shown);
  if (!isExplained || isRefusal(trouble)) tell(failure(trouble, shown, identity !== undefined));
}

function readChain(chain: ServerShown["chain"]): readonly CertificateFacts[] | undefined {
  try {
    return chain.map(certificateFacts);
  } catch {
    return undefined;
  }
}

/** A handshake as a channel's; why it failed, where it did. */
async function shakeHands(address: Address, tools: TlsTools): Promise<unknown> {
  const { world: { net, clock }, serverName, authorities, identity } = tools;
  const tls = {
    serverName,
    versionMin: "1.2" as const,
    ...(authorities ? { anchors: [authorities.pem] } : {}),
    ...(identity ? { identity } : {}),
  };
  try {
    const connection = await inTime(
      tools,
      (signal) => net.connect({ ...address, tls, signal }),
      (late) => late.close(),
    );
    try {
      await refusal(connection, clock);
    } finally {
      connection.close();
    }
  } catch (cause) {
    return cause;
  }
}

/** Rejects where the server ends the connection at once: in TLS 1.3 it refuses a client's certificate so late. */
async function refusal(connection: Connection, clock: World["clock"]): Promise<void> {
  const { promise: quiet, resolve } = Promise.withResolvers<undefined>();
  const stopTimer = clock.after(REFUSAL_MS, () => resolve(undefined));
  const reading = connection.read(new Uint8Array(1));
  try {
    if (await Promise.race([reading, quiet]) === null) {
      throw Object.assign(new Error("closed after the handshake"), { code: "ECONNRESET" });
    }
  } finally {
    stopTimer();
    reading.catch(() => {});
  }
}

/** Not every server that refuses a certificate says so before it goes. */
function isRefusal(cause: unknown): boolean {
  return isTlsFailure(cause) ? cause.trouble === "refused" : codeOf(cause) === "ECONNRESET";
}

/** A handshake that failed for another reason than the server's certificate. */
function failure(cause: unknown, { cipher, clientAuthorities }: ServerShown, hasIdentity: boolean): Step {
  if (clientAuthorities && !hasIdentity) {
    return {
      state: "bad",
      code: "clientMissing",
      says: "It lets nobody in who shows no certificate",
      hint: "Show one with --cert and --key: certificate and key in tls.",
    };
  }
  if (isRefusal(cause) && clientAuthorities) {
    return {
      state: "bad",
      code: "clientRefused",
      says: "It does not take our certificate",
      hint: clientAuthorities.length > 0
        ? `It wants one by ${clientAuthorities.join("; or by ")}.`
        : "Ask which certificates it lets in: it names no CA.",
    };
  }
  if (cipher?.isOld) {
    return {
      state: "bad",
      code: "cipherOutdated",
      says: `It speaks only old cipher suites, such as ${cipher.name}`,
      hint: "Its operator must turn on ECDHE with AES-GCM, which every TLS 1.2 has.",
    };
  }
  const detail = isTlsFailure(cause) && cause.detail !== "" ? cause.detail : kindOf(cause);
  return {
    state: "bad",
    code: "handshakeFailed",
    says: `The handshake fails (${detail})`,
    // Its hint for all else leads here.
    hint: isTlsFailure(cause) && cause.trouble === "other" ? undefined : hintFor(cause),
  };
}

function unreachable(cause: unknown, { host, port }: Address): Step {
  const code = codeOf(cause);
  if (isLate(cause)) {
    const says = `No answer to the attempt to connect within ${HANDSHAKE_MS} ms`;
    return { state: "bad", code: "peerSilent", says, hint: netHints.ETIMEDOUT };
  }
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) {
    return { state: "bad", code: "hostUnknown", says: `${host} has no address`, hint: netHints.ENOTFOUND };
  }
  const refused = code === "ECONNREFUSED";
  return {
    state: "bad",
    code: refused ? "connectionRefused" : "peerUnreachable",
    says: refused ? `Port ${port} refuses the connection` : `Cannot connect: ${code || kindOf(cause)}`,
    hint: hintFor(cause),
  };
}

function isLate(cause: unknown): boolean {
  return codeOf(cause) === "ETIMEDOUT";
}

/** The platform's code. */
function codeOf(cause: unknown): string {
  return String((cause as { code?: unknown } | null)?.code ?? "");
}

/** What `work` comes to, within the time for a handshake; it is told by the signal, and what it still makes is `undone`. */
function inTime<T>(
  { world: { clock }, signal }: TlsTools,
  work: (signal: AbortSignal) => Promise<T>,
  undone: (late: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const attempt = new AbortController();
    let isOver = false;
    const end = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      stopTimer();
      signal.removeEventListener("abort", stop);
      settle();
    };
    const giveUp = (reason: unknown) =>
      end(() => {
        reject(reason);
        attempt.abort(reason);
      });
    const stop = () => giveUp(signal.reason);
    const stopTimer = clock.after(
      HANDSHAKE_MS,
      () => giveUp(Object.assign(new Error("timed out"), { code: "ETIMEDOUT" })),
    );
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work(attempt.signal).then(
      (made) => isOver ? undone(made) : end(() => resolve(made)),
      (cause) => end(() => reject(cause)),
    );
  });
}
