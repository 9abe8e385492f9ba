import type { Command } from "commander";
import type { HoldRecord } from "../../../journal/holds.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type Cell, table } from "../table.ts";
import { timeReader } from "../values.ts";

interface HoldOptions extends GatewayOptions, ReasonOption {
  readonly channel?: string;
  readonly since?: number;
  readonly until?: number;
  readonly patient?: string;
  readonly field?: string;
}

/** `mitral journal hold add|list|lift` */
export const addJournalHold: AddCommand = (parent, session) => {
  const hold = parent.command("hold").description("keep messages whatever their age: legal holds");
  addAdd(hold, session);
  addList(hold, session);
  addLift(hold, session);
};

function addAdd(parent: Command, session: Session): void {
  const { nowMs } = session.outside.world.clock;
  addReason(addGatewayOptions(parent.command("add <name>")), "needed")
    .description("keep the messages that match all that is given, those to come too")
    .option("--channel <name>", "of this channel")
    .option(
      "--since <time>",
      "received at or after: 2026-01-31T08:00Z, or 15m, 2h, 3d ago",
      timeReader("--since", nowMs),
    )
    .option("--until <time>", "received before", timeReader("--until", nowMs))
    .option("--patient <id>", "about this patient")
    .option("--field <name=value>", "with this value of a field they are found by")
    .addHelpText(
      "after",
      examples("mitral journal hold add case-7 --patient 100417 --reason 'asked by the court, 12 C 34'"),
    )
    .action(session.act(async (name: string, options: HoldOptions) => {
      const { channel, since, until, reason } = options;
      const params = { name, channel, sinceMs: since, untilMs: until, ...fieldOf(options), reason };
      const { matches } = await ask(session, options, "journal.hold", params);
      session.print(`${name} holds what it names until it is lifted`);
      if (!matches) session.note(`${session.paint.warn("note")} no message matches it now`);
      return exitCodes.ok;
    }));
}

function addList(parent: Command, session: Session): void {
  addGatewayOptions(parent.command("list"))
    .description("every hold, what it is about, and who placed it")
    .option("--json", "print the holds as JSON")
    .addHelpText("after", examples("mitral journal hold list"))
    .action(session.act(async (options: GatewayOptions & { readonly json?: boolean }) => {
      const holds = await ask(session, options, "journal.holds", {});
      if (options.json) session.printJson(holds);
      else {
        session.terminal.out(
          table(["hold", "about", "placed", "person", "reason"], holds.map(row), session.paint),
        );
      }
      return exitCodes.ok;
    }));
}

function addLift(parent: Command, session: Session): void {
  addReason(addGatewayOptions(parent.command("lift <name>")), "needed")
    .description("let what a hold has kept go when its time is over")
    .addHelpText("after", examples("mitral journal hold lift case-7 --reason 'the case is closed'"))
    .action(session.act(async (name: string, options: GatewayOptions & ReasonOption) => {
      await ask(session, options, "journal.lift", { name, reason: options.reason });
      session.print(`lifted ${name}`);
      return exitCodes.ok;
    }));
}

function fieldOf({ patient, field }: HoldOptions): { readonly field?: string; readonly value?: string } {
  if (patient !== undefined && field !== undefined) {
    return errors.fail("CONSOLE_USAGE_WRONG", { reason: "name a patient or a field, not both" });
  }
  if (patient !== undefined) return { field: "patient", value: patient };
  if (field === undefined) return {};
  const at = field.indexOf("=");
  if (at < 1 || at === field.length - 1) {
    return errors.fail("CONSOLE_VALUE_WRONG", { name: "--field", wanted: "NAME=VALUE" });
  }
  return { field: field.slice(0, at), value: field.slice(at + 1) };
}

function row({ name, channel, sinceMs, untilMs, field, atMs, person, reason = "" }: HoldRecord): Cell[] {
  const about = [
    channel ?? "",
    sinceMs === undefined ? "" : `since ${timeText(sinceMs)}`,
    untilMs === undefined ? "" : `until ${timeText(untilMs)}`,
    field ? field.join(" ") : "",
  ].filter((part) => part !== "").join(", ");
  return [name, about || "everything", timeText(atMs), person, reason];
}
