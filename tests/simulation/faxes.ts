import { Hl7Message } from "../../actors/formats/hl7v2/mod.ts";
import { isDocumentBody } from "../../runtime/contract/document.ts";
import { defineFormat, type FormatSpec } from "../../runtime/contract/format.ts";
import type { Clock } from "../../runtime/contract/world.ts";
import type { StepPlan } from "../../runtime/engine/plan.ts";
import type { SeededRandom } from "../world/seeded_random.ts";
import { invoice, PaperBody, read } from "../runtime/engine/review/paper_format.ts";
import { step } from "../runtime/engine/gateway_rig.ts";
import { answerText, controlIdIn } from "./hl7_text.ts";

/** How a recogniser is, and whether it is still troubled. */
export interface ReadingParts {
  readonly random: SeededRandom;
  clock(): Clock;
  isTroubled(): boolean;
}

/** What may become of a reading. */
const CRASHES = 0.05, SLOW = 0.2, CERTAIN = 0.4, SEVERAL = 0.1;
const SLOW_MS = 4_000;

const decoder = new TextDecoder();

/**
 * Reads messages as if they were pictures. Each reading has a number of its own, and another result: what was read anew
 * shows. Chance says whether one is doubtful.
 */
export class Readings {
  readonly #parts: ReadingParts;
  /** By its number: whether nothing in it was doubtful. */
  readonly #certain: boolean[] = [];
  /** Control ids of what came to the step behind without clearance. */
  readonly uncleared: string[] = [];

  constructor(parts: ReadingParts) {
    this.#parts = parts;
  }

  isCertain(reading: number): boolean {
    return this.#certain[reading] ?? false;
  }

  get format(): FormatSpec {
    const contentType = "application/x-paper";
    return defineFormat({
      name: "scan",
      about: "A document that is read by chance.",
      contentTypes: [contentType],
      config: {},
      errors: {},
      parse: (bytes) => new PaperBody(bytes, { ...invoice(), fields: {}, tables: {}, kind: "unknown" }),
      identify: (bytes) => ({ controlId: controlIdIn(bytes), type: "SCAN", sender: "", purpose: "message" }),
      answer: (received, { kind }) => ({
        bytes: answerText(kind === "accepted" ? "AA" : "AE", controlIdIn(received)),
        contentType,
      }),
      recogniser: () =>
        Promise.resolve({
          recognise: (bytes, _contentType, signal) => this.#recognise(bytes, signal),
          picture: () => Promise.resolve(new Uint8Array()),
          [Symbol.asyncDispose]: () => Promise.resolve(),
        }),
    }) as unknown as FormatSpec;
  }

  /** Makes a message of a document that was cleared: with its reading, what people have set, and who they were. */
  get write(): StepPlan {
    return step("write", (message) => {
      const { body, received } = message as unknown as { body: PaperBody; received: Uint8Array };
      const document = isDocumentBody(body) ? body.document : undefined;
      if (!document?.clearance) this.uncleared.push(controlIdIn(received));
      const text = decoder.decode(received) + (document ? telling(document) : "");
      return message.derive({ body: Hl7Message.parse(text) }) as never;
    });
  }

  async #recognise(bytes: Uint8Array, signal: AbortSignal): Promise<PaperBody> {
    const { random, clock, isTroubled } = this.#parts;
    if (isTroubled() && random.chance(SLOW)) await clock().sleep(random.below(SLOW_MS), signal);
    if (isTroubled() && random.chance(CRASHES)) throw new TypeError("a bug in a recogniser");
    const reading = this.#certain.length, isCertain = random.chance(CERTAIN);
    this.#certain.push(isCertain);
    const { fields } = invoice();
    // Where nothing is doubtful, it is as if a person had written on it whose it is.
    const patient = {
      patient: {
        ...{ mrn: "4711", authority: "", family: "Doe", given: "Jane", birthDate: "19810210", sex: "" },
        source: "person" as const,
      },
    };
    const document = invoice({
      fields: {
        ...fields,
        mrn: read(String(reading)),
        total: read("30.00", isCertain || random.chance(0.5) ? 0.99 : 0.2),
      },
      hasSeveralPatients: !isCertain && random.chance(SEVERAL),
      ...(isCertain ? patient : {}),
    });
    return new PaperBody(bytes, document);
  }
}

/** The segment that tells of a document: its reading, its total, and who approved it. */
export function telling({ fields, clearance }: PaperBody["document"]): string {
  const { mrn, total } = fields;
  return ["ZFX", mrn?.value, total?.value ?? "", clearance?.approvedBy.join("+")].join("|") + "\r";
}
