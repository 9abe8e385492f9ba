import type { ConnectionStream } from "../_kit/net/connection_stream.ts";
import type { Attributes, SFTPWrapper } from "../_kit/ssh/ssh2.ts";
import type { Drawer } from "./_drawer.ts";
import type { HandOverTools } from "./_hand_over.ts";
import type { Hold } from "./_hold.ts";
import { type Answer, Operations } from "./_operations.ts";
import type { Tools } from "./_listener_spec.ts";
import { Refusal, STATUS } from "./_refusal.ts";
import { Share } from "./_share.ts";

/** Of requests that wait: how many bytes of content, or how many, are enough to read no more. */
const [WAITING_BYTES, WAITING_REQUESTS] = [1024 * 1024, 1_024];
/** Requests that may wait while the peer has no room for answers: only by reading on can we hear that it has. */
const REQUESTS_MAX = 16_384;
/** Bytes of answers that wait for the network before no more are made. */
const UNSENT_BYTES = 512 * 1024;

interface Request {
  readonly id: number;
  readonly bytes: number;
  readonly work: () => Promise<Answer>;
}

/** What a session is given. */
export interface SessionTools extends Omit<HandOverTools, "share">, Pick<Tools, "world"> {
  readonly drawer: Drawer;
  readonly peer: string;
  readonly stream: ConnectionStream;
  /** Keeps the connection from being read. */
  readonly hold: Hold;
  /** Something is asked for. */
  stirred(): void;
  /** The peer does what no client does. */
  broken(requestsMax: number): void;
  /** The peer has read none of its answers for `stallMsMax`. */
  unread(): void;
}

/**
 * One SFTP session: does what is asked for, one thing after the other. While much waits the connection is not read, and
 * nothing is done as long as the peer does not take the answers.
 */
export class Session {
  readonly #sftp: SFTPWrapper;
  readonly #tools: SessionTools;
  readonly #operations: Operations;
  readonly #share: Share;
  readonly #waiting: Request[] = [];
  #waitingBytes = 0;
  /** Something is asked for and not answered. */
  isBusy = false;
  #isOver = false;
  #letRead: (() => void) | undefined;
  #moved: PromiseWithResolvers<void> | undefined;
  /** Settles when nothing runs. */
  done: Promise<void> = Promise.resolve();

