import type { Command } from "commander";

/** Why a person does something. */
export interface ReasonOption {
  readonly reason?: string;
}

const ABOUT = "why: it is kept, sealed, with your name";

/** Adds the option that says why. */
export function addReason(command: Command, isNeeded: "needed" | "wanted"): Command {
  return isNeeded === "needed"
    ? command.requiredOption("--reason <text>", ABOUT)
    : command.option("--reason <text>", ABOUT);
}
