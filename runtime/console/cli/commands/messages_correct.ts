import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { plain } from "../plain.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";
import { withSegmentEnds } from "../split_messages.ts";

interface CorrectOptions extends GatewayOptions, ReasonOption {
  readonly body: string;
  readonly to?: string;
  readonly force?: boolean;
  readonly verbatim?: boolean;
  readonly json?: boolean;
}

/** `mitral messages correct` */
export const addCorrect: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("correct <id>")), "needed")
    .description(
      "send other bytes in the place of what is in quarantine: as a new message, or to one destination",
    )
    .requiredOption("--body <file>", "the corrected message, or the corrected payload")
    .option("--to <destination>", "what is in quarantine for this destination")
    .option("--force", "even where a newer message of the same patient was delivered since")
    .option("--verbatim", "line ends as they are; otherwise those of an HL7 v2 file from an editor become CR")
    .option("--json", "print the outcome as JSON")
    .addHelpText(
      "after",
      examples("mitral messages correct 0192f0c1 --body corrected.hl7 --reason 'wrong date of birth'"),
    )
    .action(session.act(async (id: string, options: CorrectOptions) => {
      const { to: destination, force, reason } = options;
      const file = await session.read(options.body);
      const body = options.verbatim || !startsWithMsh(file) ? file : withSegmentEnds(file);
      const params = { id, destination, force, reason, body };
      const corrected = await ask(session, options, "messages.correct", params);
      const { destinations, error } = corrected;
      if (options.json) session.printJson(corrected);
      else if (destinations.length > 0) {
        session.print(`corrected, and queued again for ${destinations.join(", ")}`);
      } else session.print(`corrected as ${corrected.id}`);
      if (error) {
        session.note(`it is in quarantine, too: ${session.paint.bad(error.code)} ${plain(error.message)}`);
      }
      return error ? exitCodes.no : exitCodes.ok;
    }));
};

function startsWithMsh(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 3)) === "MSH";
}
