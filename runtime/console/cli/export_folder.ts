import type { ExportedMessage } from "../control/protocol.ts";
import { toLine } from "../control/protocol.ts";
import type { Session } from "./session.ts";

const utf8 = new TextEncoder();

/** Where exported messages are put. */
export interface ExportPlace {
  put(exported: ExportedMessage): Promise<void>;
}

/** File endings by media type; anything else: `bin`. */
const ENDINGS: readonly (readonly [part: string, ending: string])[] = [
  ["hl7-v2", "hl7"],
  ["json", "json"],
  ["xml", "xml"],
  ["csv", "csv"],
  ["text/", "txt"],
];

/**
 * A folder, with a file for each message, or for each of its parts, and the facts of it beside. Only its owner may look
 * into it. Errors: CONSOLE_FILE_EXISTS, CONSOLE_FILE_UNWRITABLE.
 */
export async function exportFolder(folder: string, session: Session): Promise<ExportPlace> {
  await session.makeFolder(folder, 0o700);
  return {
    async put({ message, parts }) {
      for (const [at, { bytes, contentType }] of parts.entries()) {
        const part = parts.length > 1 ? `.${at + 1}` : "";
        await session.writeNew(`${folder}/${message.id}${part}.${endingOf(contentType)}`, bytes, 0o600);
      }
      await session.writeNew(
        `${folder}/${message.id}.facts.json`,
        utf8.encode(toLine(message) + "\n"),
        0o600,
      );
    },
  };
}

/** One file of JSON, a line for each message, with its bytes as base64. Errors: as of {@linkcode exportFolder}. */
export async function exportLines(file: string, session: Session): Promise<ExportPlace> {
  await session.writeNew(file, new Uint8Array(0), 0o600);
  return { put: (exported) => session.append(file, utf8.encode(toLine(exported) + "\n"), 0o600) };
}

/** One file of messages, one after the other, such as `mitral send` takes. Errors: as of {@linkcode exportFolder}. */
export async function exportMessages(file: string, session: Session): Promise<ExportPlace> {
  await session.writeNew(file, new Uint8Array(0), 0o600);
  return {
    async put({ parts }) {
      for (const { bytes } of parts) await session.append(file, ended(bytes), 0o600);
    },
  };
}

/** With a line end at its end. */
function ended(bytes: Uint8Array): Uint8Array {
  const last = bytes.at(-1);
  if (last === CR || last === LF) return bytes;
  const whole = new Uint8Array(bytes.length + 1);
  whole.set(bytes);
  whole[bytes.length] = CR;
  return whole;
}

function endingOf(contentType: string): string {
  return ENDINGS.find(([part]) => contentType.includes(part))?.[1] ?? "bin";
}

const CR = 13, LF = 10;
