import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { countText, plural, timeText } from "../figures.ts";
import { addReason, type ReasonOption } from "../reason.ts";
import { type AddCommand, examples } from "../session.ts";
import { integerReader } from "../values.ts";

interface ProveOptions extends GatewayOptions, Required<ReasonOption> {
  readonly out: string;
  readonly destination?: string;
  readonly part?: number;
  readonly withoutPayload?: boolean;
}

/** `mitral audit prove` */
export const addAuditProve: AddCommand = (parent, session) => {
  addReason(addGatewayOptions(parent.command("prove <message>")), "needed")
    .description(
      "write what proves to an outsider what became of a message: PATIENT DATA, unless without payload; the gateway records who took it",
    )
    .requiredOption("--out <folder>", "a new folder for it")
    .option(
      "--destination <name>",
      "what became of it there; of a message that came sealed: that it was received",
    )
    .option(
      "--part <n>",
      "of a message that went out in several, from 1",
      integerReader("--part", 1, 1_000_000),
    )
    .option("--without-payload", "without what the message says; what was signed names it by its hash")
    .addHelpText(
      "after",
      "\nIt is checked with verify_evidence.py, which lies in it; docs/evidence.md describes it.\n" +
        examples(
          "mitral audit prove 0192f0c1 --out ./evidence --reason 'asked by the court'",
          "mitral audit prove 0192f0c1 --destination registry --without-payload --out ./evidence --reason complaint",
        ),
    )
    .action(session.act(async (id: string, options: ProveOptions) => {
      const { out, destination, part, withoutPayload = false, reason } = options;
      await session.mustBeFree(out);
      const proven =
        await ask(session, options, "audit.prove", { id, destination, part, withoutPayload, reason }) ??
          errors.fail("CONSOLE_MESSAGE_UNKNOWN");
      await session.makeFolder(out, 0o700);
      await session.makeFolder(`${out}/keys`, 0o700);
      for (const { name, bytes } of proven.files) await session.writeNew(`${out}/${name}`, bytes, 0o600);
      const { witnesses, asked, left } = proven;
      if (asked) session.note("no partner had witnessed all of it: they were asked now");
      if (left > 0) {
        session.note(`left out, since nobody has witnessed them yet: ${countText(left)} of its entries`);
      }
      for (const { gateway, atMs } of witnesses) {
        session.print(`witnessed by ${gateway} at ${timeText(atMs)}`);
      }
      const isWitnessed = witnesses.length > 0;
      if (!isWitnessed) {
        session.note(
          "NO PARTNER HAS WITNESSED IT: it rests on this gateway's word; verify_evidence.py refuses it",
        );
      }
      session.print(`${plural(proven.files.length, "file")} in ${out}, about message ${proven.id}`);
      if (!withoutPayload) session.note("it holds patient data, and only you may read it");
      return isWitnessed ? exitCodes.ok : exitCodes.no;
    }));
};
