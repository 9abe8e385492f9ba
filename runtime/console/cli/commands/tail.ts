import type { FollowedEvent } from "../../control/followed.ts";
import { addGatewayOptions, follow, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { momentText, plural } from "../figures.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Paint } from "../paint.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples } from "../session.ts";

interface TailOptions extends GatewayOptions {
  readonly json?: boolean;
}

/** `mitral tail` */
export const addTail: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("tail [channel]"))
    .description("print what happens in the running gateway, a line each, until SIGINT; never content")
    .option("--json", "a line of JSON for each event")
    .addHelpText("after", examples("mitral tail", "mitral tail lab-results --json"))
    .action(session.act(async (channel: string | undefined, options: TailOptions) => {
      using interrupts = listenForInterrupts(session.terminal);
      const params = channel === undefined ? {} : { name: channel };
      const how = { signal: interrupts.signal, begun: () => session.note("following until SIGINT") };
      for await (const line of follow(session, options, "events.follow", params, how)) {
        if (options.json) session.printJson(line);
        else if ("skipped" in line) {
          session.note(`left out ${plural(line.skipped, "event")}: faster than they were read`);
        } else session.print(lineOf(line, session.paint));
      }
      return exitCodes.ok;
    }));
};

/** Somebody has to look at these; the others are told as they come. */
const tones: Readonly<Record<string, "good" | "warn" | "bad">> = {
  "delivered": "good",
  "failed": "warn",
  "quarantined": "bad",
  "alert": "bad",
  "stage crashed": "bad",
  "halted": "bad",
  "journal failed": "bad",
};

function lineOf({ atMs, what, channel, destination, stage, id, code }: FollowedEvent, paint: Paint): string {
  const tone = tones[what];
  const said = what.padEnd(15);
  const words = [
    paint.faint(momentText(atMs)),
    tone ? paint[tone](said) : said,
    channel ?? "",
    destination === undefined ? "" : `→ ${destination}`,
    stage === undefined ? "" : `(${stage})`,
    id ?? "",
    code ?? "",
  ];
  // The first two hold escapes of our own.
  return words.filter((word) => word !== "").map((word, at) => at < 2 ? word : plain(word)).join(" ")
    .trimEnd();
}
