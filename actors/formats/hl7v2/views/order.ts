import { idOf } from "../syntax/segments.ts";
import type { MessageText } from "../syntax/message_text.ts";
import type { Note } from "./control_types.ts";
import type { CommonOrder, Observation, ObservationRequest, Specimen } from "./order_types.ts";
import { openView } from "./segment_view.ts";
import type { Administration, EncodedOrder } from "./treatment_types.ts";
import type { EntityIdentifier } from "./value_types.ts";

/**
 * One order of a message with what belongs to it: an ORC and the OBR behind it, an ORC alone, or an OBR without an ORC,
 * up to the next of them.
 */
export class Order {
  readonly #message: MessageText;
  readonly #start: number;
  readonly #end: number;

  private constructor(message: MessageText, start: number, end: number) {
    this.#message = message;
    this.#start = start;
    this.#end = end;
  }

  /** The orders of a message, in order. The text MUST NOT change any more. */
  static all(message: MessageText): readonly Order[] {
    const { segments } = message;
    const requests = new Set(segments.findAll(idOf("OBR")));
    const starts: number[] = [];
    let isOpen = false;
    for (const at of [...segments.findAll(idOf("ORC")), ...requests].sort((a, b) => a - b)) {
      const isRequest = requests.has(at);
      if (!isRequest || !isOpen) starts.push(at);
      isOpen = !isRequest;
    }
    return starts.map((at, nth) => new Order(message, at, starts[nth + 1] ?? segments.count));
  }

  /** Common Order (ORC). */
  get common(): CommonOrder | undefined {
    return this.#views<CommonOrder>("ORC")[0];
  }

  /** Observation Request (OBR). */
  get request(): ObservationRequest | undefined {
    return this.#views<ObservationRequest>("OBR")[0];
  }

  /** OBR-2 or, without one, ORC-2. */
  get placerNumber(): EntityIdentifier | null | undefined {
    return this.request?.placerNumber ?? this.common?.placerNumber;
  }

  /** OBR-3 or, without one, ORC-3. */
  get fillerNumber(): EntityIdentifier | null | undefined {
    return this.request?.fillerNumber ?? this.common?.fillerNumber;
  }

  /** Pharmacy/Treatment Encoded Order (RXE). */
  get encoded(): EncodedOrder | undefined {
    return this.#views<EncodedOrder>("RXE")[0];
  }

  /** Pharmacy/Treatment Administration (RXA). */
  get administrations(): readonly Administration[] {
    return this.#views("RXA");
  }

  /** Specimen (SPM). */
  get specimens(): readonly Specimen[] {
    return this.#views("SPM");
  }

  /** Observation/Result (OBX). */
  get observations(): readonly Observation[] {
    return this.#views("OBX");
  }

  /** Notes and Comments (NTE) of the order itself: those before its first observation or specimen. */
  get notes(): readonly Note[] {
    return this.#views("NTE", ["OBX", "SPM"]);
  }

  /** The segments that are there, as one plain object: for `JSON.stringify`. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { common, request, encoded, administrations, specimens, observations, notes } = this;
    const all = { common, request, encoded, administrations, specimens, observations, notes };
    return Object.fromEntries(
      Object.entries(all).filter(([, views]) =>
        Array.isArray(views) ? views.length > 0 : views !== undefined
      ),
    );
  }

  #views<V>(id: string, until: readonly string[] = []): readonly V[] {
    const { segments } = this.#message, found: V[] = [];
    for (let at = this.#start; at < this.#end; at++) {
      const here = segments.one(at).slice(0, 3);
      if (until.includes(here)) break;
      if (here === id) found.push(openView(this.#message, at));
    }
    return found;
  }
}
