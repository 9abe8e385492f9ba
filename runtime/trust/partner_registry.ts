import type { Partners } from "../contract/adapter.ts";
import { declareErrors, type MitralError } from "../contract/error.ts";
import type { PeerCertificate } from "../contract/tls.ts";
import type { World } from "../contract/world.ts";
import type { PartnerBook } from "./partner_book.ts";

/** Errors of the partners' registry. */
export const registryErrors = declareErrors("partners", {
  PARTNERS_FILE_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot read certificates of partner {partner}: {file} cannot be read ({reason})",
  },
  PARTNERS_CERTIFICATE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read certificates of partner {partner}: {file} holds none, or one that is broken",
  },
  PARTNERS_CERTIFICATE_SHARED: {
    blame: "operator",
    retry: "never",
    says: "Cannot tell partners {partner} and {other} apart: both have the same certificate or key",
  },
  PARTNERS_CERTIFICATE_EXPIRING: {
    blame: "operator",
    retry: "later",
    says: "Cannot let partner {partner} in for long: its certificate may be used for {days} days more",
  },
});

/** What a partner's certificates are known by. */
export interface PartnerProofs {
  /** PEM files, absolute. */
  readonly certificates: readonly string[];
  /** `sha256:HEX` of a certificate, `sha256//BASE64` of a public key. */
  readonly pins: readonly string[];
}

/** Hears what somebody should do something about. */
type Tell = (event: { readonly partner: string; readonly error: MitralError }) => void;

/** A partner whose PEM files have changed, and how many certificates of its own are in them now. */
export interface PartnerChange {
  readonly partner: string;
  readonly certificates: number;
}

/** What a partner is known by now. */
interface Known {
  /** How many certificates of its own are in its files. */
  readonly certificates: number;
  /** A file that is not there, or several. */
  readonly missing: readonly string[];
  /** Fingerprints and key pins. */
  readonly prints: ReadonlySet<string>;
  /** Of its certificate that may be used longest; `Infinity` where only pins are known. */
  readonly untilMs: number;
}

const LOOK_MS = 10_000;
const DAY_MS = 86_400_000;
const WARN_DAYS = [30, 14, 7, 1];

/** Where all partners are listed by the gateway file. */
const NO_BOOK: PartnerBook = {
  names: [],
  stateOf: () => undefined,
  find: () => undefined,
  watch: () => () => {},
  look: () => Promise.resolve(),
  take: () => Promise.resolve(false),
};

/**
 * The partners of a gateway by their certificates: those that the gateway file lists with their PEM files and pins, and
 * those of the partners' folder, with what their own files say. Everything is looked at again every ten seconds: a
 * certificate that was added may come, one that was taken out, or whose file is gone, may not any more. A file that cannot
 * be understood changes nothing: half an edit is no reason to shut a partner out.
 */
export class PartnerRegistry implements Partners, Disposable {
  readonly #proofs: ReadonlyMap<string, PartnerProofs>;
  readonly #world: World;
  readonly #book: PartnerBook;
  readonly #report: Tell;
  readonly #known = new Map<string, Known>();
  readonly #stamps = new Map<string, string>();
  readonly #told = new Map<string, string>();
  readonly #watchers = new Set<(changes: readonly PartnerChange[]) => void>();
  #holders: ReadonlyMap<string, string> = new Map();
  #forget = () => {};
  #unwatch = () => {};
  #isOver = false;

  private constructor(
    partners: Readonly<Record<string, PartnerProofs>>,
    world: World,
    book: PartnerBook,
    report: Tell,
  ) {
    this.#proofs = new Map(Object.entries(partners));
    this.#world = world;
    this.#book = book;
    this.#report = report;
  }

