import { exitCodes } from "../exit_codes.ts";
import { completionScript, type Shell, shells } from "../completions/shells.ts";
import { outlineOf } from "../outline.ts";
import { type AddCommand, examples } from "../session.ts";
import { wordReader } from "../values.ts";

/** `mitral completions` */
export const addCompletions: AddCommand = (parent, session) => {
  parent.command("completions")
    .argument("<shell>", shells.join(", "), wordReader("the shell", shells))
    .description("print the script that makes a shell complete commands, options and files")
    .addHelpText(
      "after",
      examples("mitral completions bash > mitral.bash", "mitral completions zsh > _mitral"),
    )
    .action(session.act(async (shell: Shell) => {
      session.terminal.out(completionScript(shell, outlineOf(parent)));
      return exitCodes.ok;
    }));
};
