import type { Command } from "commander";
import type { Disposition, ReviewItem } from "../../../engine/review/review_api.ts";
import { dispositions } from "../../../journal/review/operations.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { plural } from "../figures.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { integerReader, wordReader } from "../values.ts";

interface DecideOptions extends GatewayOptions, ReasonOption {
  readonly revision?: number;
  readonly json?: boolean;
}

interface PatientOptions extends DecideOptions {
  readonly mrn: string;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly sex?: string;
  readonly authority?: string;
  readonly despitePage?: boolean;
}

/** `mitral fax set` */
export const addSet: AddCommand = (parent, session) => {
  addDecision(parent, "set <id> <path> <value>")
    .description("say what stands there; an empty value: nothing. Approvals that were given are taken back")
    .addHelpText(
      "after",
      examples(
        "mitral fax set 0192f0c1 total 1,234.50",
        "mitral fax set 0192f0c1 'lines[2].amount' 80.00",
        "mitral fax set 0192f0c1 kind unknown",
      ),
    )
    .action(session.act(async (id: string, path: string, value: string, options: DecideOptions) => {
      const item = await ask(session, options, "fax.set", { ...decided(id, options), path, value });
      return tell(session, options, item, `set ${path}`);
    }));
};

/** `mitral fax patient` */
export const addPatient: AddCommand = (parent, session) => {
  addDecision(parent, "patient <id>")
    .description("say whom a document is about, whatever was read. Approvals that were given are taken back")
    .requiredOption("--mrn <number>", "medical record number")
    .requiredOption("--family <name>", "family name")
    .requiredOption("--given <names>", "given names, in order")
    .requiredOption("--birth-date <date>", "date of birth")
    .option("--sex <code>", "as HL7 table 0001 has it")
    .option("--authority <name>", "who has given the number")
    .option(
      "--despite-page",
      "say that number, name or date of birth on the page is wrong; kept with the decision",
    )
    .addHelpText(
      "after",
      examples("mitral fax patient 0192f0c1 --mrn 4711 --family Baxter --given Ingrid --birth-date 19810210"),
    )
    .action(session.act(async (id: string, options: PatientOptions) => {
      const { mrn, family, given, birthDate, sex, authority, despitePage } = options;
      const item = await ask(session, options, "fax.patient", {
        ...decided(id, options),
        ...{ mrn, family, given, birthDate },
        ...(sex === undefined ? {} : { sex }),
        ...(authority === undefined ? {} : { authority }),
        ...(despitePage ? { despitePage } : {}),
      });
      return tell(session, options, item, "set the patient");
    }));
};

/** `mitral fax approve` */
export const addApprove: AddCommand = (parent, session) => {
  addDecision(parent, "approve <id>")
    .description("stand for all of a document; with the last approval its channel asks for it goes on")
    .addHelpText("after", examples("mitral fax approve 0192f0c1 --revision 3"))
    .action(session.act(async (id: string, options: DecideOptions) => {
      const item = await ask(session, options, "fax.approve", decided(id, options));
      const { approvals, approvalsNeeded, state } = item;
      const more = state === "approved" ? "it goes on" : `${approvals} of ${approvalsNeeded} approvals`;
      return tell(session, options, item, `approved, ${more}`);
    }));
};

interface RejectOptions extends DecideOptions {
  readonly as: Disposition;
}

/** `mitral fax reject` */
export const addReject: AddCommand = (parent, session) => {
  addDecision(parent, "reject <id>")
    .description("let no message become of a document; it is kept as long as other messages are")
    .requiredOption("--as <why>", `one of ${dispositions.join(", ")}`, wordReader("--as", dispositions))
    .addHelpText(
      "after",
      examples("mitral fax reject 0192f0c1 --as misdirected --reason 'for another practice'"),
    )
    .action(session.act(async (id: string, options: RejectOptions) => {
      const { as: disposition } = options;
      const item = await ask(session, options, "fax.reject", { ...decided(id, options), disposition });
      return tell(session, options, item, `rejected as ${disposition}`);
    }));
};

function addDecision(parent: Command, usage: string): Command {
  return addReason(addGatewayOptions(parent.command(usage)), "wanted")
    .option(
      "--revision <n>",
      "what you have seen; nothing is done where it has changed since",
      integerReader("--revision", 1),
    )
    .option("--json", "print the document as JSON: PATIENT DATA");
}

function decided(id: string, { revision, reason }: DecideOptions) {
  return {
    id,
    ...(revision === undefined ? {} : { revision }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function tell(session: Session, { json }: DecideOptions, item: ReviewItem, done: string) {
  const left = item.state === "waiting" ? `; ${plural(item.open.length, "doubt")} left` : "";
  if (json) session.printJson(item);
  else session.print(done + left);
  return exitCodes.ok;
}
