/** The versions whose segments, types and names are known, oldest first. */
export const VERSIONS = [
  "2.3",
  "2.3.1",
  "2.4",
  "2.5",
  "2.5.1",
  "2.6",
  "2.7",
  "2.7.1",
  "2.8",
  "2.8.1",
  "2.8.2",
] as const;

/** One of {@linkcode VERSIONS}. */
export type Version = typeof VERSIONS[number];

/** What is meant where nobody says. */
export const newestVersion: Version = "2.8.2";

/**
 * The known version nearest to what MSH-12 says: the version itself, otherwise the newest known one before it (`2.9` is
 * `2.8.2`, `2.5.2` is `2.5.1`), otherwise the oldest (`2.1` is `2.3`). Letters around it and zeroes at its end are
 * tolerated (`v2.5`, `2.3.0`). What is no version, or absent, is the newest.
 */
export function versionOf(text: string | undefined): Version {
  const exact = VERSIONS.find((version) => version === text);
  if (exact) return exact;
  const numbers = /\d+(?:\.\d+)+/.exec(text ?? "")?.[0].split(".").map(Number);
  if (numbers === undefined) return newestVersion;
  let nearest: Version = VERSIONS[0];
  for (const version of VERSIONS) {
    if (isAtMost(version.split(".").map(Number), numbers)) nearest = version;
  }
  return nearest;
}

function isAtMost(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return true;
}
