/** So much of a line, or of a code, is looked at: senders write them. */
export const MATCHED_MAX = 1_000;

/**
 * Whether a regular expression may run for ever on a short text: `(a+)+` tries every way to share the letters out. What is
 * repeated has no repeat and no choice in it; anything less takes time that grows with the text alone.
 */
export function mayRunForEver(source: string): boolean {
  const groups = [false];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const taken = /^(?:\\.|\[(?:\\.|[^\]\\])*\])/su.exec(rest)?.[0];
    if (taken !== undefined) {
      at += taken.length;
      continue;
    }
    const repeat = /^(?:[*+]|\{\d+(?:,\d*)?\})/.exec(rest)?.[0];
    if (rest[0] === "(") groups.push(false);
    else if (rest[0] === "|" || repeat !== undefined) groups[groups.length - 1] = true;
    else if (rest[0] === ")") {
      const isMany = groups.pop() ?? false;
      if (isMany && /^\)(?:[*+]|\{\d+(?:,\d*)?\})/.test(rest)) return true;
      groups[groups.length - 1] ||= isMany;
    }
    at += repeat?.length ?? 1;
  }
  return false;
}
