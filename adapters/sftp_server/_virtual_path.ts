/**
 * Paths as partners see them, and the names under which the disk has them. A path of a partner never becomes a path of
 * the disk: each file and folder has one name in one flat folder, made of letters, digits and `% - _ . ! ~ ' ( )`.
 */

/** Bytes of a name on the disk, beside the ending that says what it is; file systems allow 255. */
const STAGED_BYTES_MAX = 240;
/** Folders within folders. */
const DEPTH_MAX = 16;
/** Bytes of a path as it comes, dots and slashes and all. */
const PATH_LENGTH_MAX = 4_096;

/**
 * The path in its one form: `/`, or `/a/b`, from the root whatever it was written from. `..` does not lead out of the
 * root. `undefined` where nothing can be of that name; `pathTrouble` says why.
 */
export function virtualPath(path: string): string | undefined {
  return pathTrouble(path) === undefined ? normal(path) : undefined;
}

/** Why nothing can be of that name. */
export function pathTrouble(path: string): string | undefined {
  if (path.length > PATH_LENGTH_MAX) return "is too long";
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(path)) return "has control characters";
  // What is not UTF-8 was read as U+FFFD: two names could become one.
  if (path.includes("\ufffd") || !path.isWellFormed()) return "is not in UTF-8";
  const whole = normal(path);
  if (whole.split("/").length - 1 > DEPTH_MAX) return "is too deep";
  return stagedName(whole).length > STAGED_BYTES_MAX ? "is too long" : undefined;
}

/** The name a path has on the disk. Another path has another name. */
export function stagedName(path: string): string {
  return encodeURIComponent(path.slice(1)).replaceAll("*", "%2A");
}

/** The path that has a name on the disk; `undefined` where none has. */
export function pathOfStaged(name: string): string | undefined {
  try {
    const path = virtualPath(`/${decodeURIComponent(name)}`);
    return path !== undefined && path !== "/" && stagedName(path) === name ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The folder a path is in; `/` is in itself. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** A folder and all it is in, but for the root. */
export function ancestry(folder: string): readonly string[] {
  return folder === "/" ? [] : [folder, ...ancestry(folderOf(folder))];
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}
