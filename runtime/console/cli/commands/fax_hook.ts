import { exitCodes } from "../exit_codes.ts";
import { hookScript } from "../fax/hook_script.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface Options {
  readonly out?: string;
}

/** `mitral fax hook` */
export const addFaxHook: AddCommand = (parent, session) => {
  parent.command("hook <folder>")
    .description("print the script by which HylaFAX hands each fax it receives to the folder of a channel")
    .option("--out <file>", "write it there, ready to be run, and not on the screen")
    .addHelpText(
      "after",
      "\nThe channel takes from the folder by: file: { path: <folder>, pattern: '*.tif', sidecar: { extension: .json, provider: hylafax } }" +
        examples("mitral fax hook /var/spool/mitral/faxes --out /var/spool/hylafax/bin/mitral_faxrcvd"),
    )
    .action(session.act((folder: string, options: Options) => hook(folder, options, session)));
};

async function hook(folder: string, { out }: Options, session: Session) {
  const script = hookScript(session.path(folder));
  if (out === undefined) session.terminal.out(script);
  else {
    await session.writeNew(out, new TextEncoder().encode(script), 0o755);
    session.note(`wrote ${out}: tell HylaFAX to call it, with FaxRcvdCmd in the modem's config`);
  }
  return exitCodes.ok;
}
