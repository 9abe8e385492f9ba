/** What a command's exit code means; the same for every command. */
export const exitCodes = {
  /** Done; the answer is yes. */
  ok: 0,
  /** Done; the answer is no. */
  no: 1,
  /** The command line itself cannot be understood. */
  usage: 2,
  /** Something the command needs is not there or not free. */
  cannot: 3,
  /** An error Mitral did not expect. As in BSD's sysexits.h: EX_SOFTWARE. */
  bug: 70,
  /** Stopped by a signal before it was done. As shells say it: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = typeof exitCodes[keyof typeof exitCodes];

/** The table of `mitral help exit-codes`. */
export const exitCodeRows: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.ok, "Done; where the command asks a question, the answer is yes."],
  [
    exitCodes.no,
    "The answer is no: problems in the file, a message refused or not answered, nothing of that id, a replay " +
    "refused, a file not applied, messages that differ.",
  ],
  [exitCodes.usage, "The command line is wrong: an unknown command or option, a value out of range."],
  [
    exitCodes.cannot,
    "It cannot run: a port in use, a file unreadable or in the way, a data folder in use, no gateway to talk to.",
  ],
  [exitCodes.bug, "A bug in Mitral or in a custom actor; run the command again with --debug."],
  [
    exitCodes.interrupted,
    "Interrupted before it was done. run stops in order at the first signal, and at once at the second.",
  ],
];
