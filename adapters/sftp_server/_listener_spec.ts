import type { ListenTools } from "../../runtime/contract/adapter.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import {
  bytes,
  choice,
  type Config,
  durationMs,
  integer,
  list,
  map,
  path,
  record,
  secret,
  text,
  toggle,
  type Unfit,
} from "../../runtime/contract/spec.ts";
import { unfitCipher } from "../_kit/files/cipher/cipher_spec.ts";
import { openerFaults, openerSettings } from "../_kit/files/opener.ts";
import { faultsOf } from "../../runtime/contract/words.ts";
import { barredErrors, doorErrors } from "../_kit/limits/door.ts";
import { networkOf } from "../_kit/limits/network.ts";
import { doorSettings, rateSettings, unfitNetworks } from "../_kit/limits/settings.ts";
import { listenFaults } from "../_kit/net/faults.ts";
import { pathTrouble } from "./_virtual_path.ts";

const partner = record("Who may sign in, by what, and how much may lie here of theirs.", {
  keys: list("Public keys, as lines of authorized_keys without options.", text("A public key."), {
    optional: true,
    orOne: true,
    example: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… acme"],
  }),
  keysFile: path(
    "A file of such lines. It is read at every sign-in: a key that is taken out counts no more.",
    {
      optional: true,
      expects: "file",
      example: "./acme.keys",
    },
  ),
  password: secret("A password, for partners that cannot use a key. It is read anew at every sign-in.", {
    optional: true,
    example: "secret:acme-sftp",
  }),
  allow: doorSettings.allow,
  connectionsMax: integer("Connections this partner may have open at once.", { default: 8, min: 1 }),
  filesMax: integer("Files and folders of theirs that may lie here at once.", { default: 1_000, min: 1 }),
  bytesMax: bytes("Bytes of theirs that may lie here at once.", { default: 1024 * 1024 * 1024, min: 1 }),
});

/** Settings of the listener. */
export const config = {
  port: integer("Port to listen on; 0 lets the system choose one.", { min: 0, max: 65535, example: 2222 }),
  host: text("Address to listen on; 0.0.0.0 for every one of this machine.", { default: "127.0.0.1" }),
  hostKey: list(
    "Private keys this server is known by, one of a kind: of OpenSSH or PEM, without a passphrase.",
    secret("A private key.", { example: "secret:sftp-host-key" }),
    { orOne: true, example: "secret:sftp-host-key" },
  ),
  partners: map(
    "Who may push files, by the name they sign in with: the message's partner.",
    "name",
    partner,
    { example: { acme: { keysFile: "./acme.keys" } } },
  ),
  folder: path(
    "Folder of this machine for what is not whole yet, with one folder for each partner. For this listener alone.",
    { example: "./sftp" },
  ),
  folders: list(
    "Folders that are there for every partner, beside / itself. They cannot be removed.",
    text("A path.", { example: "/in" }),
    { default: [], orOne: true, example: ["/in"] },
  ),
  complete: choice(
    "When a file is whole: once it is closed, or renamed from an unfinished name, `close`; once it is renamed to " +
      "another than an unfinished name, `rename`; once a marker file is put beside it, `marker`.",
    ["close", "rename", "marker"],
    { default: "close" },
  ),
  unfinished: list("Endings of names that say that a file is not whole.", text("An ending."), {
    default: [".part", ".filepart", ".tmp"],
    orOne: true,
  }),
  marker: text(
    "Ending of a marker file, after the name of the file that is whole. Unused without complete: marker.",
    {
      default: ".done",
      pattern: { matches: "^\\.[A-Za-z0-9._-]+$", says: "starts with a dot" },
    },
  ),
  refused: choice(
    "What becomes of a file whose message is refused: it is removed, since quarantine has it, or it stays.",
    ["remove", "keep"],
    { default: "remove" },
  ),
  readBack: toggle("Whether partners may read what still lies here of theirs.", { default: true }),
  shownMsMax: durationMs(
    "How long a file that was taken still shows, without its content: many clients look whether it is there.",
    { default: 600_000, min: 0 },
  ),
  unfinishedMsMax: durationMs("How long what is not whole is kept.", {
    default: 7 * 86_400_000,
    min: 60_000,
  }),
  fileBytesMax: bytes("Largest file.", { default: 100 * 1024 * 1024, min: 1 }),
  ...doorSettings,
  ...rateSettings,
  signInMsMax: durationMs("How long a peer may take to sign in.", { default: 30_000, min: 1_000 }),
  idleMsMax: durationMs("Closes a connection that asks for nothing for so long.", {
    default: 300_000,
    min: 1_000,
  }),
  stallMsMax: durationMs("How long a peer may let its answers stand without reading any of them.", {
    default: 30_000,
    min: 1_000,
  }),
  ...openerSettings,
} as const;

