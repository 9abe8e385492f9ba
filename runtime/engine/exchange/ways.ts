import type { Parcel, SenderSpec } from "../../contract/adapter.ts";
import { errorTable, MitralError } from "../../contract/error.ts";
import type { Outcome } from "../../contract/message.ts";
import type { Partner } from "../../trust/partner_file.ts";
import { limits } from "../limits.ts";
import { type Path, PathSet, type PathState, type PathTools } from "../paths/path_set.ts";
import type { Configured } from "../plan.ts";
import { errors } from "./errors.ts";
import type { Unstamped } from "../line.ts";
import type { ExchangeParts } from "./parts.ts";

/** The ways to one partner, as its file has them. */
export interface WaysTo {
  readonly plans: readonly Path[];
  /** Goes by the best of them. */
  readonly set: PathSet;
  /** What the sender of a way is given. */
  toolsOf(name: string): PathTools;
}

/** The same, with who uses it. */
interface Used {
  /** Once they are made. */
  made?: WaysTo;
  readonly madeOf: string;
  readonly ways: Promise<WaysTo>;
  /** Aborted where nothing may go to the partner any more. */
  readonly cut: AbortController;
  users: number;
  isRetired: boolean;
  forget: () => void;
}

/**
 * The ways to the partners of an exchange: opened when something is to be sent, opened anew when the partner's file says
 * something else, cut when nothing may go there any more, closed when nothing has gone there for long.
 */
export class Ways {
  readonly #parts: ExchangeParts;
  readonly #receiptTypes: () => readonly string[];
  readonly #used = new Map<string, Used>();
  readonly #unwatch: () => void;

  constructor(parts: ExchangeParts, receiptTypes: () => readonly string[]) {
    this.#parts = parts;
    this.#receiptTypes = receiptTypes;
    this.#unwatch = parts.book.watch((names) => names.forEach((name) => this.#review(name)));
  }

  /** See {@linkcode Exchange.send}. Errors: EXCHANGE_PARTNER_INACTIVE, EXCHANGE_WAY_MISSING, those of the senders. */
  send(partner: string, parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    return this.use(partner, signal, ({ set }, life) => set.send(parcel, life));
  }

  /** Does something with the ways to a partner, which stay open for it. Errors: as `send`. */
  async use<T>(
    partner: string,
    signal: AbortSignal,
    act: (ways: WaysTo, life: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const used = this.#to(partner);
    used.users++;
    used.forget();
    const life = new AbortController();
    const ends = [signal, used.cut.signal].map((each) => [each, () => life.abort(each.reason)] as const);
    try {
      for (const [each, stop] of ends) {
        if (each.aborted) stop();
        else each.addEventListener("abort", stop, { once: true });
      }
      const ways = await used.ways;
      life.signal.throwIfAborted();
      return await act(ways, life.signal);
    } finally {
      for (const [each, stop] of ends) each.removeEventListener("abort", stop);
      if (--used.users === 0) this.#rest(partner, used);
    }
  }

  /** The ways to a partner as they are now; none while nothing goes there. */
  state(partner: string): readonly PathState[] {
    return this.#used.get(partner)?.made?.set.state() ?? [];
  }

  /** Opens all anew for what is sent from now on. */
  renew(): void {
    for (const [partner, used] of this.#used) this.#drop(partner, used);
  }

  /** Cuts all of them. */
  async close(): Promise<void> {
    this.#unwatch();
    const closing = [...this.#used].map(([partner, used]) => {
      used.cut.abort(errors.error("EXCHANGE_CLOSED"));
      this.#drop(partner, used);
      return close(used);
    });
    await Promise.all(closing);
  }

  #tools(partner: string, { name: way, send: { spec, config } }: Path): PathTools {
    const { world, partners, relay, report } = this.#parts;
    return {
      config: config as never,
      world,
      partners,
      ...(relay ? { relay } : {}),
      contentTypes: this.#receiptTypes(),
      ...errorTable(spec.name, spec.errors),
      report: ({ name: event, facts = {}, error }) =>
        report({ name: "exchangeReported", at: `way ${way} to ${partner}`, event, facts, error }),
    };
  }

