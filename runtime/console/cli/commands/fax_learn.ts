import { basename } from "node:path";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { openFaxReader } from "../fax/reading.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface Options {
  readonly out?: string;
}

/** `mitral fax learn` */
export const addFaxLearn: AddCommand = (parent, session) => {
  parent.command("learn <files...>")
    .description("propose a template from a few documents of one layout")
    .option("--out <file>", "write it there, and not on the screen; its name becomes the template's")
    .addHelpText(
      "after",
      "\nIt is a start, for a person to put right: comments say what is not sure. Three documents tell more than one." +
        examples(
          "mitral fax learn in/bill1.tif in/bill2.tif in/bill3.tif --out templates/harbour_clinic.yaml",
        ),
    )
    .action(session.act((files: string[], options: Options) => learn(files, options, session)));
};

async function learn(files: readonly string[], { out }: Options, session: Session) {
  if (out !== undefined) await session.mustBeFree(out);
  using interrupts = listenForInterrupts(session.terminal);
  const documents = await Promise.all(files.map((file) => session.read(file)));
  await using reader = await openFaxReader(session);
  if (!reader.propose) return errors.fail("CONSOLE_COMPONENT_MISSING", { name: "fax", kind: "recogniser" });
  const name = nameFrom(basename(out ?? files[0]));
  const text = await reader.propose(name, documents, interrupts.signal);
  if (out === undefined) session.terminal.out(text);
  else {
    await session.writeNew(out, new TextEncoder().encode(text));
    session.note(`wrote ${out}: look it over, then try it with \`mitral fax test ${out} ${files[0]}\``);
  }
  return exitCodes.ok;
}

/** `Harbour Clinic 2.yaml` is `harbour_clinic_2`. */
function nameFrom(file: string): string {
  const words = file.replace(/\.[^.]*$/, "").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.join("_").replace(/^(?![a-z])/, "template_");
}
