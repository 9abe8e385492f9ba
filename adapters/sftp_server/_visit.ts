import type { Connection } from "../../runtime/contract/world.ts";
import type { Rates } from "../_kit/limits/rate.ts";
import type { Seldom } from "../_kit/limits/seldom.ts";
import type { Strikes } from "../_kit/limits/strikes.ts";
import { ConnectionStream } from "../_kit/net/connection_stream.ts";
import type { AuthContext, Connection as Client } from "../_kit/ssh/ssh2.ts";
import type { Open } from "../_kit/files/opener.ts";
import type { Drawer } from "./_drawer.ts";
import { Hold } from "./_hold.ts";
import type { Tools } from "./_listener_spec.ts";
import { Session } from "./_session.ts";
import type { SignIn } from "./_sign_in.ts";

/** Keys and passwords a connection may try. */
const TRIES_MAX = 6;
/** How long a wrong password is thought about. */
const WRONG_MS = 500;
/** SFTP sessions of one connection. */
const SESSIONS_MAX = 4;
/** How long what was said last may take to leave. */
const LINGER_MS = 2_000;

/** What a peer did, by where ssh2 noticed it. */
const WHY: ReadonlyMap<string, string> = new Map([
  ["protocol", "it breaks the rules of SSH"],
  ["handshake", "it has no algorithm that is safe, or its handshake is broken"],
]);

/** What every visit is given. */
export interface VisitTools extends Tools {
  /** Opens what is encrypted or packed. */
  readonly open: Open;
  readonly rates: Rates;
  readonly signIn: SignIn;
  readonly strikes: Strikes;
  /** Whose failing to sign in is worth a warning again. */
  readonly warnings: Seldom;
  readonly stopping: AbortSignal;
  readonly dropped: AbortSignal;
  /** The drawer of a partner, with one connection more; `undefined` where it has enough of them. */
  enter(partner: string): Drawer | undefined;
  /** One connection of a partner is gone. */
  leave(partner: string): void;
}

/** One connection: who it is, and the sessions it has. */
export class Visit {
  readonly stream: ConnectionStream;
  /** Resolves when the connection is closed and all that was open on it. */
  readonly done: Promise<void>;
  readonly #peer: string;
  readonly #tools: VisitTools;
  readonly #hold: Hold;
  readonly #sessions = new Set<Session>();
  #client: Client | undefined;
  #drawer: Drawer | undefined;
  #tries = 0;
  /** Whom the peer says it is. */
  #named = "";
  #isRefused = false;
  #channels = 0;
  #stirredMs = 0;
  #stopTimer: () => void;

