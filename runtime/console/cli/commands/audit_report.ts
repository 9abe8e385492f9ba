import type { Command } from "commander";
import type { WhichPatient } from "../../../journal/disclosures/operations.ts";
import { isTimeZone } from "../../../contract/schedule.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { accessCsv, accessText } from "../reports/access_text.ts";
import {
  disclosureCsv,
  disclosureText,
  summarise,
  summaryCsv,
  viewCsv,
  viewText,
} from "../reports/disclosure_text.ts";
import { patientReader } from "../reports/patient_reader.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { timeReader, wordReader } from "../values.ts";

interface ReportOptions extends GatewayOptions {
  readonly since?: number;
  readonly until?: number;
  readonly reason?: string;
  readonly format: "text" | "csv" | "json";
}

interface PatientOptions extends ReportOptions {
  readonly patient: WhichPatient;
}

/** `mitral audit report …` */
export const addReport: AddCommand = (parent, session) => {
  const report = parent.command("report").description("what was disclosed of patients, and who has seen it");
  addDisclosures(report, session);
  addViews(report, session);
  addAccess(report, session);
};

function addDisclosures(report: Command, session: Session): void {
  addPatientOptions(addReportOptions(report.command("disclosures"), session))
    .description("an account of what was disclosed of a patient (45 CFR 164.528)")
    .option("--all", "what 45 CFR 164.528(a)(1) exempts, too: treatment, payment, operations and others")
    .option("--summarise", "disclosures to one recipient for one purpose as one entry (45 CFR 164.528(b)(3))")
    .addHelpText(
      "after",
      examples("mitral audit report disclosures --patient '4711^^^ST E' --since 2024-01-01"),
    )
    .action(session.act(async (options: PatientOptions & { all?: boolean; summarise?: boolean }) => {
      const { all = false, summarise: isSummarised = false } = options;
      const { gateway, person, ...told } = await ask(session, options, "reports.disclosures", {
        ...patientParams(options),
        all,
      });
      const asked = { patient: options.patient, gateway, person, madeMs: nowMs(session) };
      switch (options.format) {
        case "json":
          session.printJson({
            ...asked,
            ...told,
            ...isSummarised ? { summary: summarise(told.disclosures) } : {},
          });
          break;
        case "csv":
          session.terminal.out(isSummarised ? summaryCsv(told) : disclosureCsv(told));
          break;
        case "text":
          session.print(disclosureText(told, asked, isSummarised));
      }
      return exitCodes.ok;
    }));
}

function addViews(report: Command, session: Session): void {
  addPatientOptions(addReportOptions(report.command("views"), session))
    .description("who has seen what messages say of a patient, or has asked about it")
    .addHelpText("after", examples("mitral audit report views --patient '4711^^^ST E' --since 90d"))
    .action(session.act(async (options: PatientOptions) => {
      const { gateway, person, ...told } = await ask(
        session,
        options,
        "reports.views",
        patientParams(options),
      );
      const asked = { patient: options.patient, gateway, person, madeMs: nowMs(session) };
      if (options.format === "json") session.printJson({ ...asked, ...told });
      else if (options.format === "csv") session.terminal.out(viewCsv(told));
      else session.print(viewText(told, asked));
      return exitCodes.ok;
    }));
}

function addAccess(report: Command, session: Session): void {
  addReportOptions(report.command("access"), session)
    .description(
      "what each person did: to be looked through and signed; the last 90 days unless it says otherwise",
    )
    .option("--hours <from-to>", `working hours, Monday to Friday (default: ${HOURS})`, readHours)
    .option("--time-zone <name>", "zone of the hours (default: this machine's)", readZone)
    .addHelpText("after", examples("mitral audit report access --since 2026-01-01 --until 2026-04-01"))
    .action(session.act(async (options: ReportOptions & { hours?: Hours; timeZone?: string }) => {
      const { hours = readHours(HOURS), timeZone = session.outside.world.clock.timeZone } = options;
      const params = { ...periodParams(options), timeZone, hours: hours.minutes };
      const { gateway, person, ...told } = await ask(session, options, "reports.access", params);
      const review = {
        gateway,
        person,
        madeMs: nowMs(session),
        timeZone,
        hours: hours.text,
        paint: session.paint,
      };
      if (options.format === "json") session.printJson({ gateway, person, madeMs: review.madeMs, ...told });
      else if (options.format === "csv") session.terminal.out(accessCsv(told, timeZone));
      else session.print(accessText(told, review));
      return exitCodes.ok;
    }));
}

function addReportOptions(command: Command, session: Session): Command {
  const now = session.outside.world.clock.nowMs;
  return addGatewayOptions(command)
    .option("--since <time>", "at or after: 2026-01-31, or 90d ago", timeReader("--since", now))
    .option("--until <time>", "before", timeReader("--until", now))
    .option("--reason <text>", "why, for the record of acts")
    .option(
      "--format <format>",
      "text, csv or json",
      wordReader("--format", ["text", "csv", "json"]),
      "text",
    );
}

function addPatientOptions(command: Command): Command {
  return command.requiredOption(
    "--patient <number>",
    "the patient's number, and who has given it: 4711 or '4711^^^ST E'",
    patientReader("--patient"),
  );
}

function patientParams({ patient, ...options }: PatientOptions) {
  return { patient, ...periodParams(options) };
}

function periodParams({ since, until, reason }: Omit<ReportOptions, "format">) {
  return {
    ...(since === undefined ? {} : { sinceMs: since }),
    ...(until === undefined ? {} : { untilMs: until }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Hours as minutes of the day. */
interface Hours {
  readonly text: string;
  readonly minutes: readonly [from: number, to: number];
}

const HOURS = "07:00-19:00";

function readHours(text: string): Hours {
  const found = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  const [fromHour, fromMinute, toHour, toMinute] = (found ?? []).slice(1).map(Number);
  const minutes = [fromHour * 60 + fromMinute, toHour * 60 + toMinute] as const;
  if (!found || minutes[0] >= minutes[1]) {
    errors.fail("CONSOLE_VALUE_WRONG", { name: "--hours", wanted: "hours of a day such as 07:00-19:00" });
  }
  return { text, minutes };
}

function readZone(text: string): string {
  if (isTimeZone(text)) return text;
  return errors.fail("CONSOLE_VALUE_WRONG", {
    name: "--time-zone",
    wanted: "an IANA name of a time zone, such as America/Chicago",
  });
}

function nowMs(session: Session): number {
  return session.outside.world.clock.nowMs();
}
