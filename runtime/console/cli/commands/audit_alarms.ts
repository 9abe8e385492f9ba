import type { LedgerAlarm } from "../../../engine/ledger/alarms.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { timeText } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";

interface AlarmsOptions extends GatewayOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `mitral audit alarms` */
export const addAuditAlarms: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("alarms"))
    .description("what is wrong with a ledger, this gateway's or a partner's, oldest first")
    .option("--all", "those that are settled, too")
    .option("--json", "print a line of JSON for each, with the signed heads that show it")
    .addHelpText("after", examples("mitral audit alarms", "mitral audit alarms --all --json > evidence.json"))
    .action(session.act(async (options: AlarmsOptions) => {
      const all = await ask(session, options, "audit.alarms", {});
      const alarms = options.all ? all : all.filter(({ settled }) => !settled);
      if (options.json) { for (const alarm of alarms) session.printJson(alarm); }
      else if (alarms.length === 0) {
        session.print(options.all ? "there was no alarm" : "no alarm is unsettled");
      } else for (const alarm of alarms) session.print(alarmText(alarm, session.paint));
      return exitCodes.ok;
    }));
};

/** `mitral audit settle` */
export const addAuditSettle: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("settle <alarm>")), "needed")
    .description("end an alarm that somebody has looked into; what it found is not made good by it")
    .addHelpText(
      "after",
      examples("mitral audit settle 3 --reason 'they restored a backup on Monday, says their operations'"),
    )
    .action(session.act(async (id: string, options: GatewayOptions & ReasonOption) => {
      await ask(session, options, "audit.settle", { id, reason: options.reason });
      session.print(`settled alarm ${id}`);
      return exitCodes.ok;
    }));
};

function alarmText({ id, atMs, code, says, partner, settled }: LedgerAlarm, paint: Paint): string {
  const whom = partner === undefined ? "" : `, partner ${plain(partner)}`;
  const since = `alarm ${id}, since ${timeText(atMs)}: ${code}${whom}`;
  const lines = [settled ? since : paint.bad(since), `  ${plain(says)}`];
  if (settled) lines.push(`  settled ${timeText(settled.atMs)}, by ${plain(settled.by)}`);
  return lines.join("\n");
}
