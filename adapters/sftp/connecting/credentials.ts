import type { Secret } from "../../../runtime/contract/spec.ts";
import { KEY_TROUBLES, readPrivateKey } from "../../_kit/ssh/keys.ts";
import type { AnyAuthMethod, AuthHandler } from "../../_kit/ssh/ssh2.ts";
import type { ConnectTools, Hop } from "./settings.ts";

/** How to sign in at one host, with secrets as they are now. */
export type Credentials = readonly AnyAuthMethod[];

/**
 * Reads the secrets of a host. Nothing else is ever tried: no agent, no key of the user's own folder.
 * Errors: SFTP_KEY_UNUSABLE, SFTP_SECRET_UNREADABLE.
 */
export async function credentialsOf(hop: Hop, { error }: Pick<ConnectTools, "error">): Promise<Credentials> {
  const { host, user: username } = hop;
  const textOf = (setting: "key" | "passphrase" | "password", secret: Secret | undefined) =>
    secret?.fresh().catch((cause): never => {
      throw error("SFTP_SECRET_UNREADABLE", { host, setting }, cause);
    });
  const [key, passphrase, password] = await Promise.all([
    textOf("key", hop.key),
    textOf("passphrase", hop.passphrase),
    textOf("password", hop.password),
  ]);
  const methods: AnyAuthMethod[] = [];
  if (key !== undefined) {
    const read = readPrivateKey(key, passphrase);
    if (typeof read === "string") {
      throw error("SFTP_KEY_UNUSABLE", { host, setting: "key", trouble: KEY_TROUBLES[read] });
    }
    methods.push({ type: "publickey", username, key: read.key });
  }
  if (password !== undefined) {
    methods.push({ type: "password", username, password }, {
      type: "keyboard-interactive",
      username,
      prompt: (_name, _instructions, _language, prompts, answer) =>
        // What is not shown while it is typed is the password; we know nothing else to say.
        answer(prompts.map(({ echo }) => echo ? "" : password)),
    });
  }
  return methods;
}

/** Tries each way to sign in that the server still takes, once. `tried` and `taken` are filled in for the error. */
export function signingInWith(
  credentials: Credentials,
  progress: { tried: string[]; takes: readonly string[] },
): AuthHandler {
  const left = [...credentials];
  return (taken, _partly, next) => {
    // Null before the first attempt: a server says what it takes only when it refuses something.
    if (taken) progress.takes = taken;
    const at = left.findIndex(({ type }) => !taken || taken.includes(type));
    if (at < 0) return next(false);
    const [method] = left.splice(at, 1);
    progress.tried.push(method.type);
    next(method);
  };
}