  constructor(connection: Connection, tools: VisitTools) {
    const { world: { clock }, config: { signInMsMax }, report, error } = tools;
    this.#tools = tools;
    this.#peer = connection.peer;
    this.stream = new ConnectionStream(connection);
    this.#hold = new Hold(this.stream);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise.then(() => this.#end());
    this.stream.once("close", resolve);
    this.stream.on("error", () => {});
    this.stream.on("drain", () => this.#move());
    this.#stopTimer = clock.after(signInMsMax, () => {
      const late = error("SFTP_SERVER_SIGN_IN_LATE", { peer: this.#peer, signInMsMax });
      report({ name: "signInRefused", facts: { peer: this.#peer, code: late.code } });
      this.#isRefused = true;
      this.stream.destroy();
    });
    report({ name: "connectionOpened", facts: { peer: this.#peer } });
  }

  /** SSH is spoken. */
  begin(client: Client): void {
    this.#client = client;
    client.on("error", (cause) => this.#fail(cause));
    // After ssh2's own: by then it has read what came.
    this.stream.on("data", () => queueMicrotask(() => this.#move()));
    client.on("authentication", (attempt) => void this.#judge(attempt));
    client.on("session", (accept, reject) => {
      if (this.#channels >= SESSIONS_MAX) return reject();
      this.#channels++;
      const channel = accept();
      channel.on("close", () => void this.#channels--);
      channel.on("sftp", (accept) => {
        const session = new Session(accept(), {
          ...this.#tools,
          drawer: this.#drawer!,
          peer: this.#peer,
          stream: this.stream,
          hold: this.#hold,
          stirred: () => void (this.#stirredMs = this.#tools.world.clock.elapsedMs()),
          broken: (requestsMax) => this.#broken(requestsMax),
          unread: () => this.#unread(),
        });
        this.#sessions.add(session);
        channel.on("close", () => this.#sessions.delete(session));
      });
    });
  }

  /** What ssh2 refuses is told; who is merely gone is not. */
  #fail({ level = "" }: { readonly level?: string }): void {
    const why = WHY.get(level);
    if (why !== undefined) this.#turnAway(why);
    this.stream.destroy();
  }

  #turnAway(why: string): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    const { report, error } = this.#tools;
    const { code } = error("SFTP_SERVER_STRANGER_REFUSED", { peer: this.#peer, why });
    report({ name: "strangerTurnedAway", facts: { peer: this.#peer, code, why } });
  }

  /** Reads no more; resolves when what was handed over is answered and the connection is closed. */
  async stop(): Promise<void> {
    this.#hold.take();
    this.#move();
    await Promise.all([...this.#sessions].map((session) => session.done));
    this.#close();
    await this.done;
  }

  /** Ends it at once. */
  drop(): void {
    this.stream.destroy();
  }

  get #address(): string {
    return this.#peer.replace(/:\d+$/, "");
  }

  async #judge(attempt: AuthContext): Promise<void> {
    const { signIn, strikes, world: { clock }, stopping } = this.#tools;
    const letRead = this.#hold.take();
    const address = this.#address;
    try {
      const verdict = await signIn.judge(attempt, address);
      // It left meanwhile: one that came in now would never be counted out.
      if (this.stream.destroyed) return;
      if (verdict === "offered") return attempt.accept();
      if (verdict === "signedIn") return this.#welcome(attempt);
      if (verdict === "failed") {
        strikes.strike(address);
        await clock.sleep(WRONG_MS, stopping);
      }
      if (attempt.method !== "none") this.#tries++;
      this.#named = attempt.username;
      if (this.#tries >= TRIES_MAX || verdict === "failed") this.#refused();
      attempt.reject(signIn.methods);
      if (this.#tries >= TRIES_MAX) this.#close();
    } catch {
      // It stops.
      this.stream.destroy();
    } finally {
      letRead();
    }
  }

  /** Tells it, with the partner whose name was given, where there is such a one, and once a minute as a warning. */
  #refused(): void {
    const { config: { partners }, error, report, warnings } = this.#tools;
    this.#isRefused = true;
    const partner = Object.hasOwn(partners, this.#named) ? this.#named : undefined;
    const facts = { peer: this.#peer, ...(partner === undefined ? {} : { partner }) };
    const refused = error("SFTP_SERVER_SIGN_IN_REFUSED", facts);
    const event = { name: "signInRefused", facts: { ...facts, code: refused.code } };
    report(warnings.isDue(partner ?? "") ? { ...event, error: refused } : event);
  }

  #welcome(attempt: AuthContext): void {
    const { enter, report, strikes, config: { partners, idleMsMax }, world: { clock }, error } = this.#tools;
    const { username: partner } = attempt;
    this.#drawer = enter(partner);
    if (!this.#drawer) {
      const { connectionsMax } = partners[partner];
      const full = error("SFTP_SERVER_PARTNER_FULL", { partner, connectionsMax });
      report({ name: "signInRefused", facts: { peer: this.#peer, partner, code: full.code } });
      this.#isRefused = true;
      attempt.reject([]);
      return this.#close();
    }
    strikes.forgive(this.#address);
    this.#stopTimer();
    this.#stirredMs = clock.elapsedMs();
    this.#watch(idleMsMax);
    report({ name: "signedIn", facts: { peer: this.#peer, partner } });
    attempt.accept();
  }

  #watch(ms: number): void {
    const { world: { clock }, config: { idleMsMax } } = this.#tools;
    this.#stopTimer = clock.after(ms, () => {
      const isBusy = [...this.#sessions].some((session) => session.isBusy);
      const leftMs = isBusy ? idleMsMax : this.#stirredMs + idleMsMax - clock.elapsedMs();
      if (leftMs > 0) this.#watch(leftMs);
      else this.#close();
    });
  }

  #broken(requestsMax: number): void {
    const { report, error } = this.#tools;
    const { partner } = this.#drawer!;
    const { code } = error("SFTP_SERVER_REQUESTS_TOO_MANY", { requestsMax, partner });
    report({ name: "sessionBroken", facts: { partner, code } });
    this.stream.destroy();
  }

  #unread(): void {
    const { report, error, config: { stallMsMax } } = this.#tools;
    const facts = { peer: this.#peer, partner: this.#drawer!.partner };
    const { code } = error("SFTP_SERVER_ANSWER_UNREAD", { ...facts, stallMsMax });
    report({ name: "answerUnread", facts: { ...facts, code } });
    this.stream.destroy();
  }

  #move(): void {
    for (const session of this.#sessions) session.move();
  }

  /** Says farewell, as far as the peer listens. */
  #close(): void {
    this.#client?.end();
    this.stream.end();
    const stopTimer = this.#tools.world.clock.after(LINGER_MS, () => this.stream.destroy());
    this.stream.once("close", stopTimer);
  }

  async #end(): Promise<void> {
    this.#stopTimer();
    await Promise.all([...this.#sessions].map((session) => session.drop()));
    if (this.#drawer) this.#tools.leave(this.#drawer.partner);
    // Who has no key that fits has said what it has, and leaves.
    else if (this.#tries > 0 && !this.#isRefused) this.#refused();
    // Only who has said that it speaks SSH 2.0 has a client.
    else if (!this.#client && this.stream.hasRead && !this.#tools.stopping.aborted) {
      this.#turnAway("it speaks no SSH 2.0");
    }
    this.#tools.report({ name: "connectionClosed", facts: { peer: this.#peer } });
  }
}
