import { declareErrors } from "../../contract/error.ts";

/** What a command itself can refuse. */
export const errors = declareErrors("console", {
  CONSOLE_USAGE_WRONG: { blame: "operator", retry: "never", says: "Cannot read command line: {reason}" },
  CONSOLE_VALUE_WRONG: {
    blame: "operator",
    retry: "never",
    says: "Cannot read {name}: must be {wanted}",
  },
  CONSOLE_FILE_UNREADABLE: { blame: "operator", retry: "later", says: "Cannot read {path}: {reason}" },
  CONSOLE_FILE_UNWRITABLE: { blame: "operator", retry: "later", says: "Cannot write {path}: {reason}" },
  CONSOLE_FILE_EXISTS: {
    blame: "operator",
    retry: "never",
    says: "Cannot write {path}: it exists, and nothing is overwritten",
  },
  CONSOLE_CLONE_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot write {kind} to {path}: it is part of Mitral, and this is no clone of it",
  },
  CONSOLE_PARTNERS_UNKEPT: {
    blame: "operator",
    retry: "never",
    says: "Cannot keep partners: {path} names no folder for them",
  },
  CONSOLE_KEYS_UNNAMED: {
    blame: "operator",
    retry: "never",
    says: "Cannot meet partners: {path} names no file of the gateway's own keys",
  },
  CONSOLE_PATIENTS_UNNAMED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot tell whose the documents of channel {channel} are: no channel feeds a patient index, and each of them will wait for a person",
  },
  CONSOLE_FILE_UNFIT: {
    blame: "operator",
    retry: "never",
    says: "Cannot accept {path}: it is no invitation and no acceptance",
  },
  CONSOLE_PASSWORD_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot take password: nobody is there to type one; --password-stdin reads it from standard input",
  },
  CONSOLE_PASSWORD_DIFFERS: {
    blame: "operator",
    retry: "never",
    says: "Cannot take password: it was typed differently the second time",
  },
  CONSOLE_WORDS_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot confirm {partner} without the words that its people read out",
  },
  CONSOLE_RECOVERY_SEALED: {
    blame: "operator",
    retry: "never",
    says: "Cannot open {path}: it is no file of age, damaged, or encrypted for another key",
  },
  CONSOLE_RECOVERY_KEPT: {
    blame: "operator",
    retry: "never",
    says: "Cannot recover {path}: a file with other keys lies there, and nothing is overwritten",
  },
  CONSOLE_RECOVERY_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot recover keys from {path}: what is in it was not written by `mitral keys export`",
  },
  CONSOLE_STDIN_MISSING: { blame: "operator", retry: "never", says: "Cannot read -: there is no input" },
  CONSOLE_MESSAGES_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot send {path}: no line of it starts with MSH",
  },
  CONSOLE_MESSAGES_FAXED: {
    blame: "operator",
    retry: "never",
    says: "Cannot send {path}: it is a {type}, as faxes are, and MLLP carries messages",
  },
  CONSOLE_TESTS_MISSING: { blame: "operator", retry: "never", says: "Cannot test {path}: {reason}" },
  CONSOLE_PATHS_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot compare {path}: what is parsed as {format} has no paths",
  },
  CONSOLE_NAME_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot find {name}: {path} has no such {kind}, only {known}",
  },
  CONSOLE_COMPONENT_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot find {name}: this build has no such {kind}",
  },
  CONSOLE_COMPONENT_REFUSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot set up {name}: {reason}",
  },
  CONSOLE_MESSAGE_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot find message: the journal has none, or more than one, whose id starts like that",
  },
  CONSOLE_FOLDER_DIFFERENT: {
    blame: "operator",
    retry: "never",
    says: "Cannot compare {path}: it does not lie in the folder of the file that runs, {folder}",
  },
  CONSOLE_RESTART_NEEDED: {
    blame: "operator",
    retry: "never",
    says: "Cannot apply: settings of the gateway as a whole differ ({count}), such as {path}",
  },
  CONSOLE_APPLY_UNDONE: {
    blame: "operator",
    retry: "never",
    says: "Cannot apply: channel {channel} does not start; all is as it was: {reason}",
  },
  CONSOLE_APPLY_STUCK: {
    blame: "operator",
    retry: "never",
    says: "Cannot apply: channel {channel} does not start: {reason}; nor can be put back: {stuck}",
  },
  CONSOLE_ROLLBACK_EMPTY: {
    blame: "operator",
    retry: "never",
    says: "Cannot roll back: nothing was applied to the gateway on the data folder {folder}",
  },
  CONSOLE_RELAY_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read relay from {path}: {part} is missing or not as it must be",
  },
  CONSOLE_RELAY_PARTNER_REFUSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot add partner {name}: {reason}",
  },
  CONSOLE_RELAY_UNREACHABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot reach the relay's server at {address}: {reason}",
  },
  CONSOLE_RELAY_SIGN_IN_REFUSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot sign in at the relay's server at {address}: it does not know the operator's keys",
  },
  CONSOLE_RELAY_ANSWER_BROKEN: {
    blame: "operator",
    retry: "later",
    says: "Cannot read what the relay's server at {address} says to {what}: {reason}",
  },
  CONSOLE_RELAY_CONFIG_REFUSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot apply: the relay's server at {address} goes on as before, and says of the file: {reason}",
  },
  CONSOLE_RELAY_MAILBOX_REFUSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot make the mailbox of {name}: the server says: {reason}",
  },
  CONSOLE_RELAY_UNSAFE: {
    blame: "operator",
    retry: "never",
    says: "Cannot use the relay's server at {address}: {setting} must be {rule}",
  },
  CONSOLE_LEDGER_UNSIGNED: {
    blame: "operator",
    retry: "later",
    says: "Cannot write the ledger as tiles: no head of epoch {epoch} has been signed",
  },
  CONSOLE_LEDGER_DIFFERENT: {
    blame: "operator",
    retry: "never",
    says: "Cannot write the ledger as tiles: its {size} entries do not give the root that was signed",
  },
  CONSOLE_SINK_REFUSED: {
    blame: "sender",
    retry: "never",
    says: "Message refused: this sink was told to answer AE",
  },
  CONSOLE_SINK_REJECTED: {
    blame: "unsupported",
    retry: "never",
    says: "Message refused: this sink was told to answer AR",
  },
  CONSOLE_SINK_SILENT: {
    blame: "receiver",
    retry: "later",
    says: "No answer: this sink was told to give none",
  },
  CONSOLE_SINK_UNWRITTEN: {
    blame: "operator",
    retry: "later",
    says: "No answer: the message could not be written",
  },
  CONSOLE_PERMISSION_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot finish {command}: Deno does not let it ({flag} is missing)",
  },
  CONSOLE_COMMAND_CRASHED: {
    blame: "bug",
    retry: "never",
    says: "Cannot finish {command}: an error nobody expected ({kind})",
  },
  CONSOLE_ERROR_STRAYED: {
    blame: "bug",
    retry: "never",
    says: "Cannot tell what failed: an error that nothing waited for or caught ({kind}); the gateway runs on",
  },
  CONSOLE_REPORT_FORGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot trust report {path}: {partner} has not signed it, or it was changed since",
  },
});
