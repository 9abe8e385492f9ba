import { errors as reviewErrors } from "../../engine/review/errors.ts";
import { MitralError } from "../../contract/error.ts";
import { errors } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit_codes.ts";

/** An error as a person reads it. */
export interface Explained {
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly exitCode: ExitCode;
}

/** What to do next, where the error's own sentence does not say it. */
const hints: Readonly<Record<string, string>> = {
  CONTROL_GATEWAY_MISSING:
    "start one with: mitral run gateway.yaml, or name its data folder with --data DIR or --file gateway.yaml",
  CONTROL_GATEWAY_STARTING: "try again in a moment",
  CONTROL_FOLDER_BUSY:
    "see it with: mitral status --data DIR; stop it first, or give this gateway another data:",
  CONTROL_PATH_TOO_LONG: "choose a data folder with a shorter path",
  CONTROL_VERSION_UNKNOWN: "the command and the gateway are of different versions: use the gateway's own",
  CONTROL_METHOD_UNKNOWN: "the command and the gateway are of different versions: use the gateway's own",
  CONTROL_CHANNEL_UNKNOWN: "list the channels with: mitral status",
  CONTROL_FIELD_UNKNOWN: "a channel names more of them under search: in the gateway file",
  CONTROL_CONNECTION_LOST: "it may have stopped: look with mitral status, and in its log",
  CONSOLE_USAGE_WRONG: "mitral --help lists the commands, mitral COMMAND --help their options",
  CONSOLE_FILE_EXISTS: "move it away first, or name another place",
  CONSOLE_MESSAGES_MISSING:
    "the file must hold HL7 v2 messages, each beginning with an MSH segment; mitral doctor FILE says what it holds",
  CONSOLE_MESSAGES_FAXED:
    "copy it into the folder of a channel that parses fax; mitral doctor FILE says more of it",
  CONSOLE_CLONE_MISSING: "name the clone's folder with --dir",
  CONSOLE_TESTS_MISSING:
    "tests are files called *_test.yaml, beside the gateway file or in channels/ beside it",
  CONSOLE_COMPONENT_MISSING: "mitral help lists the components",
  CONSOLE_MESSAGE_UNKNOWN: "list them with: mitral messages list",
  CONSOLE_FOLDER_DIFFERENT: "put it beside that file: paths in it would mean other files",
  CONSOLE_RESTART_NEEDED:
    "stop the gateway and run the file, or apply its channels alone with --channels-only",
  CONSOLE_APPLY_STUCK: "mend the cause and start them: mitral channel start NAME",
  CONSOLE_RELAY_INVALID: "put your copy of the file back; mitral relay init makes a new relay",
  CONSOLE_RELAY_UNREACHABLE:
    "start it with: nats-server -c FOLDER/nats-server.conf; after a new certificate, reload it",
  CONSOLE_RELAY_SIGN_IN_REFUSED: "start it with this folder's nats-server.conf, which names those keys",
  CONSOLE_RELAY_CONFIG_REFUSED: "look at it with: nats-server -t -c FOLDER/nats-server.conf",
  CONSOLE_PERMISSION_MISSING: "deno run -P grants what a gateway needs; a narrower list must name it",
  CONSOLE_COMMAND_CRASHED: "this is a bug; run it again with --debug to see where",
  CONSOLE_PARTNERS_UNKEPT:
    "write partners: ./partners at the top of it; the folder is made by mitral partner",
  CONSOLE_KEYS_UNNAMED:
    "write keys: ./keys/gateway.json at the top of it, then run mitral keys init --file FILE",
  CONSOLE_FILE_UNFIT: "a partner's newer file of keys is taken by: mitral partner rotate NAME FILE",
  CONSOLE_WORDS_MISSING:
    'call them, have them read their eight words, and give them: --words "eight words heard"',
  INVITATION_SIGNATURE_INVALID: "have it sent again, by another way",
  INVITATION_TOKEN_USED:
    "if the answer got lost, remove the partner and accept again: mitral partner remove NAME",
  ACCEPTANCE_PROOF_INVALID: "have it sent again, by another way; the invitation still stands",
  ACCEPTANCE_INVITATION_UNKNOWN: "see who was invited with: mitral partner list",
  ACCEPTANCE_TOKEN_USED:
    "if that was not the partner, remove it and invite it anew: mitral partner remove NAME",
  RECORD_NAME_TAKEN: "choose another name with --name, or remove that partner: mitral partner remove NAME",
  RECORD_PARTNER_UNKNOWN: "list them with: mitral partner list",
  RECORD_STATE_WRONG: "see where it stands with: mitral partner show NAME",
  RECORD_WORDS_DIFFERENT:
    "one or two may be misheard: have them read again; if more differ, somebody has exchanged a file: remove the partner",
  RECORD_ROOT_CHANGED:
    "ask the partner by telephone whether it made its keys anew; then mitral partner remove NAME, and invite it",
  MASTER_KEY_MISSING: "a gateway that has run needs the key it ran under: put your copy of it back",
  MASTER_KEY_UNREADABLE: "a new key is made by: mitral keys master FILE; one that is there must be readable",
  MASTER_KEY_MALFORMED:
    "put your copy of the key back; the file is as mitral keys master FILE wrote it, the variable base64 of 32 bytes",
  MASTER_KEY_EXPOSED: "if somebody may have read it, change it: mitral journal rekey",
  MASTER_KEY_WRONG: "put the key it ran under back; mitral keys show FILE shows the id of a key",
  JOURNAL_FOLDER_BUSY: "a gateway runs on it: stop that first, or give it another data folder",
  EVIDENCE_DESTINATION_UNKNOWN: "see where it went with: mitral messages show ID",
  EVIDENCE_DESTINATION_UNCLEAR: "see where it went with: mitral messages show ID",
  EVIDENCE_HEAD_MISSING:
    "the ledger is signed within a second once there is a ledger key: mitral keys seal adds one; mitral status shows it",
  LEDGER_ALARM_UNKNOWN: "list them with: mitral audit alarms",
  GATEWAY_MESSAGE_UNKNOWN: "list them with: mitral messages list",
  GATEWAY_CHANNEL_UNKNOWN: "list the channels with: mitral status",
  GATEWAY_DESTINATION_UNKNOWN: "list them with: mitral status",
  GATEWAY_CANCEL_EMPTY: "look at it with: mitral messages show ID",
  GATEWAY_CANCEL_SENDING: "wait for its answer, or pause the destination first: mitral channel pause",
  GATEWAY_REPLAY_EMPTY: "name it with --to DESTINATION",
  GATEWAY_REPLAY_UNCONFIRMED:
    "add --yes and --reason TEXT; more than 100,000 at once need a narrower choice, such as --since and --until",
  GATEWAY_CORRECTION_AMBIGUOUS: "name one with --to DESTINATION",
  ENGINE_CORRECTION_LATE: "see what became of it with: mitral messages show ID",
  REVIEW_DOCUMENT_UNKNOWN: "list them with: mitral fax queue",
  REVIEW_REVISION_STALE: "look at it with: mitral fax show ID",
  REVIEW_VALUE_INVALID:
    "a date is like 01/31/1970 or 19700131, an amount like 1234.50; a kind can only become unknown",
  REVIEW_PATH_UNKNOWN: "see its paths with: mitral fax show ID",
  REVIEW_PATIENT_MISSING: "say whom it is about with: mitral fax patient ID, or reject it",
  REVIEW_PATIENT_DIFFERS:
    "compare with: mitral fax show ID; mitral fax set ID FIELD VALUE, or --despite-page, which is kept with the decision",
  REVIEW_PATIENTS_SEVERAL:
    "mitral fax reject ID, or mitral fax set ID kind unknown, and mitral fax patient ID",
  REVIEW_VALUE_MISSING: "say what stands there with: mitral fax set ID PATH VALUE",
  GATEWAY_REPLAY_REFUSED: "--force sends it all the same, out of order",
};

