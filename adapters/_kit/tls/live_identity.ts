import type { AdapterTools } from "../../../runtime/contract/adapter.ts";
import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import type { Secret } from "../../../runtime/contract/spec.ts";
import type { TlsIdentity } from "../../../runtime/contract/tls.ts";
import { type OwnTlsCode, UNFIT } from "./faults.ts";

/** What of its adapter's tools TLS needs. */
export interface TlsTools<Owner extends string>
  extends Pick<AdapterTools<never, never>, "world" | "partners" | "report"> {
  error(code: OwnTlsCode<Owner>, facts?: Facts, cause?: unknown): MitralError;
}

/** Where a certificate and its key are. */
export interface IdentityFiles {
  readonly certificate: string;
  readonly key: Secret;
}

/** How often files are looked at. */
export const LOOK_MS = 10_000;
const DAY_MS = 86_400_000;
/** So many days before its end an operator is told of it. */
const WARN_DAYS = [30, 14, 7, 1];

/**
 * A certificate with its key, read again when the file changes. What does not fit together is not taken: a certificate
 * renewed before its key goes on as it was until both are there. Its end is announced 30, 14, 7 and 1 days ahead.
 */
export class LiveIdentity<const Owner extends string> {
  readonly #owner: Owner;
  readonly #setting: string;
  readonly #files: IdentityFiles;
  readonly #tools: TlsTools<Owner>;
  #identity: TlsIdentity = { certificate: "", key: "" };
  #untilMs = Infinity;
  #warned = Infinity;
  #troubled = false;

  private constructor(owner: Owner, setting: string, files: IdentityFiles, tools: TlsTools<Owner>) {
    [this.#owner, this.#setting, this.#files, this.#tools] = [owner, setting, files, tools];
  }

  /** `setting` names it in errors. Errors: OWNER_CERTIFICATE_UNREADABLE, OWNER_CERTIFICATE_UNFIT. */
  static async open<const Owner extends string>(
    owner: Owner,
    setting: string,
    files: IdentityFiles,
    tools: TlsTools<Owner>,
  ): Promise<LiveIdentity<Owner>> {
    const live = new LiveIdentity(owner, setting, files, tools);
    await live.#read();
    live.#warn();
    return live;
  }

  get current(): TlsIdentity {
    return this.#identity;
  }

  /** Reads the files again; true where another certificate counts from now on. */
  async look(): Promise<boolean> {
    const before = this.#identity;
    try {
      await this.#read();
      this.#troubled = false;
    } catch (cause) {
      if (!this.#troubled) {
        this.#tools.report({ name: "certificateRefused", error: cause as MitralError });
      }
      this.#troubled = true;
    }
    this.#warn();
    return before !== this.#identity;
  }

  async #read(): Promise<void> {
    const { world: { disk, net } } = this.#tools;
    const identity = {
      certificate: await disk.readText(this.#files.certificate)
        .catch((cause): never => this.#unreadable("certificate", cause)),
      key: await this.#files.key.fresh().catch((cause): never => this.#unreadable("key", cause)),
    };
    if (identity.certificate === this.#identity.certificate && identity.key === this.#identity.key) return;
    const part = await net.misfitOf(identity);
    if (part) {
      const { file, trouble } = UNFIT[part];
      const setting = `${this.#setting}.${file}`;
      throw this.#tools.error(`${this.#owner}_CERTIFICATE_UNFIT`, { setting, trouble });
    }
    const [{ validUntilMs }] = await net.certificatesIn(identity.certificate);
    [this.#identity, this.#untilMs, this.#warned] = [identity, validUntilMs, Infinity];
  }

  #unreadable(part: "certificate" | "key", cause: unknown): never {
    const reason = String((cause as { code?: unknown }).code ?? "unknown");
    const file = `${this.#setting}.${part}`;
    throw this.#tools.error(`${this.#owner}_CERTIFICATE_UNREADABLE`, { file, reason }, cause);
  }

  /** Says, once for each mark that is passed, how long the certificate may still be used. */
  #warn(): void {
    const days = Math.floor((this.#untilMs - this.#tools.world.clock.nowMs()) / DAY_MS);
    const mark = WARN_DAYS.findLast((each) => days < each);
    if (mark === undefined || mark >= this.#warned) return;
    this.#warned = mark;
    const facts = { setting: this.#setting, days: Math.max(days, 0) };
    this.#tools.report({
      name: "certificateExpires",
      facts,
      error: this.#tools.error(`${this.#owner}_CERTIFICATE_EXPIRING`, facts),
    });
  }
}

/** Looks again and again until the returned function is called. */
export function everyLook({ world: { clock } }: TlsTools<never>, look: () => Promise<void>): () => void {
  let isOver = false, forget = () => {};
  const wait = () => {
    forget = clock.after(LOOK_MS, async () => {
      await look();
      if (!isOver) wait();
    });
  };
  wait();
  return () => {
    isOver = true;
    forget();
  };
}
