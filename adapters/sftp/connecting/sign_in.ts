import type { Duplex } from "node:stream";
import type { MitralError } from "../../../runtime/contract/error.ts";
import { algorithms, hostKeyAlgorithms } from "../../_kit/ssh/algorithms.ts";
import { Client } from "../../_kit/ssh/ssh2.ts";
import { type Credentials, signingInWith } from "./credentials.ts";
import type { ConnectTools, Hop } from "./settings.ts";
import type { Trust } from "./trust.ts";

/** A client that is signed in, or the lack of it. */
export interface SigningIn {
  readonly client: Client;
  readonly signedIn: Promise<void>;
}

/**
 * Speaks SSH on a stream and signs in, for `signInMsMax` at most. Nothing is sent that could be used elsewhere before the
 * host's key is known to be its own. The client is to be destroyed by whoever gets it.
 */
export function signIn(
  stream: Duplex,
  hop: Hop,
  credentials: Credentials,
  trust: Trust,
  { config: { signInMsMax }, world: { clock }, error }: ConnectTools,
): SigningIn {
  const { host, port, user } = hop;
  const client = new Client();
  const progress = { tried: [] as string[], takes: [] as readonly string[] };
  const { promise: signedIn, resolve, reject } = Promise.withResolvers<void>();
  let doubt: MitralError | undefined;
  let isTrusted = false;
  const fail = (reason: unknown) => {
    reject(reason);
    client.destroy();
  };
  const stopTimer = clock.after(
    signInMsMax,
    () => fail(error("SFTP_SIGNIN_LATE", { host, port, signInMsMax })),
  );
  const failed = (cause?: unknown) => {
    if (doubt) return fail(doubt);
    if (isTrusted) {
      const said = (names: readonly string[]) => names.join(", ") || "nothing";
      const facts = { host, port, user, tried: said(progress.tried), takes: said(progress.takes) };
      return fail(error("SFTP_SIGNIN_REFUSED", facts, cause));
    }
    const kind = missingAlgorithm(cause);
    if (kind) return fail(error("SFTP_ALGORITHMS_WEAK", { host, port, kind }, cause));
    fail(error("SFTP_HANDSHAKE_FAILED", { host, port, reason: cause ? "protocol" : "closed" }, cause));
  };
  client
    .on("ready", resolve)
    // Stays for the client's whole life: an error that nobody listens for would end the program.
    .on("error", failed)
    .on("close", () => failed())
    .on("handshake", () => isTrusted = true)
    .on("change password", () => fail(error("SFTP_PASSWORD_EXPIRED", { host, port, user })));
  client.connect({
    sock: stream,
    username: user,
    algorithms: { ...algorithms, serverHostKey: hostKeyAlgorithms(trust.types) },
    hostVerifier: (key: Uint8Array) => (doubt = trust.doubt(key)) === undefined,
    authHandler: signingInWith(credentials, progress),
    // Time is the world's.
    readyTimeout: 0,
    keepaliveInterval: 0,
  });
  return { client, signedIn: signedIn.finally(stopTimer) };
}

/** What the two sides have no safe algorithm in common for, where that is why the handshake failed. */
function missingAlgorithm(cause: unknown): string | undefined {
  const { message = "" } = (cause ?? {}) as { message?: string };
  return /no matching (.+?)(?: algorithm)?$/.exec(message)?.[1];
}