/** Errors that are the answer to the question the command asked. */
const noes: ReadonlySet<string> = new Set([
  "CONSOLE_NAME_UNKNOWN",
  "CONSOLE_MESSAGE_UNKNOWN",
  "CONSOLE_RESTART_NEEDED",
  "CONSOLE_APPLY_UNDONE",
  "CONSOLE_APPLY_STUCK",
  "CONSOLE_ROLLBACK_EMPTY",
  "GATEWAY_MESSAGE_UNKNOWN",
  "GATEWAY_REPLAY_REFUSED",
  "GATEWAY_REPLAY_UNCONFIRMED",
  "GATEWAY_CORRECTION_EMPTY",
  "GATEWAY_CORRECTION_AMBIGUOUS",
  "ENGINE_CORRECTION_LATE",
  "GATEWAY_REPLAY_EMPTY",
  "GATEWAY_CHANNEL_UNKNOWN",
  "GATEWAY_DESTINATION_UNKNOWN",
  "GATEWAY_QUEUE_EMPTY",
  "GATEWAY_DIVERSION_REFUSED",
  "GATEWAY_CANCEL_EMPTY",
  "GATEWAY_CANCEL_SENDING",
  ...Object.keys(reviewErrors.faults),
  "CONTROL_CHANNEL_UNKNOWN",
  "RECORD_PARTNER_UNKNOWN",
  "LEDGER_ALARM_UNKNOWN",
  "RECORD_WORDS_DIFFERENT",
]);

const usage: ReadonlySet<string> = new Set(["CONSOLE_USAGE_WRONG", "CONSOLE_VALUE_WRONG"]);

/**
 * Says what an error means to a person. What is no `MitralError` may hold message content in its text, so only its
 * kind is told.
 */
export function explain(cause: unknown, command: string): Explained {
  const error = cause instanceof MitralError ? cause : unexpected(cause, command);
  const { code, message } = error;
  return { code, message, hint: hints[code], exitCode: exitCodeOf(error) };
}

function unexpected(cause: unknown, command: string): MitralError {
  if (cause instanceof Error && cause.name === "NotCapable") {
    const flag = /--allow-[a-z]+/.exec(cause.message)?.[0] ?? "a permission";
    return errors.error("CONSOLE_PERMISSION_MISSING", { command, flag }, cause);
  }
  return errors.error("CONSOLE_COMMAND_CRASHED", { command, kind: kindOf(cause) }, cause);
}

/** The name and code of an error, without its text: `TypeError`, `PermissionDenied EACCES`. */
export function kindOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const { code } = cause as { code?: unknown };
  return typeof code === "string" ? `${cause.name} ${code}` : cause.name;
}

function exitCodeOf({ code, blame }: MitralError): ExitCode {
  if (usage.has(code)) return exitCodes.usage;
  if (noes.has(code)) return exitCodes.no;
  return blame === "bug" ? exitCodes.bug : exitCodes.cannot;
}
