import { join, resolve } from "node:path";
import { type Secret, secretOf } from "../contract/spec.ts";
import { type FieldContext, wrongKind } from "./_node_checks.ts";
import type { ConfigNode } from "./config_node.ts";
import { shown } from "./problem.ts";

/** Folder beside the gateway file that holds one file for each `secret:NAME`. */
const SECRETS_FOLDER = "secrets";

const HINT = `write secret:NAME and put the text into ${SECRETS_FOLDER}/NAME, or use env:NAME or file:PATH`;

/**
 * Follows a reference to a secret: `secret:NAME` (a file in `secrets/` beside the gateway file), `env:NAME` or
 * `file:PATH`. One newline at the end of a file is no part of the secret. Whatever is not clearly a reference is taken
 * for a secret and never shown.
 */
export async function parseSecret(node: ConfigNode, context: FieldContext): Promise<Secret | undefined> {
  const { problems, folder, env } = context;
  if (node.kind !== "scalar") return wrongKind(node, "a reference to a secret", context);
  if (node.secret) {
    problems.hide(node.secret.reveal());
    return node.secret;
  }
  const reference = readReference(node.text);
  if (!reference) {
    problems.hide(node.text);
    return problems.add(node, "CONFIG_SECRET_LITERAL", {}, HINT);
  }
  const hidden = (text: string, read?: () => Promise<string>) => {
    problems.hide(text);
    return secretOf(text, read);
  };
  const missing = (reason: string) =>
    problems.add(node, "CONFIG_SECRET_MISSING", { reference: shown(node.text), reason });

  if (reference.from === "env") {
    const text = env(reference.name);
    if (text === undefined) return missing("the environment variable is not set");
    return text === "" ? missing("it is empty") : hidden(text);
  }
  const path = reference.from === "secret"
    ? join(folder, SECRETS_FOLDER, reference.name)
    : resolve(folder, reference.name);
  const read = async () => (await context.disk.readText(path)).replace(/\r?\n$/, "");
  try {
    const text = await read();
    return text === "" ? missing("it is empty") : hidden(text, read);
  } catch (cause) {
    return missing(reasonOf(cause, path));
  }
}

function readReference(text: string): { from: "secret" | "env" | "file"; name: string } | undefined {
  const parts =
    /^(?:(secret):([A-Za-z0-9][A-Za-z0-9._-]*)|(env):([A-Za-z_][A-Za-z0-9_]*)|(file):([^\0\r\n]+))$/
      .exec(text);
  if (!parts) return undefined;
  if (parts[1]) return { from: "secret", name: parts[2] };
  return parts[3] ? { from: "env", name: parts[4] } : { from: "file", name: parts[6] };
}

/** Why a file could not be read, in words; the platform's own message is not trusted to be free of content. */
export function reasonOf(cause: unknown, path: string): string {
  const code = (cause as { code?: unknown } | null)?.code;
  if (code === "ENOENT" || code === "ENOTDIR") return `there is no file ${shown(path, 240)}`;
  return `${shown(path, 240)} cannot be read${typeof code === "string" ? ` (${code})` : ""}`;
}
