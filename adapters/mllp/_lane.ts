import type { Parcel } from "../../runtime/contract/adapter.ts";
import type { Outcome } from "../../runtime/contract/message.ts";
import type { World } from "../../runtime/contract/world.ts";
import { connect } from "./_connect.ts";
import { Link, type LinkTools } from "./_link.ts";

/** What all lanes of a sender share. */
export interface LaneTools extends LinkTools {
  readonly world: World;
  readonly host: string;
  readonly port: number;
  readonly connectMsMax: number;
  readonly keepAlive: boolean;
  readonly applicationMsMax: number;
  /** The declared error for a connection that could not be made in time. */
  late(): unknown;
  /** The declared error for a connection that could not be made. */
  failed(cause: unknown): unknown;
  /** The declared error for an answer that did not come, after a commit or before; anything else as it is. */
  unanswered(cause: unknown, isCommitted: boolean): unknown;
}

/** One message at a time over one connection, which is made when it is needed and lost when anything goes wrong. */
export class Lane {
  readonly #tools: LaneTools;
  #link: Link | undefined;
  #abandon: (reason: unknown) => void = () => {};
  #dropped: { readonly reason: unknown } | undefined;
  #isBusy = false;

  constructor(tools: LaneTools) {
    this.#tools = tools;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** True where the next message needs no new connection. */
  get isConnected(): boolean {
    return this.#link?.isUsable ?? false;
  }

  /** Sends one message and says what the peer's answer means. MUST NOT be called while the lane is busy. */
  async carry(parcel: Parcel): Promise<Outcome> {
    this.#isBusy = true;
    this.#dropped = undefined;
    try {
      const link = this.#link?.isUsable ? this.#link : await this.#connected();
      return await this.#exchanged(link, parcel);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Closes; what is under way rejects with `reason`. */
  drop(reason: unknown): void {
    this.#dropped = { reason };
    this.#abandon(reason);
  }

  async #connected(): Promise<Link> {
    this.#link?.close();
    const { world, host, port, report } = this.#tools;
    const { connection, abandon } = connect(world, this.#tools);
    this.#abandon = abandon;
    const link = new Link(await connection, this.#tools);
    this.#link = link;
    this.#abandon = (reason) => link.close(reason);
    if (this.#dropped) {
      // Between the moment the connection was made and now.
      link.close();
      throw this.#dropped.reason;
    }
    report({ name: "connectionOpened", facts: { host, port } });
    return link;
  }

  /** A message out, and what its last answer means: the first, or after a commit the application's, if that is waited for. */
  async #exchanged(link: Link, parcel: Parcel): Promise<Outcome> {
    const { applicationMsMax, keepAlive } = this.#tools;
    let isCommitted = false;
    let isClear = false;
    try {
      let answer = await this.#waited(link.ask(parcel.bytes), isCommitted);
      for (;;) {
        const outcome = await this.#judged(link, parcel, answer);
        if (outcome && !(applicationMsMax > 0 && outcome.kind === "accepted" && outcome.moreFollows)) {
          if (outcome.kind === "accepted" && outcome.isCommit) link.committed.add(parcel);
          isClear = true;
          return outcome;
        }
        const next = outcome && !isCommitted ? link.more(applicationMsMax) : link.more();
        isCommitted ||= outcome !== undefined;
        answer = await this.#waited(next, isCommitted);
      }
    } finally {
      // After an answer that means nothing here, whatever comes next on this connection would be in doubt.
      if (isClear && keepAlive) link.rest();
      else link.close();
    }
  }

  async #waited(answer: Promise<Uint8Array>, isCommitted: boolean): Promise<Uint8Array> {
    try {
      return await answer;
    } catch (cause) {
      throw this.#tools.unanswered(cause, isCommitted);
    }
  }

  /** What an answer means; `undefined` where it is the second to an earlier message. */
  async #judged(link: Link, parcel: Parcel, answer: Uint8Array): Promise<Outcome | undefined> {
    try {
      return await parcel.judge(answer);
    } catch (cause) {
      if (await link.drops(answer)) return undefined;
      throw cause;
    }
  }
}
