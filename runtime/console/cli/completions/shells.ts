import type { CommandOutline } from "../outline.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

/** Writes the script that makes a shell complete `mitral`. */
type Script = (program: CommandOutline) => string;

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  string,
  Script
>;

/** A shell that can complete. */
export type Shell = keyof typeof scripts;

/** All of them. */
export const shells = Object.keys(scripts) as readonly Shell[];

/** The script for a shell. */
export function completionScript(shell: Shell, program: CommandOutline): string {
  return scripts[shell](program);
}
