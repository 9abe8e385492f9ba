/** Lines around a change that are shown with it. */
const CONTEXT = 3;

interface Edit {
  readonly sign: " " | "-" | "+";
  readonly line: string;
}

/** What changes from one text to another, in the unified format; empty where nothing does. */
export function unifiedDiff(before: string, after: string, path: string): string {
  const edits = editsOf(linesOf(before), linesOf(after));
  const changed = edits.flatMap(({ sign }, at) => sign === " " ? [] : [at]);
  if (changed.length === 0) return "";
  const hunks: (readonly [number, number])[] = [];
  for (const at of changed) {
    const [start, end] = [Math.max(0, at - CONTEXT), Math.min(edits.length, at + CONTEXT + 1)];
    const last = hunks.at(-1);
    if (last && start <= last[1]) hunks[hunks.length - 1] = [last[0], end];
    else hunks.push([start, end]);
  }
  const head = [
    before === "" ? "--- /dev/null" : `--- ${path}`,
    after === "" ? "+++ /dev/null" : `+++ ${path}`,
  ];
  return [...head, ...hunks.flatMap(([start, end]) => hunkLines(edits, start, end))].join("\n") + "\n";
}

function hunkLines(edits: readonly Edit[], start: number, end: number): readonly string[] {
  const span = (other: "-" | "+") => {
    const count = (part: readonly Edit[]) => part.filter(({ sign }) => sign !== other).length;
    const [before, within] = [count(edits.slice(0, start)), count(edits.slice(start, end))];
    return `${within === 0 ? before : before + 1},${within}`;
  };
  return [
    `@@ -${span("+")} +${span("-")} @@`,
    ...edits.slice(start, end).map(({ sign, line }) => sign + line),
  ];
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** The shortest way from one list of lines to another, by the longest common subsequence of what is not alike at both ends. */
function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const rest = Math.min(before.length, after.length) - head;
  while (tail < rest && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const [old, now] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const width = now.length + 1;
  // How many lines the rests from there on have in common.
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      common[i * width + j] = old[i] === now[j]
        ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const edits: Edit[] = before.slice(0, head).map((line) => ({ sign: " ", line }));
  for (let i = 0, j = 0; i < old.length || j < now.length;) {
    if (i < old.length && j < now.length && old[i] === now[j]) edits.push({ sign: " ", line: old[i++] }), j++;
    else if (
      j === now.length || (i < old.length && common[(i + 1) * width + j] >= common[i * width + j + 1])
    ) {
      edits.push({ sign: "-", line: old[i++] });
    } else edits.push({ sign: "+", line: now[j++] });
  }
  return [...edits, ...before.slice(before.length - tail).map((line): Edit => ({ sign: " ", line }))];
}