  #to(partner: string): Used {
    const { book } = this.#parts;
    const file = book.find(partner) ??
      errors.fail("EXCHANGE_PARTNER_INACTIVE", { partner, state: book.stateOf(partner) ?? "unknown" });
    const madeOf = madeOfFile(file);
    const there = this.#used.get(partner);
    if (there?.madeOf === madeOf) return there;
    if (there) this.#drop(partner, there);
    const used: Used = {
      madeOf,
      ways: this.#make(partner, file),
      cut: new AbortController(),
      users: 0,
      isRetired: false,
      forget: () => {},
    };
    this.#used.set(partner, used);
    // What led nowhere is tried again by whoever comes next.
    used.ways.then((made) => void (used.made = made), () => this.#drop(partner, used));
    return used;
  }

  async #make(partner: string, { root, links, certificates }: Partner): Promise<WaysTo> {
    const to = { partner, root: root.keyId, isPinned: certificates.length > 0 };
    const kinds = new Map<string, number>();
    const plans: Path[] = [];
    for (const link of links) {
      const count = (kinds.get(link.kind) ?? 0) + 1;
      kinds.set(link.kind, count);
      const name = count === 1 ? link.kind : `${link.kind} ${count}`;
      const send = await this.#wayTo(to, name, () => this.#parts.plan.wayTo(to, link));
      if (send) plans.push({ name, send });
    }
    if (plans.length === 0) errors.fail("EXCHANGE_WAY_MISSING", { partner, links: links.length });
    const tools = (way: Path) => this.#tools(partner, way);
    const { report, world: { clock } } = this.#parts;
    const set = new PathSet({
      paths: plans,
      clock,
      tools,
      report({ name, path: way, ...facts }) {
        report({ name: WAY_EVENTS[name], partner, way, ...facts } as Unstamped);
      },
    });
    return { plans, set, toolsOf: (name) => tools(plans.find((way) => way.name === name)!) };
  }

  /** A link that leads nowhere is told about, and is no reason to do without the others. */
  async #wayTo(
    { partner }: { readonly partner: string },
    way: string,
    make: () => Promise<Configured<SenderSpec>>,
  ): Promise<Configured<SenderSpec> | undefined> {
    try {
      return await make();
    } catch (cause) {
      if (!(cause instanceof MitralError)) throw cause;
      this.#parts.report({ name: "wayFailed", partner, way, error: cause });
    }
  }

  /** Nobody uses them now. */
  #rest(partner: string, used: Used): void {
    if (used.isRetired) void close(used);
    else {
      const { clock } = this.#parts.world;
      used.forget = clock.after(limits.waysIdleMs, () => this.#drop(partner, used));
    }
  }

  /** Nobody else is to use them; they are closed once nobody does. */
  #drop(partner: string, used: Used): void {
    if (this.#used.get(partner) === used) this.#used.delete(partner);
    used.isRetired = true;
    used.forget();
    if (used.users === 0) void close(used);
  }

  /** A partner has changed. */
  #review(partner: string): void {
    const used = this.#used.get(partner);
    const { book } = this.#parts;
    const file = book.find(partner);
    if (!used || file && madeOfFile(file) === used.madeOf) return;
    if (!file) {
      const state = book.stateOf(partner) ?? "unknown";
      used.cut.abort(errors.error("EXCHANGE_PARTNER_INACTIVE", { partner, state }));
    }
    this.#drop(partner, used);
  }
}

/** What happens to a path of a partner is told as of one of its ways. */
const WAY_EVENTS = { pathFailed: "wayFailed", pathRestored: "wayRestored", pathChosen: "wayChosen" } as const;

async function close({ ways }: Used): Promise<void> {
  const made = await ways.catch(() => undefined);
  await made?.set[Symbol.asyncDispose]();
}

function madeOfFile({ root, links, certificates }: Partner): string {
  return JSON.stringify([root.keyId, links, certificates.length > 0]);
}
