/** Makes up operations on a journal: whatever may come, in whatever order, also what comes too late for what it is about. */
import type { Row } from "../../../../runtime/journal/database.ts";
import type { Append, Branch, Operation, Settle } from "../../../../runtime/journal/operations.ts";
import { DELIVERY, MESSAGE } from "../../../../runtime/journal/schema.ts";
import { DAY_MS } from "../../../../runtime/journal/sealing.ts";
import type { SeededRandom } from "../../../world/seeded_random.ts";
import { appendOf, branchTo, by, processOf, trouble } from "../entries.ts";
import type { Book } from "./book.ts";
import { checkpointOf, newSigner } from "./signer.ts";

const utf8 = new TextEncoder();
const DAY = 20_000;
const WAYS = ["accepted", "rejected"] as const;
const key = newSigner();

/** Seeded. */
export class AnyOperations {
  readonly #book: Book;
  readonly #random: SeededRandom;
  readonly #appended: Append[] = [];
  #day = DAY;
  #count = 0;

  constructor(book: Book, random: SeededRandom) {
    this.#book = book;
    this.#random = random;
  }

  /** What is committed together: one operation, or several that do not know of each other. */
  commit(): Operation[] {
    const worked = new Set<number>();
    const isWanted = (each: Operation | undefined): each is Operation => {
      if (each?.op !== "process" && each?.op !== "quarantine") return each !== undefined;
      // Of one message the work ends once.
      const isFirst = !worked.has(each.seq);
      worked.add(each.seq);
      return isFirst;
    };
    return Array.from({ length: 1 + this.#random.below(5) }, () => this.#any()).filter(isWanted);
  }

  /** Lets a day pass, and removes what was received on the one before the last. */
  passDay(): void {
    const day = ++this.#day - 2;
    for (const channel of ["lab", "ward"]) {
      this.#book.write({ op: "carry", channel, day, toDay: this.#day, limit: 1e6 });
      this.#book.write({ op: "dropKeys", channel, day });
      this.#book.write({ op: "prune", channel, day, limit: 1e6 });
    }
  }

  #any(): Operation | undefined {
    const makers = [
      ...[this.#append, this.#append, this.#append, this.#process, this.#process, this.#process],
      ...[this.#settle, this.#settle, this.#settle, this.#settle, this.#attempted, this.#quarantine],
      ...[this.#answered, this.#replay, this.#correct, this.#cancel, this.#closeBatch, this.#closeBatch],
      ...[this.#disperse, this.#join, this.#act, this.#sign],
    ];
    return this.#random.pick(makers).call(this);
  }

  get #atMs(): number {
    return this.#day * DAY_MS + ++this.#count;
  }

  #bytes(): Uint8Array {
    return utf8.encode(`bytes ${++this.#count}`);
  }

  #append(): Operation {
    const random = this.#random;
    const again = random.chance(0.15) && this.#appended.length > 0 && random.pick(this.#appended);
    if (again) return { ...again, id: `again-${++this.#count}`, receivedAtMs: this.#atMs };
    const sealed = {
      kind: "sealed",
      from: "north",
      id: `m${random.below(30)}`,
      sealedAtMs: this.#count,
    } as const;
    const bytes = this.#bytes();
    const corrected = random.chance(0.1) && this.#message(MESSAGE.quarantined);
    const append: Append = {
      ...appendOf(),
      receivedAtMs: this.#atMs,
      body: random.chance(0.1) ? this.#book.keep(bytes) : bytes,
      ...(random.chance(0.5) ? { answered: random.pick(["positively", "negatively"] as const) } : {}),
      ...(random.chance(0.1) ? { trouble } : {}),
      ...(random.chance(0.25) ? { place: random.pick(["gathering", "gathering", "filtered"] as const) } : {}),
      ...(random.chance(0.2)
        ? { sameness: { ...sealed, conflict: trouble }, evidence: this.#bytes() }
        : { sameness: { kind: "exact", windowMs: 1e9 } as const }),
      ...(corrected ? { corrects: { seq: Number(corrected.seq), id: String(corrected.id), by } } : {}),
    };
    this.#appended.push(append);
    return append;
  }

  #process(): Operation | undefined {
    const message = this.#message(MESSAGE.received);
    const branches = [0, 1, 2].flatMap(() => this.#random.chance(0.5) ? [this.#branch()] : []);
    const change = { atMs: this.#atMs, answers: this.#random.chance(0.3), channel: String(message?.channel) };
    // Of a destination and a part there is one.
    const distinct = [
      ...new Map(branches.map((each) => [`${each.destination} ${each.part}`, each])).values(),
    ];
    return message && processOf(Number(message.seq), distinct, change);
  }

  #branch(): Branch {
    const { chance, pick } = bound(this.#random);
    const destination = pick(["ehr", "files", "next"]), part = this.#random.below(2);
    const payload = chance(0.5) ? this.#bytes() : null;
    if (destination === "ehr") return branchTo(destination, { part, payload });
    if (destination === "files") return branchTo(destination, { part, payload, gathers: true });
    return branchTo(destination, { part, payload: this.#bytes(), handsOn: this.#handsOn() });
  }

  #handsOn(): NonNullable<Branch["handsOn"]> {
    const id = `handed-${++this.#count}`;
    return { channel: "ward", id, receivedAtMs: this.#atMs, controlId: "C", type: "T", sender: "S" };
  }

  #settle(): Operation | undefined {
    const row = this.#delivery("state = 0 AND (batch IS NULL OR batch = delivery.id)");
    if (!row) return undefined;
    const { chance, pick } = bound(this.#random);
    const isCancelled = chance(0.1), isRefused = !isCancelled && chance(0.4);
    const sealed = { statement: this.#bytes(), envelope: "0".repeat(64) };
    const receipt = isRefused ? "rejected" : "accepted";
    const exchanged = {
      way: "sent",
      gateway: "south",
      feed: "f",
      epoch: 1,
      sequence: ++this.#count,
      receipt,
    } as const;
    const more: Partial<Settle>[] = [{}, { sealed, exchanged, answer: this.#bytes() }, { sealed }, {
      concludes: { positively: !isRefused },
    }, { diverted: "other" }];
    return {
      ...{ op: "settle", seq: Number(row.seq), delivery: Number(row.id), attempts: 1, atMs: this.#atMs },
      tellRest: chance(0.3),
      ...(row.batch === null ? {} : { isBatch: true }),
      ...(isCancelled ? { ended: { how: "cancelled", by } as const } : pick(more)),
      ...(isRefused ? { trouble, holds: chance(0.5) } : {}),
    };
  }

  #attempted(): Operation | undefined {
    const row = this.#delivery("state = 0");
    const sealed = this.#random.chance(0.3)
      ? { sealed: { statement: this.#bytes(), envelope: "1".repeat(64) } }
      : {};
    return row && { op: "attempted", delivery: Number(row.id), attempts: 1, trouble, ...sealed };
  }

  #quarantine(): Operation | undefined {
    const message = this.#message(this.#random.pick([MESSAGE.received, MESSAGE.gathering]));
    return message && { op: "quarantine", seq: Number(message.seq), trouble };
  }

  #answered(): Operation | undefined {
    const row = this.#one("SELECT seq FROM message WHERE answered = 0");
    const answer = { bytes: this.#bytes(), contentType: "application/jose" };
    const positively = this.#random.chance(0.7);
    return row && { op: "answered", seq: Number(row.seq), atMs: this.#atMs, positively, answer };
  }

  #replay(): Operation | undefined {
    const row = this.#one("SELECT seq FROM message");
    const everywhere = this.#random.chance(0.3);
    return row &&
      {
        op: "replay",
        seq: Number(row.seq),
        everywhere,
        force: this.#random.chance(0.8),
        by,
        atMs: this.#atMs,
      };
  }

  #correct(): Operation | undefined {
    const row = this.#delivery("state = 2");
    const of = { contentType: "text/x-note", controlId: "C", force: true, by, atMs: this.#atMs };
    return row &&
      { op: "correct", seq: Number(row.seq), delivery: Number(row.id), payload: this.#bytes(), ...of };
  }

  #cancel(): Operation | undefined {
    const message = this.#random.chance(0.3) && this.#message(MESSAGE.quarantined);
    if (message) return { op: "cancel", seq: Number(message.seq), deliveries: [], by, atMs: this.#atMs };
    const row = this.#delivery("state IN (0, 2) AND (batch IS NULL OR batch = delivery.id)");
    const deliveries = [Number(row?.id)];
    return row &&
      {
        op: "cancel",
        seq: Number(row.seq),
        deliveries,
        queued: this.#random.chance(0.5),
        by,
        atMs: this.#atMs,
      };
  }

  #closeBatch(): Operation | undefined {
    const rows = this.#gathering();
    if (rows.length === 0) return undefined;
    const handsOn = this.#random.chance(0.3) ? { handsOn: this.#handsOn() } : {};
    return {
      ...{ op: "closeBatch", channel: "lab", id: `batch-${++this.#count}`, atMs: this.#atMs, type: "B" },
      payload: this.#bytes(),
      branch: branchTo("files", handsOn),
      ...{ upTo: Number(rows.at(-1)!.id), members: rows.length },
      ...(this.#random.chance(0.3) ? { by } : {}),
    };
  }

  #disperse(): Operation | undefined {
    return this.#random.chance(0.2) ? { op: "disperse", channel: "lab", destination: "files" } : undefined;
  }

  #gathering(): Row[] {
    return this.#book.database.prepare(
      `SELECT delivery.id AS id FROM delivery JOIN name ON name.id = destination
       WHERE text = 'lab/files' AND state = ${DELIVERY.gathering} AND batch = 0 ORDER BY delivery.id LIMIT ?`,
    ).all(1 + this.#random.below(6));
  }

  #join(): Operation | undefined {
    const rows = this.#book.database.prepare("SELECT seq FROM message WHERE state = ? LIMIT 2").all(
      MESSAGE.gathering,
    );
    if (rows.length === 0) return undefined;
    if (this.#random.chance(0.2)) return { op: "unpiece", seq: Number(rows[0].seq) };
    const { op: _, sameness: __, answered: ___, ...whole } = appendOf({ receivedAtMs: this.#atMs });
    const pieces = rows.map(({ seq }) => Number(seq));
    return {
      ...whole,
      op: "joinPieces",
      pieces,
      ...(this.#random.chance(0.5) ? { answered: "positively" } : {}),
    };
  }

  #act(): Operation | undefined {
    const message = this.#one("SELECT id, seq FROM message");
    if (!message) return undefined;
    return this.#random.pick<Operation>([
      { op: "note", ids: [String(message.id)], act: "viewed", by, atMs: this.#atMs },
      { op: "release", seq: Number(message.seq), by, atMs: this.#atMs },
      { op: "stand", channel: "lab", destination: "ehr", change: { paused: true }, by, atMs: this.#atMs },
      { op: "writeEntry", entry: { kind: "login", atMs: this.#atMs, outcome: this.#random.pick(WAYS) } },
    ]);
  }

  #sign(): Operation | undefined {
    const head = this.#book.write({ op: "readHead" });
    return head.size > 0 ? checkpointOf(head, key, this.#atMs) : undefined;
  }

  #message(state: number): Row | undefined {
    return this.#one(
      `SELECT seq, message.id AS id, text AS channel FROM message JOIN name ON name.id = channel WHERE state = ${state}`,
    );
  }

  #delivery(where: string): Row | undefined {
    return this.#one(`SELECT delivery.id AS id, seq, batch FROM delivery WHERE ${where}`);
  }

  /** Mostly a late one: what is new goes on. */
  #one(sql: string): Row | undefined {
    const rows = this.#book.database.prepare(`${sql} ORDER BY seq DESC LIMIT 40`).all();
    return rows[Math.floor(rows.length * this.#random.number() ** 2)];
  }
}

function bound(random: SeededRandom) {
  return {
    chance: (probability: number) => random.chance(probability),
    pick: <T>(items: readonly T[]) => random.pick(items),
  };
}

/** The key that heads are signed with. */
export const ownKey: Uint8Array = key.publicBytes;
