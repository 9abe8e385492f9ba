import { join } from "node:path/posix";
import { faxContentType } from "../../../../runtime/contract/fax_arrival.ts";
import type { InboxTools } from "../inbox_spec.ts";
import { reasonOf } from "../reason.ts";
import type { WatchedFile } from "../watched_files.ts";
import { readSidecar, SidecarError } from "./read_sidecar.ts";

/** Nobody writes more about a fax. */
const SIDECAR_BYTES_MAX = 1024 * 1024;

/** The media type of what is in a file, by its name; nothing where that says none. */
export type TypeOf = (name: string) => { readonly contentType?: string };

/**
 * How a file's content is typed: by the ending of its name, with what its sidecar says. A sidecar that says nothing, or is
 * not there in time, keeps no fax from being taken. Rejects where it cannot be read now.
 */
export async function typeOf(file: WatchedFile, tools: InboxTools, signal: AbortSignal): Promise<TypeOf> {
  const { config: { sidecar }, report, words } = tools;
  if (!sidecar) return typeByName;
  const bytes = file.sidecar && await read(file.sidecar.name, tools, signal);
  if (!bytes) {
    report({ name: "sidecarMissing" });
    return typeByName;
  }
  try {
    const arrival = readSidecar(bytes, sidecar, file.name);
    return (name) => {
      const { contentType = "application/octet-stream" } = typeByName(name);
      return { contentType: faxContentType(contentType, arrival) };
    };
  } catch (cause) {
    if (!(cause instanceof SidecarError)) throw cause;
    const error = words.error("SIDECAR_UNREADABLE", { rule: cause.message });
    report({ name: "sidecarUnreadable", facts: { code: error.code }, error });
    return typeByName;
  }
}

function typeByName(name: string): { readonly contentType?: string } {
  if (/\.tiff?$/i.test(name)) return { contentType: "image/tiff" };
  return /\.pdf$/i.test(name) ? { contentType: "application/pdf" } : {};
}

/** `undefined` where it is gone; what is beyond the bound is not read, and is then not what it should be. */
async function read(name: string, tools: InboxTools, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const { config: { path }, folder } = tools;
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of folder.read(join(path, name), 0, signal, SIDECAR_BYTES_MAX)) {
      pieces.push(piece);
      length += piece.length;
      if (length > SIDECAR_BYTES_MAX) break;
    }
  } catch (cause) {
    if (reasonOf(cause) === "ENOENT") return undefined;
    if (reasonOf(cause) === "EFBIG") return new Uint8Array();
    throw cause;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
