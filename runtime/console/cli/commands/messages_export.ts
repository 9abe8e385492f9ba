import { addGatewayOptions, askEach, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { exportFolder, exportLines, exportMessages } from "../export_folder.ts";
import { plural } from "../figures.ts";
import { addFilters, type FilterOptions, queryOf } from "../message_filters.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";
import { wordReader } from "../values.ts";

const shapes = ["folder", "ndjson", "hl7"] as const;

interface ExportOptions extends GatewayOptions, FilterOptions, ReasonOption {
  readonly as: typeof shapes[number];
  readonly of: string;
}

/** `mitral messages export` */
export const addExport: AddCommand = (parent, session) => {
  const { nowMs } = session.outside.world.clock;
  const command = addReason(addGatewayOptions(parent.command("export <path>")), "needed");
  addFilters(command, nowMs)
    .description(
      "write messages to files, oldest first: PATIENT DATA; the gateway records who took it, and why",
    )
    .option(
      "--as <shape>",
      "folder: a file for each message, with its facts beside; ndjson or hl7: one file of all",
      wordReader("--as", shapes),
      "folder",
    )
    .option(
      "--of <what>",
      "received: as they came; or a destination: as they were, or will be, sent there",
      "received",
    )
    .addHelpText(
      "after",
      examples("mitral messages export ./case-17 --patient 4711 --reason 'asked by the patient'"),
    )
    .action(session.act(async (path: string, options: ExportOptions) => {
      const { as, of, reason = "" } = options;
      // What comes while it runs is no part of it.
      const query = { ...queryOf(options), untilMs: options.until ?? nowMs() + 1 };
      const open = { folder: exportFolder, ndjson: exportLines, hl7: exportMessages }[as];
      const place = await open(path, session);
      let count = 0;
      for await (const exported of askEach(session, options, "messages.export", { query, of, reason })) {
        await place.put(exported);
        count++;
      }
      session.note(`${plural(count, "message")} in ${path}: it holds patient data, and only you may read it`);
      return count > 0 ? exitCodes.ok : exitCodes.no;
    }));
};
