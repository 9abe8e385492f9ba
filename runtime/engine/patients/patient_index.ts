import type { PatientNumber } from "../../contract/patient.ts";
import type { Clock } from "../../contract/world.ts";
import { type By, PROGRAM } from "../../journal/acts.ts";
import type { Journal } from "../../journal/journal.ts";
import { wholeDate } from "../../journal/patients/normal_forms.ts";
import type { IndexedPatient, PatientFigures } from "../../journal/patients/operations.ts";
import type { BoundFormats } from "../formats.ts";
import { errors } from "../gateway_errors.ts";
import type { ChannelPlan, PatientsPlan } from "../plan.ts";
import { judgePatient, missingIn, patientOf } from "./judge_patient.ts";
import type { FoundPatient, GatewayPatients, RebuiltIndex, WantedPatient } from "./patients_api.ts";
import { rebuildIndex } from "./rebuild_index.ts";
import { familiesIn, isSameName } from "./same_name.ts";
import type { PatientVerdict, ReadPatient } from "./verdict.ts";

/** What the patient index is made of. */
export interface PatientIndexParts {
  /** Left out: none is kept. */
  readonly patients?: PatientsPlan | undefined;
  readonly keeper: { readonly journal: Journal };
  readonly world: { readonly clock: Clock };
  /** Channels by name. */
  readonly channels: ReadonlyMap<string, { readonly plan: ChannelPlan; readonly formats: BoundFormats }>;
}

/** Says whose a document is, by what messages have said of patients. */
export class PatientIndex implements GatewayPatients {
  readonly #parts: PatientIndexParts;

  constructor(parts: PatientIndexParts) {
    this.#parts = parts;
  }

  async judge(read: ReadPatient): Promise<PatientVerdict> {
    const { patients } = this.#parts;
    if (!patients) return { kind: "unasked" };
    // Nobody has no number.
    if (missingIn(read).includes("mrn")) return judgePatient(read, []);
    const { authority: assigner } = patients;
    const number = { id: read.mrn, ...(assigner === undefined ? {} : { assigner }) };
    return judgePatient(read, await this.#journal.ask({ ask: "patientsByNumber", ...number }));
  }

  async find(wanted: WantedPatient, by: By = PROGRAM): Promise<readonly FoundPatient[]> {
    this.#mustBeKept();
    const found = "id" in wanted
      ? await this.#journal.ask({ ask: "patientsByNumber", ...wanted })
      : await this.#named(wanted);
    const asked: readonly (PatientNumber | undefined)[] = found.length > 0
      ? found
      : ["id" in wanted ? wanted : undefined];
    // Whoever is shown nothing has looked all the same.
    for (const patient of asked) await this.#note("looked for a patient", by, patient);
    return found.map(foundPatient);
  }

  async forget(number: PatientNumber, by: By = PROGRAM): Promise<{ readonly numbers: number }> {
    this.#mustBeKept();
    const found = await this.#journal.ask({ ask: "patientsByNumber", ...number });
    await this.#note("forgot a patient", by, number);
    const numbers = found.flatMap((patient) => [patient, ...patient.former].map(numberOf));
    if (numbers.length > 0) {
      await this.#journal.write({ op: "tellPatients", changes: [{ kind: "forgotten", numbers }] });
    }
    return { numbers: numbers.length };
  }

  figures(): Promise<PatientFigures> {
    return this.#journal.ask({ ask: "patientFigures" });
  }

  async rebuild(by: By = PROGRAM): Promise<RebuiltIndex> {
    const { from } = this.#mustBeKept();
    await this.#note("rebuilt the patient index", by);
    return await rebuildIndex(from, this.#parts);
  }

  async #named({ name, birthDate }: { readonly name: string; readonly birthDate: string }) {
    const families = familiesIn(name), born = wholeDate(birthDate);
    if (families.length === 0 || born === "") return [];
    const found = await this.#journal.ask({ ask: "patientsByName", families, birthDate: born });
    return found.filter(({ names, aliases, former }) =>
      [...names, ...aliases, ...former.flatMap(({ names }) => names)].some((each) => isSameName(name, each))
    );
  }

  async #note(act: string, by: By, patient?: PatientNumber): Promise<void> {
    const about = patient ? { patient: numberOf(patient) } : {};
    await this.#journal.write({ op: "noteAsked", act, by, atMs: this.#parts.world.clock.nowMs(), ...about });
  }

  #mustBeKept(): PatientsPlan {
    return this.#parts.patients ?? errors.fail("GATEWAY_PATIENTS_MISSING");
  }

  get #journal(): Journal {
    return this.#parts.keeper.journal;
  }
}

function numberOf({ id, assigner }: PatientNumber): PatientNumber {
  return assigner === undefined ? { id } : { id, assigner };
}

function foundPatient(patient: IndexedPatient): FoundPatient {
  const { names, aliases, former } = patient, { source: _, ...facts } = patientOf(patient);
  const others = [...names, ...aliases, ...former.flatMap(({ names }) => names)].slice(1);
  return {
    ...facts,
    aliases: others.map(({ family, given }) => `${family}, ${given}`),
    formerly: former.map(numberOf),
  };
}
