/** Endings of names that programs give a file they are still writing. */
const UNFINISHED = [".part", ".tmp", ".filepart"];

/**
 * Which names in a folder are messages: those that match `pattern` (`*` any characters, `?` one), but nothing hidden,
 * nothing that is still being written, no marker.
 */
export function nameFilter(pattern: string, marker?: string): (name: string) => boolean {
  const endings = marker === undefined ? UNFINISHED : [...UNFINISHED, marker];
  const matches = globOf(pattern);
  return (name) =>
    !name.startsWith(".") && !endings.some((ending) => name.endsWith(ending)) && matches.test(name);
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "su");
}