/** Settings that do not fit together. */
export function check(settings: Config<typeof config>): readonly Unfit[] {
  const names = Object.entries(settings.partners);
  const unfit = names.flatMap(([name, { keys, keysFile, password, allow = [] }]): Unfit[] => [
    ...(PARTNER_NAME.test(name) ? [] : [{
      setting: "partners",
      rule: `must be named with letters, digits and . _ -, not ${JSON.stringify(name)}`,
    }]),
    ...(keys?.length || keysFile !== undefined || password !== undefined ? [] : [{
      setting: "partners",
      rule: `must give ${name} keys, a keysFile or a password`,
    }]),
    ...allow.filter((network) => !networkOf(network)).map((network) => ({
      setting: "partners",
      rule: `must allow ${name} networks in CIDR; ${network} is none`,
    })),
  ]);
  if (names.length === 0) unfit.push({ setting: "partners", rule: "must name somebody" });
  if (settings.hostKey.length === 0) unfit.push({ setting: "hostKey", rule: "must be one key at least" });
  const folders = settings.folders.filter((folder) =>
    pathTrouble(folder) !== undefined || !folder.startsWith("/")
  );
  return [
    ...unfit,
    ...folders.map((folder) => ({ setting: "folders", rule: `must be paths such as /in, not ${folder}` })),
    ...unfitNetworks(settings),
    ...unfitCipher(settings.cipher),
  ];
}

/** A name of a partner is a name of a folder, too. */
const PARTNER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What can go wrong while listening. */
export const errors = {
  ...faultsOf("SFTP_SERVER", openerFaults),
  ...doorErrors("SFTP_SERVER"),
  ...barredErrors("SFTP_SERVER"),
  ...listenFaults("SFTP_SERVER"),
  SFTP_SERVER_KEY_UNUSABLE: {
    blame: "operator",
    retry: "never",
    says: "Cannot listen: key {number} of hostKey {trouble}",
  },
  SFTP_SERVER_PARTNER_KEY_UNUSABLE: {
    blame: "operator",
    retry: "never",
    says: "Cannot listen: key {number} of partner {partner} {trouble}",
  },
  SFTP_SERVER_KEYS_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot let partner {partner} sign in: its keysFile cannot be read ({reason})",
  },
  SFTP_SERVER_FOLDER_UNUSABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot listen: folder cannot be used ({reason})",
  },
  SFTP_SERVER_STRANGER_REFUSED: {
    blame: "operator",
    retry: "never",
    says: "Cannot go on with {peer}: {why}",
  },
  SFTP_SERVER_SIGN_IN_LATE: {
    blame: "sender",
    retry: "later",
    says: "Cannot sign {peer} in: it took longer than signInMsMax ({signInMsMax})",
  },
  SFTP_SERVER_SIGN_IN_REFUSED: {
    blame: "sender",
    retry: "never",
    says: "Cannot sign {peer} in: nobody who may come in shows such a key or password",
  },
  SFTP_SERVER_PARTNER_FULL: {
    blame: "sender",
    retry: "later",
    says: "Cannot sign {partner} in: there are connectionsMax ({connectionsMax}) of this partner already",
  },
  SFTP_SERVER_REQUESTS_TOO_MANY: {
    blame: "sender",
    retry: "later",
    says: "Cannot go on: more than {requestsMax} requests of {partner} wait for answers",
  },
  SFTP_SERVER_ANSWER_UNREAD: {
    blame: "sender",
    retry: "later",
    says: "Cannot answer: {partner} has read none of its answers for stallMsMax ({stallMsMax})",
  },
  SFTP_SERVER_NAME_UNFIT: {
    blame: "sender",
    retry: "never",
    says: "Cannot use name: it {trouble}",
  },
  SFTP_SERVER_FILE_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot write file: larger than fileBytesMax ({fileBytesMax})",
  },
  SFTP_SERVER_QUOTA_SPENT: {
    blame: "sender",
    retry: "later",
    says: "Cannot write: more than {setting} ({most}) would lie here",
  },
  SFTP_SERVER_FILE_SCATTERED: {
    blame: "sender",
    retry: "never",
    says: "Cannot write file: it comes too far out of order",
  },
  SFTP_SERVER_FILE_UNFINISHED: {
    blame: "sender",
    retry: "later",
    says: "Cannot take file: it is not whole",
  },
  SFTP_SERVER_FILE_BUSY: {
    blame: "sender",
    retry: "later",
    says: "Cannot change file: it is being taken, or written by another connection",
  },
  SFTP_SERVER_DISK_FAILED: {
    blame: "operator",
    retry: "later",
    says: "Cannot keep file: the system refuses ({reason})",
  },
  SFTP_SERVER_REQUEST_CRASHED: {
    blame: "bug",
    retry: "later",
    says: "Cannot do what was asked for: something broke",
  },
  SFTP_SERVER_STOPPED: {
    blame: "operator",
    retry: "later",
    says: "Cannot take file: the gateway stops",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** Codes of those errors. */
export type Code = keyof typeof errors;

/** What the listener's parts are given. */
export type Tools = ListenTools<typeof config, Code>;

/** What a partner is told. */
export type Partner = Tools["config"]["partners"][string];
