import { Glob } from "./glob.ts";

/** What a listener is told about names. */
export interface Naming {
  readonly pattern: string;
  /** Patterns of names that are left alone. */
  readonly ignore: readonly string[];
  /** Ending of the file that says another is whole. */
  readonly marker?: string | undefined;
  /** Ending of the file that says another is being taken. */
  readonly lock?: string | undefined;
  /** Files of this ending say how another arrived. */
  readonly sidecar?: { readonly extension: string } | undefined;
}

/** Which files in a folder are messages, and which folders below may hold any. */
export interface NameFilter {
  /** By the path from the folder. */
  isMessage(path: string): boolean;
  /** Left out where nothing below is looked at. */
  readonly enters?: (path: string) => boolean;
}

/** Nothing hidden is a message, nothing that is still being written, no marker, no lock and no sidecar. */
export function nameFilter({ pattern, ignore, marker, lock, sidecar }: Naming): NameFilter {
  const glob = new Glob(pattern);
  const ignored = ignore.map((each) => new Glob(each));
  const endings = [marker, lock, sidecar?.extension].filter((ending) => ending !== undefined);
  return {
    isMessage(path) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      return !name.startsWith(".") && !endings.some((ending) => name.endsWith(ending)) &&
        !ignored.some((each) => each.matches(name)) && glob.matches(path);
    },
    ...(glob.isDeep
      ? { enters: (path) => !path.slice(path.lastIndexOf("/") + 1).startsWith(".") && glob.reaches(path) }
      : {}),
  };
}
