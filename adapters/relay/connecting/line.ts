import { userName } from "../../../runtime/contract/nkey.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { hostPort } from "../../_kit/net/host_port.ts";
import type { Calling } from "../../_kit/tls/calling.ts";
import type { RelayTools } from "../_errors.ts";
import type { ConnectingConfig } from "../_settings.ts";
import { dial } from "./dial.ts";
import { checkMailbox, checkServer, type Mailbox } from "./guard.ts";
import type { Link, LinkError } from "./link.ts";
import { type Place, placeOf } from "./place.ts";

/** A link that is signed in, to a mailbox that is safe. */
export interface Linked {
  readonly link: Link;
  readonly mailbox: Mailbox;
  readonly place: Place;
}

/** First wait after a round of calls that came to nothing; each next one is twice as long. */
const FIRST_MS = 1_000;

/** One attempt to sign in at a server. Rejects with a declared error, or the signal's reason. */
export async function signInAt(
  place: Place,
  tools: RelayTools,
  config: ConnectingConfig,
  tls: Calling,
  signal: AbortSignal,
): Promise<Linked> {
  const { world: { clock, random }, relay, error } = tools;
  if (!relay) throw error("RELAY_IDENTITY_MISSING");
  const current = tls.current ?? { versionMin: "1.2" as const };
  const connection = await dial(place, tools, { tls: current, proxy: config.proxy, signal });
  const { Link } = await import("./link.ts");
  const stop = () => connection.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { answerMsMax } = config;
    const link = await Link.open(
      connection,
      { clock, random, identity: relay, answerMsMax },
      (greeting) => checkServer(place, tools, greeting),
    );
    tls.guard(connection, link.done.then(() => {}));
    try {
      return { link, place, mailbox: await checkMailbox(link, place, tools) };
    } catch (cause) {
      link.close();
      throw cause;
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof MitralError) throw cause;
    throw linkError(place, tools, config, cause as LinkError);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The declared error for a link that did not come about, or broke. */
function linkError(
  { host, port }: Place,
  { relay, error }: RelayTools,
  { answerMsMax }: ConnectingConfig,
  cause: LinkError,
): MitralError {
  switch (cause.trouble) {
    case "refused":
      return error("RELAY_SIGN_IN_REFUSED", { host, port, key: userName(relay!.publicBytes) }, cause);
    case "late":
      return error("RELAY_ANSWER_LATE", { answerMsMax }, cause);
    case "broken":
      return error("RELAY_GREETING_BROKEN", { host, port }, cause);
    default:
      return error("RELAY_CONNECTION_LOST", {}, cause);
  }
}

/**
 * A line to a relay, which is kept up from when it is first needed: its servers are called one after the other, and again
 * after waits that double, for as long as it takes.
 */
export class Line {
  readonly #tools: RelayTools;
  readonly #config: ConnectingConfig;
  readonly #tls: Calling;
  readonly #places: readonly Place[];
  readonly #life = new AbortController();
  readonly #waiting = new Set<PromiseWithResolvers<Linked>>();
  readonly #watchers = new Set<(linked: Linked) => void>();
  #linked: Linked | undefined;
  #keeping: Promise<void> | undefined;
  #nap = new AbortController();
  /** Server to call first. */
  #next = 0;

  constructor(tools: RelayTools, config: ConnectingConfig, tls: Calling) {
    this.#tools = tools;
    this.#config = config;
    this.#tls = tls;
    this.#places = config.servers.flatMap((server) => placeOf(server) ?? []);
  }

  /** Calls back with the link there is, and with every later one, until the returned function is called. */
  watch(linked: (linked: Linked) => void): () => void {
    this.#watchers.add(linked);
    this.#keeping ??= this.#keep();
    if (this.#linked?.link.isOpen) linked(this.#linked);
    return () => void this.#watchers.delete(linked);
  }

  /** The link. Where there is none the servers are called now; rejects where none of them lets us in. */
  ready(): Promise<Linked> {
    if (this.#linked?.link.isOpen) return Promise.resolve(this.#linked);
    const waiting = Promise.withResolvers<Linked>();
    this.#waiting.add(waiting);
    this.#keeping ??= this.#keep();
    this.#nap.abort();
    return waiting.promise;
  }

  /** Hangs up, and calls nobody any more. */
  async close(): Promise<void> {
    this.#life.abort(this.#tools.error("RELAY_CONNECTION_LOST"));
    this.#nap.abort();
    this.#linked?.link.close();
    this.#tls[Symbol.dispose]();
    await this.#keeping;
    this.#settle(({ reject }) => reject(this.#life.signal.reason));
  }

  async #keep(): Promise<void> {
    const { report, world: { clock, random } } = this.#tools;
    for (let failures = 0; !this.#life.signal.aborted;) {
      let error: MitralError | undefined;
      try {
        const linked = this.#linked = await this.#callAny();
        failures = 0;
        await this.#use(linked);
      } catch (cause) {
        if (this.#life.signal.aborted) return;
        if (!(cause instanceof MitralError)) throw cause;
        error = cause;
        this.#settle(({ reject }) => reject(cause));
      }
      // Between half and the whole of a wait that doubles: many gateways must not come back at once.
      const wholeMs = Math.min(FIRST_MS * 2 ** failures++, this.#config.redialMsMax);
      const againInMs = Math.round(wholeMs * (1 + random.number()) / 2);
      if (error) report({ name: "connectionFailed", facts: { againInMs }, error });
      // Somebody may have asked while it was told.
      this.#nap = new AbortController();
      if (this.#waiting.size === 0 && !this.#life.signal.aborted) {
        await clock.sleep(againInMs, this.#nap.signal).catch(() => {});
      }
    }
  }

  async #use(linked: Linked): Promise<void> {
    const { report } = this.#tools, { link, place } = linked;
    const facts = { server: hostPort(place.host, place.port) };
    report({ name: "connectionOpened", facts });
    for (const watcher of this.#watchers) watcher(linked);
    this.#settle(({ resolve }) => resolve(linked));
    const error = await link.done;
    this.#linked = undefined;
    report({ name: "connectionClosed", facts: { ...facts, reason: error?.trouble ?? "closed" } });
  }

  /** Calls each server once, until one lets us in. */
  async #callAny(): Promise<Linked> {
    let last: unknown = this.#tools.error("RELAY_SERVERS_UNFIT");
    for (let count = 0; count < this.#places.length; count++) {
      const place = this.#places[this.#next % this.#places.length];
      try {
        return await this.#call(place);
      } catch (cause) {
        if (this.#life.signal.aborted) throw cause;
        last = cause;
        this.#next++;
      }
    }
    throw last;
  }

  async #call(place: Place): Promise<Linked> {
    const { error, world: { clock } } = this.#tools, { connectMsMax } = this.#config;
    const attempt = new AbortController();
    const late = () => error("RELAY_CONNECT_LATE", { host: place.host, port: place.port, connectMsMax });
    const stopTimer = clock.after(connectMsMax, () => attempt.abort(late()));
    const signal = AbortSignal.any([attempt.signal, this.#life.signal]);
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    const signingIn = signInAt(place, this.#tools, this.#config, this.#tls, signal);
    try {
      // A name that takes long to look up does not listen to the signal.
      return await Promise.race([signingIn, promise]);
    } catch (cause) {
      void signingIn.then(({ link }) => link.close(), () => {});
      throw cause;
    } finally {
      stopTimer();
      signal.removeEventListener("abort", stop);
    }
  }

  #settle(how: (waiting: PromiseWithResolvers<Linked>) => void): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const each of waiting) how(each);
  }
}
