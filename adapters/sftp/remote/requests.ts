import type { MitralError } from "../../../runtime/contract/error.ts";
import type { Clock } from "../../../runtime/contract/world.ts";
import { Deadline } from "../../_kit/net/deadline.ts";
import { type SFTPWrapper, utils } from "../../_kit/ssh/ssh2.ts";

/** How `ssh2` says what came of a request. */
export type Done<T> = (cause: Error | null | undefined, value: T) => void;

/** A server's refusal, by the platform's code for it. What the server said is not kept: it may quote names. */
export class Refusal extends Error {
  constructor(readonly code: string) {
    super(`the server refuses (${code})`);
  }
}

const { STATUS_CODE } = utils.sftp;

/** SFTP version 3, section 7. `FAILURE` is all a server may say of a name that is taken, or of a disk that is full. */
const CODES: Readonly<Record<number, string>> = {
  [STATUS_CODE.EOF]: "EOF",
  [STATUS_CODE.NO_SUCH_FILE]: "ENOENT",
  [STATUS_CODE.PERMISSION_DENIED]: "EACCES",
  [STATUS_CODE.FAILURE]: "FAILURE",
  [STATUS_CODE.BAD_MESSAGE]: "EINVAL",
  [STATUS_CODE.NO_CONNECTION]: "ECONNRESET",
  [STATUS_CODE.CONNECTION_LOST]: "ECONNRESET",
  [STATUS_CODE.OP_UNSUPPORTED]: "ENOSYS",
};

/**
 * The requests of one SFTP session: as many at a time as anybody likes, each a promise. Watches over the server: one that
 * answers nothing for `answerMsMax` while something was asked is given up, and after `keepAliveMs` with nothing to do it
 * is asked for something.
 */
export class Requests {
  readonly sftp: SFTPWrapper;
  readonly #waiting = new Set<(cause: unknown) => void>();
  readonly #deadline: Deadline;
  readonly #limits: { readonly answerMsMax: number; readonly keepAliveMs: number };
  #ended: MitralError | undefined;

  constructor(
    sftp: SFTPWrapper,
    clock: Clock,
    limits: { readonly answerMsMax: number; readonly keepAliveMs: number },
    mute: () => void,
  ) {
    this.sftp = sftp;
    this.#limits = limits;
    this.#deadline = new Deadline(clock, () => {
      if (this.#waiting.size > 0) return mute();
      this.call<string>((done) => sftp.realpath(".", done)).catch(() => {});
    });
    this.#deadline.set(limits.keepAliveMs);
  }

  /** Makes one request. Rejects with a {@linkcode Refusal}, or with what ended the session. */
  call<T = void>(ask: (done: Done<T>) => void): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const answered = () => {
        this.#waiting.delete(reject);
        this.#deadline.set(this.#waiting.size > 0 ? this.#limits.answerMsMax : this.#limits.keepAliveMs);
      };
      if (this.#waiting.size === 0) this.#deadline.set(this.#limits.answerMsMax);
      this.#waiting.add(reject);
      try {
        ask((cause, value) => {
          if (this.#ended) return reject(this.#ended);
          answered();
          if (cause) reject(refusalOf(cause));
          else resolve(value);
        });
      } catch {
        // This is how ssh2 says that the server has no such extension.
        answered();
        reject(new Refusal("ENOSYS"));
      }
    });
  }

  /** The session is over: whatever waits fails with this, and so does whatever is asked from now on. */
  end(why: MitralError): void {
    this.#ended ??= why;
    this.#deadline.stop();
    for (const reject of this.#waiting) reject(why);
    this.#waiting.clear();
  }
}

function refusalOf(cause: Error & { code?: unknown }): Refusal {
  return new Refusal(typeof cause.code === "number" ? CODES[cause.code] ?? "FAILURE" : "ECONNRESET");
}