  /**
   * Reads everything now. A file that is not there has no certificates: whoever takes a partner's away must be able to
   * start again. `report` hears, once each, of files that are not there or cannot be used later on, and of certificates
   * that end soon. `book` has the partners' folder. Errors: PARTNERS_FILE_UNREADABLE, PARTNERS_CERTIFICATE_INVALID,
   * PARTNERS_CERTIFICATE_SHARED.
   */
  static async open(
    partners: Readonly<Record<string, PartnerProofs>>,
    world: World,
    report: Tell,
    book: PartnerBook = NO_BOOK,
  ): Promise<PartnerRegistry> {
    const registry = new PartnerRegistry(partners, world, book, report);
    for (const [partner, proofs] of registry.#proofs) {
      registry.#known.set(partner, await registry.#read(partner, proofs));
    }
    registry.#holders = registry.#index((error) => {
      throw error;
    });
    registry.#turn(book.names);
    registry.#unwatch = book.watch((names) => {
      registry.#turn(names);
      for (const watcher of registry.#watchers) watcher([]);
    });
    return registry;
  }

  /** Changes while partners come and go. */
  get names(): readonly string[] {
    return [...new Set([...this.#proofs.keys(), ...this.#book.names])];
  }

  /** Looks at the files from now on, until it is disposed. */
  start(): void {
    for (const partner of this.#proofs.keys()) {
      for (const file of this.#known.get(partner)!.missing) {
        const facts = { partner, file, reason: "ENOENT" };
        this.#tellOnce(file, registryErrors.error("PARTNERS_FILE_UNREADABLE", facts), partner);
      }
      this.#warn(partner);
    }
    if (this.#proofs.size > 0 || this.#book !== NO_BOOK) this.#wait();
  }

  holderOf({ fingerprint, keyPin }: PeerCertificate, among?: readonly string[]): string | undefined {
    const holder = this.#holders.get(fingerprint) ?? this.#holders.get(keyPin);
    return holder !== undefined && (!among || among.includes(holder)) ? holder : undefined;
  }

  watch(changed: (changes: readonly PartnerChange[]) => void): () => void {
    // Its own for each watcher: two may be the same function.
    const watcher = (changes: readonly PartnerChange[]) => changed(changes);
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#forget();
    this.#unwatch();
    this.#watchers.clear();
  }

  /** What the folder says of these partners counts from now on. */
  #turn(names: readonly string[]): void {
    for (const name of names) {
      if (this.#proofs.has(name)) continue;
      const partner = this.#book.find(name);
      if (!partner) this.#known.delete(name);
      else {
        const prints = new Set(partner.certificates.map(printOf));
        this.#known.set(name, { certificates: prints.size, missing: [], prints, untilMs: Infinity });
      }
    }
    this.#holders = this.#index((error) => this.#tellOnce(String(error.facts.partner), error));
  }

  #wait(): void {
    this.#forget = this.#world.clock.after(LOOK_MS, async () => {
      await this.#look();
      await this.#book.look();
      if (!this.#isOver) this.#wait();
    });
  }

  async #look(): Promise<void> {
    const changes: PartnerChange[] = [];
    for (const [partner, proofs] of this.#proofs) {
      try {
        if (await this.#stampOf(proofs) !== this.#stamps.get(partner)) {
          const known = await this.#read(partner, proofs);
          this.#known.set(partner, known);
          changes.push({ partner, certificates: known.certificates });
        }
        this.#told.delete(partner);
      } catch (cause) {
        this.#tellOnce(partner, cause as MitralError);
      }
      this.#warn(partner);
    }
    if (changes.length === 0) return;
    this.#holders = this.#index((error) => this.#tellOnce(String(error.facts.partner), error));
    for (const watcher of this.#watchers) watcher(changes);
  }

  async #stampOf({ certificates }: PartnerProofs): Promise<string> {
    const facts = await Promise.all(
      certificates.map((file) => this.#world.disk.facts(file).catch(() => undefined)),
    );
    return facts.map((each) => each ? `${each.size} ${each.modifiedMs}` : "none").join("\n");
  }

  async #read(partner: string, proofs: PartnerProofs): Promise<Known> {
    const stamp = await this.#stampOf(proofs);
    // What its own file says of it counts beside what the gateway file does.
    const said = this.#book.find(partner)?.certificates ?? [];
    const prints = new Set([...proofs.pins, ...said].map(printOf));
    const missing: string[] = [];
    let certificates = 0;
    let untilMs = proofs.certificates.length > 0 ? 0 : Infinity;
    for (const file of proofs.certificates) {
      const pem = await this.#pemIn(file, partner);
      if (pem === undefined) {
        missing.push(file);
        continue;
      }
      const shown = await this.#world.net.certificatesIn(pem).catch((cause): never =>
        registryErrors.fail("PARTNERS_CERTIFICATE_INVALID", { partner, file }, cause)
      );
      for (const one of ownOf(shown)) {
        prints.add(one.fingerprint);
        certificates++;
        untilMs = Math.max(untilMs, one.validUntilMs);
      }
    }
    this.#stamps.set(partner, stamp);
    return { certificates, missing, prints, untilMs };
  }

  /** `undefined` where the file is not there. */
  async #pemIn(file: string, partner: string): Promise<string | undefined> {
    try {
      return await this.#world.disk.readText(file);
    } catch (cause) {
      const reason = String((cause as { code?: unknown }).code ?? "unknown");
      if (reason === "ENOENT") return undefined;
      return registryErrors.fail("PARTNERS_FILE_UNREADABLE", { partner, file, reason }, cause);
    }
  }

  /** Whom every print belongs to. One that several claim, which `shared` hears of, stays with the one who had it, if any. */
  #index(shared: (error: MitralError) => void): ReadonlyMap<string, string> {
    const claims = new Map<string, string[]>();
    for (const [partner, { prints }] of this.#known) {
      for (const print of prints) claims.set(print, [...claims.get(print) ?? [], partner]);
    }
    const holders = new Map<string, string>();
    for (const [print, [other, ...more]] of claims) {
      const partner = more.at(-1);
      if (partner !== undefined) {
        shared(registryErrors.error("PARTNERS_CERTIFICATE_SHARED", { partner, other }));
      }
      const holder = partner === undefined
        ? other
        : [other, ...more].find((each) => each === this.#holders.get(print));
      if (holder !== undefined) holders.set(print, holder);
    }
    return holders;
  }

  #warn(partner: string): void {
    const { untilMs } = this.#known.get(partner)!;
    if (untilMs === 0) return;
    const days = Math.floor((untilMs - this.#world.clock.nowMs()) / DAY_MS);
    const mark = WARN_DAYS.findLast((each) => days < each);
    if (mark === undefined) return;
    const facts = { partner, days: Math.max(days, 0) };
    this.#tellOnce(
      `${partner} ${mark} ${untilMs}`,
      registryErrors.error("PARTNERS_CERTIFICATE_EXPIRING", facts),
      partner,
    );
  }

  #tellOnce(about: string, error: MitralError, partner = about): void {
    if (this.#told.get(about) === error.code) return;
    this.#told.set(about, error.code);
    this.#report({ partner, error });
  }
}

/** A pin as fingerprints are kept: hexadecimal in lower case without colons, or base64. */
function printOf(pin: string): string {
  return pin.startsWith("sha256//")
    ? pin.slice("sha256//".length)
    : pin.slice("sha256:".length).replaceAll(":", "").toLowerCase();
}

/** The partner's own of a file that may hold those who issued them, too. */
function ownOf(shown: readonly PeerCertificate[]): readonly PeerCertificate[] {
  // One that has signed itself is the partner's own, next to the one it takes the place of.
  const issued = shown.filter(({ issuer, subject }) => issuer !== subject);
  return shown.filter((one) => !issued.some(({ issuer }) => issuer === one.subject));
}
