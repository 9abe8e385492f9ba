import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { type AddCommand, examples } from "../session.ts";

interface ReceiptOptions extends GatewayOptions {
  readonly out?: string;
}

/** `mitral messages receipt` */
export const addReceipt: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("receipt <id> [destination]"))
    .description("the signed receipt of a message: a partner's for what it was sent, or ours for what came")
    .option("--out <file>", "write it to a new file")
    .addHelpText(
      "after",
      "\nIt is a compact JWS; docs/envelope.md says what is in it. It holds no patient data.\n" +
        examples(
          "mitral messages receipt 0192f0c1",
          "mitral messages receipt 0192f0c1 lab --out receipt.jws",
        ),
    )
    .action(session.act(async (id: string, destination: string | undefined, options: ReceiptOptions) => {
      const named = destination === undefined ? {} : { destination };
      const { receipt } = await ask(session, options, "messages.receipt", { id, ...named }) ??
        errors.fail("CONSOLE_MESSAGE_UNKNOWN");
      if (options.out === undefined) session.print(new TextDecoder().decode(receipt));
      else await session.writeNew(options.out, receipt);
      return exitCodes.ok;
    }));
};
