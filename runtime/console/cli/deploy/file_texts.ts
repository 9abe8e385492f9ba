import { basename, dirname, join } from "node:path";
import type { Disk } from "../../../contract/world.ts";

/** All that a gateway file consists of: itself, its variables, the channels in files beside it. */
export interface FileTexts {
  /** The gateway file, absolute. */
  readonly file: string;
  /** Texts by absolute path. */
  readonly texts: Readonly<Record<string, string>>;
}

/** A disk that notes the texts a gateway file consists of while it is read. Notes no secret, table or actor. */
export function notingTexts(disk: Disk, file: string): { readonly disk: Disk; readonly noted: FileTexts } {
  const texts: Record<string, string> = {};
  return {
    noted: { file, texts },
    disk: {
      ...disk,
      async readText(path) {
        const text = await disk.readText(path);
        if (isPart(path, file)) texts[path] = text;
        return text;
      },
    },
  };
}

/** A disk on which a gateway file consists of the texts that were noted, whatever has become of it since. */
export function withTexts(disk: Disk, { file, texts }: FileTexts): Disk {
  const isKept = (path: string) => Object.hasOwn(texts, path);
  const missing = (path: string) => Promise.reject(Object.assign(new Error(path), { code: "ENOENT" }));
  return {
    ...disk,
    readText: (path) =>
      isKept(path) ? Promise.resolve(texts[path]) : isPart(path, file) ? missing(path) : disk.readText(path),
    facts: (path) =>
      !isPart(path, file) ? disk.facts(path) : Promise.resolve(
        isKept(path) ? { kind: "file", size: texts[path].length, modifiedMs: 0 } : undefined,
      ),
    list: (folder) =>
      folder !== channelsOf(file) ? disk.list(folder) : Promise.resolve(
        Object.keys(texts).filter((path) => dirname(path) === folder).map((path) => basename(path)),
      ),
  };
}

function isPart(path: string, file: string): boolean {
  return path === file || path === file.replace(/\.[^./\\]*$/, ".env") || dirname(path) === channelsOf(file);
}

function channelsOf(file: string): string {
  return join(dirname(file), "channels");
}
