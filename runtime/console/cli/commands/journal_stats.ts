import type { Counted, JournalFigures } from "../../../journal/upkeep/journal_figures.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, countText, plural, timeText } from "../figures.ts";
import { readGatewayPlaces } from "../gateway_file.ts";
import { Doing } from "../doing.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type Cell, table } from "../table.ts";

/** `mitral journal stats` */
export const addJournalStats: AddCommand = (parent, session) => {
  parent.command("stats <file>")
    .description("count what is in a gateway's journal, while it runs or not")
    .option("--json", "print all of it as JSON")
    .addHelpText("after", examples("mitral journal stats gateway.yaml"))
    .action(session.act(async (file: string, { json }: { readonly json?: boolean }) => {
      const { countJournal } = await import("../../../journal/upkeep/upkeep.ts");
      const { data } = await readGatewayPlaces(file, session);
      const doing = new Doing(session.terminal);
      const figures = await countJournal(session.outside.world, data, { tell: doing.tell })
        .finally(() => doing[Symbol.dispose]());
      if (json) session.printJson(figures);
      else session.terminal.out(told(figures, session));
      return exitCodes.ok;
    }));
};

function told(figures: JournalFigures, { paint }: Session): string {
  const { version, epoch, masterKey, dataKeys, days, oldestMs, newestMs, files } = figures;
  const kept = oldestMs === undefined
    ? "no messages"
    : `messages of ${plural(days, "day")}, from ${timeText(oldestMs)} to ${timeText(newestMs!)}`;
  const { databaseBytes, freeBytes, walBytes, bodies, bodyBytes } = files;
  return `version ${version}, epoch ${epoch}, ${
    plural(dataKeys, "data key")
  } under the master key ${masterKey}\n` +
    `database ${bytesText(databaseBytes)} (${bytesText(freeBytes)} free), log ${bytesText(walBytes)}, ` +
    `${countText(bodies)} large in files, ${bytesText(bodyBytes)}\n${kept}\n\n` +
    `${table(["messages of", "state", "day", ">count", ">bytes"], figures.messages.map(row), paint)}\n` +
    table(["deliveries to", "state", "day", ">count", ">bytes"], figures.deliveries.map(row), paint);
}

function row({ channel, destination, state, day, count, bytes }: Counted<string>): Cell[] {
  const place = destination === undefined ? channel : `${channel} → ${destination}`;
  return [place, state, day, countText(count), bytesText(bytes)];
}
