import { MitralError } from "../../contract/error.ts";
import { listenerMemory } from "../listener_memory.ts";
import { Turnstile } from "../turnstile.ts";
import { CONTROL_FEED, type ControlFeed } from "./control.ts";
import { errors } from "./errors.ts";
import type { ExchangeParts } from "./parts.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Whoever changes its keys by hand changes them a few times; each file that is taken is kept for good. */
const TAKEN_MAX = 12;

/**
 * Sees to it that every active partner has our newest file of public keys, and takes theirs: so new keys, ways and
 * certificates reach partners by themselves. What a partner has given a receipt for is remembered in the journal, and told
 * again on another day only: a partner that was restored from a backup may have forgotten that a key of ours was revoked.
 */
export class Announcements {
  readonly #parts: ExchangeParts;
  readonly #control: ControlFeed;
  #looking: Promise<void> | undefined;

  constructor(parts: ExchangeParts, control: ControlFeed) {
    this.#parts = parts;
    this.#control = control;
    const turnstile = new Turnstile(TAKEN_MAX, parts.world.clock, HOUR_MS);
    control.handle("bundle", async (partner, { file }) => {
      if (!turnstile.passes(partner)) errors.fail("EXCHANGE_KEYS_BUSY", { partner, most: TAKEN_MAX });
      await parts.book.take(partner, fileIn(file) ?? errors.fail("EXCHANGE_CONTROL_INVALID", { partner }));
    });
  }

  /** Tells whoever has not got it. Never rejects; whoever could not be told is told at the next look. */
  look(signal: AbortSignal): Promise<void> {
    return this.#looking ??= this.#look(signal).catch(() => {}).finally(() => this.#looking = undefined);
  }

  /** Resolves once nothing is looked at any more: soon, where the signal of the last look is aborted. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { book, ownFile } = this.#parts;
    const partners = book.names.filter((name) => (book.find(name)?.links.length ?? 0) > 0);
    if (!ownFile || partners.length === 0) return;
    const { bytes, partner: { serial, issuedAtMs } } = await ownFile();
    const told = { type: "bundle", file: bytes.toBase64() };
    await Promise.all(
      partners.map((name) => this.#tell(name, told, `${serial} ${issuedAtMs}`, serial, signal)),
    );
  }

  async #tell(
    partner: string,
    told: { readonly type: string; readonly file: string },
    version: string,
    serial: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { journal, book, report, world } = this.#parts;
    const memory = listenerMemory(journal(), CONTROL_FEED);
    // Another root is another partner, though we call it the same.
    const key = `bundle ${partner} ${book.find(partner)?.root.keyId}`;
    try {
      const before = await memory.get(key) ?? "";
      const today = `${version} on day ${Math.floor(world.clock.nowMs() / DAY_MS)}`;
      if (before === today) return;
      const { outcome } = await this.#control.tell(partner, told, { signal });
      if (outcome.kind !== "accepted" && outcome.kind !== "rejected") return;
      await memory.set(key, today);
      if (before.startsWith(`${version} `)) return;
      const refusal = outcome.kind === "rejected" ? { error: outcome.error } : {};
      report({ name: "partnerInformed", partner, serial, ...refusal });
    } catch (cause) {
      if (!(cause instanceof MitralError) && !signal.aborted) throw cause;
    }
  }
}

function fileIn(told: unknown): Uint8Array | undefined {
  try {
    return typeof told === "string" ? Uint8Array.fromBase64(told) : undefined;
  } catch {
    return undefined;
  }
}