  constructor(sftp: SFTPWrapper, tools: SessionTools) {
    this.#sftp = sftp;
    this.#tools = tools;
    this.#share = new Share(tools.intake.reading(), tools.hold, tools.stopping);
    this.#operations = new Operations({ ...tools, share: this.#share }, tools.drawer, tools.peer);
    const operations = this.#operations;
    sftp.on("error", () => {});
    sftp.on("OPEN", (id, path, flags) => this.#take(id, () => operations.open(path, flags)));
    sftp.on("CLOSE", (id, handle) => this.#take(id, () => operations.close(handle)));
    sftp.on("READ", (id, handle, at, count) => this.#take(id, () => operations.read(handle, at, count)));
    sftp.on(
      "WRITE",
      (id, handle, at, bytes) => this.#take(id, () => operations.write(handle, at, bytes), bytes.length),
    );
    sftp.on("STAT", (id, path) => this.#take(id, () => operations.stat(path)));
    sftp.on("LSTAT", (id, path) => this.#take(id, () => operations.stat(path)));
    sftp.on("FSTAT", (id, handle) => this.#take(id, () => operations.statOpen(handle)));
    sftp.on(
      "SETSTAT",
      (id, path, given: Partial<Attributes>) => this.#take(id, () => operations.setStat(path, given)),
    );
    sftp.on(
      "FSETSTAT",
      (id, handle, given: Partial<Attributes>) => this.#take(id, () => operations.setStatOpen(handle, given)),
    );
    sftp.on("OPENDIR", (id, path) => this.#take(id, () => operations.openFolder(path)));
    sftp.on("READDIR", (id, handle) => this.#take(id, () => operations.readFolder(handle)));
    sftp.on("REALPATH", (id, path) => this.#take(id, () => operations.realPath(path)));
    sftp.on("RENAME", (id, from, to) => this.#take(id, () => operations.rename(from, to)));
    sftp.on("REMOVE", (id, path) => this.#take(id, () => operations.remove(path)));
    sftp.on("MKDIR", (id, path) => this.#take(id, () => operations.makeFolder(path)));
    sftp.on("RMDIR", (id, path) => this.#take(id, () => operations.removeFolder(path)));
    sftp.on(
      "EXTENDED",
      (id, name, data) => this.#take(id, () => operations.extended(name, data ?? new Uint8Array())),
    );
    // READLINK and SYMLINK have no listener: ssh2 answers SSH_FX_OP_UNSUPPORTED.
    // Nothing more will be asked for; what was, is answered.
    sftp.on("end", () => void this.done.then(() => this.drop()));
    sftp.on("close", () => void this.drop());
  }

  /** The connection has brought something, or taken something: perhaps there is room for answers now. */
  move(): void {
    this.#moved?.resolve();
    this.#moved = undefined;
  }

  /** Nothing more is done; what was not closed is not whole. */
  async drop(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.move();
    await this.done;
    const cut = await this.#operations.drop();
    this.#share[Symbol.dispose]();
    this.#letRead?.();
    this.#sftp.end();
    if (cut > 0) {
      this.#tools.report({ name: "uploadsCut", facts: { partner: this.#tools.drawer.partner, count: cut } });
    }
  }

  #take(id: number, work: () => Promise<Answer>, bytes = 0): void {
    if (this.#isOver) return;
    this.#tools.stirred();
    this.#waiting.push({ id, bytes, work });
    this.#waitingBytes += bytes;
    this.#weigh();
    if (this.#waiting.length > REQUESTS_MAX) return this.#tools.broken(REQUESTS_MAX);
    if (!this.isBusy) this.done = this.#work();
  }

  async #work(): Promise<void> {
    this.isBusy = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const answer = await this.#answerTo(next);
      if (this.#isBlocked()) await this.#roomForAnswers();
      this.#waitingBytes = Math.max(0, this.#waitingBytes - next.bytes);
      if (!this.#isOver) answer(this.#sftp, next.id);
      this.#weigh();
      if (this.#tools.stopping.aborted) this.#waiting.length = 0;
    }
    this.isBusy = false;
  }

  async #answerTo({ work }: Request): Promise<Answer> {
    try {
      return await work();
    } catch (cause) {
      const { status, message, error } = cause instanceof Refusal
        ? cause
        : new Refusal(STATUS.FAILURE, this.#tools.error("SFTP_SERVER_REQUEST_CRASHED", {}, cause));
      const { report, drawer: { partner } } = this.#tools;
      if (error) report({ name: "requestRefused", facts: { partner, code: error.code } });
      return (sftp, request) => sftp.status(request, status, message);
    }
  }

  /** Holds the connection back while too much waits, here or in all. */
  #weigh(): void {
    this.#share.waiting(this.#waitingBytes + this.#operations.aheadBytes);
    const isMuch = this.#waitingBytes > WAITING_BYTES ||
      this.#waiting.length > WAITING_REQUESTS && !this.#isBlocked();
    if (isMuch) this.#letRead ??= this.#tools.hold.take();
    else {
      this.#letRead?.();
      this.#letRead = undefined;
    }
  }

  #mayAnswer(): boolean {
    return !this.#isOver && !this.#tools.stopping.aborted;
  }

  /** As long as the peer takes none of them, it has `stallMsMax`. */
  async #roomForAnswers(): Promise<void> {
    const { world: { clock }, config: { stallMsMax }, unread } = this.#tools;
    let before = this.#way(), forget = () => {};
    const watch = () => {
      forget = clock.after(stallMsMax, () => {
        const { unsent, window } = this.#way();
        if (unsent >= before.unsent && window <= before.window) return unread();
        before = { unsent, window };
        watch();
      });
    };
    watch();
    while (this.#mayAnswer() && this.#isBlocked()) await this.#room();
    forget();
  }

  #isBlocked(): boolean {
    const { unsent, window } = this.#way();
    return unsent > UNSENT_BYTES || window === 0;
  }

  /** Bytes that wait for the network, and how many more the peer has said that it takes. */
  #way(): { readonly unsent: number; readonly window: number } {
    const { outgoing } = this.#sftp as unknown as { readonly outgoing?: { readonly window: number } };
    return { unsent: this.#tools.stream.writableLength, window: outgoing?.window ?? Infinity };
  }

  #room(): Promise<void> {
    this.#moved ??= Promise.withResolvers();
    return this.#moved.promise;
  }
}
