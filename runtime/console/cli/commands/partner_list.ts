import { MitralError } from "../../../contract/error.ts";
import type { PartnerRecord } from "../../../trust/partner_record.ts";
import { exitCodes } from "../exit_codes.ts";
import { gatewayOn } from "../ask.ts";
import { durationText, timeText } from "../figures.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { actIn, addPartnerOptions, type PartnerOptions } from "../partners/acting.ts";
import { factsOf } from "../partners/partner_facts.ts";
import { noteTrouble } from "../master_key.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type Cell, table } from "../table.ts";

/** `mitral partner list` */
export const addPartnerList: AddCommand = (parent, session) => {
  addPartnerOptions(parent.command("list"), "the partners")
    .description("every partner of the folder, and how far it is")
    .addHelpText("after", examples("mitral partner list"))
    .action(session.act(async (options: PartnerOptions) => {
      const { folder } = await actIn(options, session);
      const records: PartnerRecord[] = [];
      let isWhole = true;
      for (const name of await folder.names()) {
        try {
          records.push(await folder.get(name));
        } catch (cause) {
          // The others are to be seen all the same.
          if (!(cause instanceof MitralError)) throw cause;
          noteTrouble(cause, session);
          isWhole = false;
        }
      }
      if (options.json) session.printJson(await Promise.all(records.map(factsOf)));
      else if (records.length === 0 && isWhole) {
        session.print("no partners yet");
        session.print(
          "next: mitral partner invite NAME, or mitral partner accept with the invitation you have got",
        );
      } else {
        const headings = ["partner", "gateway", "state", ">serial", "ways", "since", "by"];
        session.terminal.out(table(headings, records.map(row), session.paint));
        await noteMissing(options, session);
      }
      return isWhole ? exitCodes.ok : exitCodes.no;
    }));
};

/** Tells of receipts that are missing, where the gateway runs and may be asked. */
async function noteMissing({ file }: PartnerOptions, session: Session): Promise<void> {
  try {
    using gateway = await gatewayOn((await readGatewayPlaces(file, session)).data, session);
    const status = await gateway?.ask("status", {});
    for (const { name, receiptMissingSinceMs: sinceMs } of status?.exchange?.partners ?? []) {
      if (sinceMs === undefined) continue;
      const age = durationText(Math.max(0, status!.statistics.atMs - sinceMs));
      session.note(`${name} has had a message without a receipt for ${age}`);
    }
  } catch (cause) {
    // What the folder says is all the same.
    if (!(cause instanceof MitralError)) throw cause;
  }
}

function row({ name, state, held, changed }: PartnerRecord): Cell[] {
  const { gateway = "", serial = "", links = [] } = held?.partner ?? {};
  const ways = links.map(({ kind }) => kind).join(", ");
  return [
    name,
    gateway,
    { text: state, tone: state === "active" ? "good" : "warn" },
    serial,
    ways,
    timeText(changed.atMs),
    changed.by,
  ];
}
