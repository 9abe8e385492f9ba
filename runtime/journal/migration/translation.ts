import { COUNTER, SENDER } from "../appends.ts";
import type { Blinds } from "../blinds.ts";
import type { BodyHead } from "../bodies.ts";
import type { Row } from "../database.ts";
import type { Names } from "../names.ts";
import { dayOf } from "../sealing.ts";
import { stateNumber } from "../state_number.ts";
import type { OldJournal } from "./old_journal.ts";

/** What the readable part of each old row is now, column by column, and what is sealed beside its bytes. */
export class Translation {
  readonly #old: OldJournal;
  readonly #names: Names;
  readonly #blinds: Blinds;

  constructor(old: OldJournal, names: Names, blinds: Blinds) {
    this.#old = old;
    this.#names = names;
    this.#blinds = blinds;
  }

  message(row: Row): Row {
    const { seq, id, received_ms, state, answered, size, trouble, stages, parent, whole } = row;
    return {
      ...{ seq, id, received_ms, state, answered, size, trouble, stages, parent, whole },
      day: dayOf(Number(received_ms)),
      channel: this.#name(row.channel),
      adapter: this.#name(row.adapter),
      sender: this.#blinds.number(SENDER, String(row.sender)),
      recognised: row.identity === null ? 0 : 1,
    };
  }

  messageHead(row: Row): BodyHead {
    return {
      ...this.deliveryHead(row),
      type: String(row.type),
      peer: String(row.peer),
      ...(row.partner === null ? {} : { partner: String(row.partner) }),
    };
  }

  /** What a sealed message is recognised by. Of one the statement its partner signed is kept; any other had its control id. */
  sealedId({ identity, evidence, control_id }: Row): string | undefined {
    if (identity === null || evidence === null && identity === control_id) return undefined;
    return String(identity);
  }

  delivery(row: Row): Row {
    const { id, seq, part, sequence, state, attempts, built_on, held, batch, size, settled_ms, trouble } =
      row;
    const keys = JSON.parse(String(row.keys)) as string[];
    return {
      ...{ id, seq, part, sequence, state, attempts, built_on, held, batch, size, settled_ms, trouble },
      destination: this.#name(row.destination),
      keys: JSON.stringify(keys.map((key) => this.#blinds.key(key))),
    };
  }

  deliveryHead(row: Row): BodyHead {
    return { contentType: this.#old.nameOf(row.content_type), controlId: String(row.control_id) };
  }

  history(row: Row): Row {
    const { id, seq, at_ms, event, code } = row;
    const destination = row.destination === null ? null : this.#name(row.destination);
    return { id, seq, at_ms, event, code, destination };
  }

  state(row: Row): { readonly channel: number; readonly key: number } {
    const key = stateNumber(this.#blinds, String(row.step), String(row.key));
    return { channel: this.#name(row.channel), key };
  }

  numbering({ channel, sender, last, seq }: Row): Row {
    return { channel: this.#name(channel), sender: this.#blinds.number(COUNTER, String(sender)), last, seq };
  }

  sequence({ destination, last }: Row): Row {
    return { destination: this.#name(destination), last };
  }

  #name(id: Row[string]): number {
    return this.#names.idOf(this.#old.nameOf(id));
  }
}
