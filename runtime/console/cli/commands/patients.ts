import type { PatientNumber } from "../../../contract/patient.ts";
import type { FoundPatient } from "../../../engine/patients/patients_api.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { patientReader, patientText } from "../reports/patient_reader.ts";
import { type AddCommand, examples } from "../session.ts";
import { type Cell, table } from "../table.ts";
import { dayReader } from "../values.ts";

/** `mitral patients find|figures|forget|rebuild` */
export const addPatients: AddCommand = (parent, session) => {
  const patients = parent.command("patients").description(
    "look into the patient index, by which documents are taken for a patient's",
  );
  addFind(patients, session);
  addFigures(patients, session);
  addForget(patients, session);
  addRebuild(patients, session);
};

interface FindOptions extends GatewayOptions, ReasonOption {
  readonly mrn?: PatientNumber;
  readonly name?: string;
  readonly born?: string;
  readonly json?: boolean;
}

const addFind: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("find")), "wanted")
    .description("who has, or had, a number; or a name and a date of birth. It is recorded who has looked")
    .option(
      "--mrn <number>",
      "the number, and who has given it: 4711 or '4711^^^ST E'",
      patientReader("--mrn"),
    )
    .option("--name <name>", "'Delacroix, William' or 'William Delacroix'; with --born")
    .option("--born <date>", "date of birth: 1970-01-31", dayReader("--born"))
    .option("--json", "print the patients as JSON")
    .addHelpText(
      "after",
      examples("mitral patients find --mrn 4711", "mitral patients find --name 'Doe, Ann' --born 1970-01-31"),
    )
    .action(session.act(async (options: FindOptions) => {
      const found = await ask(session, options, "patients.find", {
        ...wantedIn(options),
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      });
      if (options.json) session.printJson(found);
      else if (found.length === 0) session.print("nobody");
      else session.terminal.out(table(HEADINGS, found.map(row), session.paint));
      return found.length > 0 ? exitCodes.ok : exitCodes.no;
    }));
};

function wantedIn({ mrn: number, name, born }: FindOptions) {
  if (number && name === undefined && born === undefined) return { number };
  if (!number && name !== undefined && born !== undefined) return { person: { name, birthDate: born } };
  return errors.fail("CONSOLE_USAGE_WRONG", { reason: "name a number, or a name and a date of birth" });
}

const HEADINGS = ["number", "name", "born", "sex", "other names", "former numbers"];

function row({ mrn, authority, family, given, birthDate, sex, aliases, formerly }: FoundPatient): Cell[] {
  return [
    patientText({ id: mrn, ...(authority === "" ? {} : { assigner: authority }) }),
    `${family}, ${given}`,
    birthDate.replace(/^(....)(..)(..)$/, "$1-$2-$3"),
    sex,
    aliases.join("; "),
    formerly.map(patientText).join("; "),
  ];
}

const addFigures: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("figures"))
    .description("how many numbers the index has")
    .option("--json", "print the figures as JSON")
    .addHelpText("after", examples("mitral patients figures"))
    .action(session.act(async (options: GatewayOptions & { readonly json?: boolean }) => {
      const figures = await ask(session, options, "patients.figures", {});
      if (options.json) session.printJson(figures);
      else {
        session.print(`${plural(figures.numbers, "number")}, and ${figures.merged} that lead to others`);
      }
      return exitCodes.ok;
    }));
};

const addForget: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("forget <number>")), "needed")
    .description(
      "take a patient out of the index, with all former numbers; a message to come tells of it anew",
    )
    .addHelpText("after", examples("mitral patients forget '4711^^^ST E' --reason 'a test patient'"))
    .action(session.act(async (text: string, { reason, ...options }: GatewayOptions & ReasonOption) => {
      const params = {
        number: patientReader("the number")(text),
        ...(reason === undefined ? {} : { reason }),
      };
      const { numbers } = await ask(session, options, "patients.forget", params);
      session.print(`forgot ${plural(numbers, "number")}`);
      return numbers > 0 ? exitCodes.ok : exitCodes.no;
    }));
};

const addRebuild: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("rebuild")), "wanted")
    .description("read what the journal still has of the channels that feed the index; what is newer stays")
    .addHelpText("after", examples("mitral patients rebuild --reason 'the index is new'"))
    .action(session.act(async ({ reason, ...options }: GatewayOptions & ReasonOption) => {
      const params = reason === undefined ? {} : { reason };
      const { messages, unreadable } = await ask(session, options, "patients.rebuild", params);
      session.print(`read ${plural(messages, "message")}`);
      if (unreadable > 0) {
        session.note(`${session.paint.warn("note")} ${plural(unreadable, "message")} could not be read`);
      }
      return exitCodes.ok;
    }));
};
