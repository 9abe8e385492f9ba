/** The project's root. */
export const ROOT = new URL("../../", import.meta.url);

/** A file of the project. */
export interface ProjectFile {
  /** From the root: `adapters/mllp/listener.ts`. */
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set([".git", "node_modules", "data", "coverage", "outbox", "secrets"]);
const TEXT = /\.(ts|tsx|js|md|json|ya?ml|txt|sh)$|^(LICENSE|\.gitignore|run)$/;

/** Every text file of the project whose path passes, sorted by path. */
export async function projectFiles(passes: (path: string) => boolean): Promise<readonly ProjectFile[]> {
  const files: ProjectFile[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", ROOT))) {
      const path = folder + name;
      if (LEFT_OUT.has(name)) continue;
      if (isDirectory) await walk(`${path}/`);
      else if (TEXT.test(name) && passes(path)) {
        files.push({ path, text: await Deno.readTextFile(new URL(path, ROOT)) });
      }
    }
  };
  await walk("");
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** True for TypeScript. */
export const isSource = (path: string): boolean => /\.tsx?$/.test(path);

/** True for what runs in a gateway: no tests, tools or examples. */
export const isProduct = (path: string): boolean => isSource(path) && !/^(tests|tools|examples)\//.test(path);

/** True for a page people read. */
export const isDocument = (path: string): boolean => path.endsWith(".md");

/**
 * The code of a module without its comments, line for line. Takes a comment for one where it starts a line or follows a
 * blank, which is how `deno fmt` leaves them.
 */
export function codeOf(text: string): string {
  return text
    .replace(/^[ \t]*\/\*[^]*?\*\//gm, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(^|\s)\/\/ .*$/gm, "$1");
}

/** A trouble with its place: `path:line: trouble`. */
export function placed(path: string, text: string, index: number, trouble: string): string {
  return `${path}:${text.slice(0, index).split("\n").length}: ${trouble}`;
}
