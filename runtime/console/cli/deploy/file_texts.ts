import { basename, dirname, join } from "node:path";
import type { Disk } from "../../../contract/world.ts";

/** All that a gateway file consists of: itself, its variables, the channels in files beside it. */
export interface FileTexts {
  /** The gateway file, absolute. */
  readonly file: string;
  /** The file of variables, absolute, where it is not the one beside the gateway file. */
  readonly variablesFile?: string;
  /** Texts by absolute path. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Where a gateway file and its variables lie. */
export type FilePlaces = Omit<FileTexts, "texts">;

/** What was noted while a gateway file was read. */
export interface Noted {
  /** Of no secret, table or actor. */
  readonly texts: FileTexts;
  /** Every file and folder that was looked at, absolute. */
  readonly paths: ReadonlySet<string>;
}

/** A disk that notes what a gateway file consists of while it is read. */
export function notingTexts(disk: Disk, places: FilePlaces): { readonly disk: Disk; readonly noted: Noted } {
  const texts: Record<string, string> = {};
  const paths = new Set<string>();
  return {
    noted: { texts: { ...places, texts }, paths },
    disk: {
      ...disk,
      facts(path) {
        paths.add(path);
        return disk.facts(path);
      },
      list(folder) {
        paths.add(folder);
        return disk.list(folder);
      },
      async readText(path) {
        paths.add(path);
        const text = await disk.readText(path);
        if (isPart(path, places)) texts[path] = text;
        return text;
      },
    },
  };
}

/** A disk on which a gateway file consists of the texts that were noted, whatever has become of it since. */
export function withTexts(disk: Disk, { texts, ...places }: FileTexts): Disk {
  const { file } = places;
  const isKept = (path: string) => Object.hasOwn(texts, path);
  const missing = (path: string) => Promise.reject(Object.assign(new Error(path), { code: "ENOENT" }));
  return {
    ...disk,
    readText: (path) =>
      isKept(path)
        ? Promise.resolve(texts[path])
        : isPart(path, places)
        ? missing(path)
        : disk.readText(path),
    facts: (path) =>
      !isPart(path, places) ? disk.facts(path) : Promise.resolve(
        isKept(path) ? { kind: "file", size: texts[path].length, modifiedMs: 0 } : undefined,
      ),
    list: (folder) =>
      folder !== channelsOf(file) ? disk.list(folder) : Promise.resolve(
        Object.keys(texts).filter((path) => dirname(path) === folder).map((path) => basename(path)),
      ),
  };
}

function isPart(path: string, { file, variablesFile }: FilePlaces): boolean {
  return path === file || path === (variablesFile ?? file.replace(/\.[^./\\]*$/, ".env")) ||
    dirname(path) === channelsOf(file);
}

function channelsOf(file: string): string {
  return join(dirname(file), "channels");
}
