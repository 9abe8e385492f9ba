import { type By, PROGRAM } from "../journal/acts.ts";
import type { Replayable } from "../journal/replay_reader.ts";
import type { CorrectedMessage } from "./gateway_api.ts";
import { discloses, patientsIn } from "./disclosures/patients_in.ts";
import { errors } from "./gateway_errors.ts";
import type { InterventionsParts } from "./interventions.ts";
import { Newer } from "./newer.ts";
import type { Replays } from "./replays.ts";

/** How a message is corrected. */
interface How {
  readonly destination?: string;
  readonly force?: boolean;
  readonly by?: By;
}

/** Puts other bytes in the place of what is in quarantine, and sends them. */
export class Corrections {
  readonly #parts: InterventionsParts;
  readonly #replays: Replays;

  constructor(parts: InterventionsParts, replays: Replays) {
    this.#parts = parts;
    this.#replays = replays;
  }

  async correct(id: string, bytes: Uint8Array, options: How = {}): Promise<CorrectedMessage> {
    const { destination } = options;
    const { last, messages: [found] } = await this.#parts.keeper.journal.ask({
      ask: "replayable",
      of: { id },
    });
    if (last === undefined) errors.fail("GATEWAY_MESSAGE_UNKNOWN", { id });
    if (!found) return errors.fail("GATEWAY_CORRECTION_EMPTY");
    if (found.deliveries.length === 0) {
      return destination === undefined
        ? await this.#replace(found, bytes, options)
        : errors.fail("GATEWAY_CORRECTION_EMPTY");
    }
    const chosen = found.deliveries.filter((each) =>
      destination === undefined || each.destination === destination
    );
    if (chosen.length === 0) errors.fail("GATEWAY_CORRECTION_EMPTY");
    if (chosen.length > 1) errors.fail("GATEWAY_CORRECTION_AMBIGUOUS", { count: chosen.length });
    return await this.#sendInstead({ ...found, deliveries: chosen }, bytes, options);
  }

  /** Before it had branches: a new message goes the whole way. */
  async #replace(
    { seq, id, channel, contentType }: Replayable,
    bytes: Uint8Array,
    { by = PROGRAM }: How,
  ): Promise<CorrectedMessage> {
    const { channels, report } = this.#parts;
    const found = channels.get(channel) ?? errors.fail("GATEWAY_CHANNEL_UNKNOWN", { channel });
    const made = await found.intake.correct(bytes, contentType!, { seq, id, by });
    report({ name: "messageCancelled", channel, id });
    const { outcome } = made;
    return {
      id: made.id,
      destinations: [],
      ...(outcome.kind === "rejected" ? { error: outcome.error } : {}),
    };
  }

  /** Another payload for one destination. */
  async #sendInstead(
    found: Replayable,
    bytes: Uint8Array,
    { force = false, by = PROGRAM }: How,
  ): Promise<CorrectedMessage> {
    const { keeper: { journal }, channels, world } = this.#parts;
    const { seq, id, channel, deliveries: [{ delivery, contentType }] } = found;
    const { formats, plan } = channels.get(channel) ?? errors.fail("GATEWAY_CHANNEL_UNKNOWN", { channel });
    const format = formats.speaking(contentType!);
    const controlId = format?.identify(bytes, contentType!).controlId ?? "";
    const patients = format && discloses(plan)
      ? patientsIn(format.parse(bytes, contentType!), format, plan)
      : undefined;
    const payload = await journal.keep(bytes);
    const newer = new Newer(journal, [found]);
    if (!force) {
      await newer.advance();
      const destination = newer.overtaken(found);
      if (destination !== undefined) errors.fail("GATEWAY_REPLAY_REFUSED", { destination });
    }
    const corrected = await journal.write({
      op: "correct",
      seq,
      delivery,
      payload,
      contentType: contentType!,
      controlId,
      ...(patients ? { patients } : {}),
      force,
      newer: newer.known(found),
      by,
      atMs: world.clock.nowMs(),
    });
    if (corrected.kind === "nothing") errors.fail("GATEWAY_CORRECTION_EMPTY");
    return { id, destinations: await this.#replays.putBack(found, corrected) };
  }
}
