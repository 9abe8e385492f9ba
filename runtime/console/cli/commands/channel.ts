import type { Command } from "commander";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { problemLines } from "../gateway_file.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { addDivert } from "./channel_divert.ts";
import { addFlush } from "./channel_flush.ts";
import { addPause, addResume } from "./channel_pause.ts";
import { addSkip } from "./channel_skip.ts";

/** `mitral channel start|stop|reload|flush|pause|resume|skip|divert` */
export const addChannel: AddCommand = (parent, session) => {
  const channel = parent.command("channel").description(
    "start, stop and reload one channel of the running gateway, and look after its queues",
  );
  addStart(channel, session);
  addStop(channel, session);
  addReload(channel, session);
  addFlush(channel, session);
  addPause(channel, session);
  addResume(channel, session);
  addSkip(channel, session);
  addDivert(channel, session);
};

function addStart(channel: Command, session: Session): void {
  addGatewayOptions(channel.command("start <name>"))
    .description("start a channel that was stopped or halted")
    .addHelpText("after", examples("mitral channel start lab-results"))
    .action(session.act(async (name: string, options: GatewayOptions) => {
      await ask(session, options, "channel.start", { name });
      session.print(`started ${name}`);
      return exitCodes.ok;
    }));
}

function addStop(channel: Command, session: Session): void {
  addGatewayOptions(channel.command("stop <name>"))
    .description("stop a channel: it takes no more messages, and what it holds stays in the journal")
    .addHelpText("after", examples("mitral channel stop lab-results"))
    .action(session.act(async (name: string, options: GatewayOptions) => {
      await ask(session, options, "channel.stop", { name });
      session.print(`stopped ${name}`);
      return exitCodes.ok;
    }));
}

function addReload(channel: Command, session: Session): void {
  addGatewayOptions(channel.command("reload <name>"))
    .description("read the gateway file again and give the channel its new settings; others do not notice")
    .addHelpText("after", examples("mitral channel reload lab-results"))
    .action(session.act(async (name: string, options: GatewayOptions) => {
      const problems = await ask(session, options, "channel.reload", { name });
      if (problems.length > 0) {
        session.note(problemLines(problems, session));
        return exitCodes.no;
      }
      session.print(`reloaded ${name}`);
      return exitCodes.ok;
    }));
}
