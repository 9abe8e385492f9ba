/** What a reader does with a page, one thing after the other. */
export type Step =
  & {
    /** In the page. */
    readonly line: number;
  }
  & (
    | { readonly does: "run"; readonly commands: string; readonly fails: boolean; readonly prints?: string }
    /** A program in TypeScript. */
    | { readonly does: "program"; readonly program: string; readonly prints?: string }
    | { readonly does: "write"; readonly file: string; readonly text: string }
    /** Looks at what something prints that goes on running. */
    | { readonly does: "watch"; readonly prints: string }
    /** Leaves out what cannot run in a test. */
    | { readonly does: "skip"; readonly why: string }
  );

const MARK = /<!-- (?<mark>not run|fails|given)(?::\s(?<said>[^]*?))?\s*-->/;
const FENCE = /```(?<language>\w*)\n(?<text>[^]*?)^```/;
const PIECE = new RegExp(`^(?:${MARK.source}|${FENCE.source})$`, "gm");
const NAME = /^(?:#|\/\/) ((?:[\w.-]+\/)*[\w-]+\.[\w.]+)\n/;

/** Which file a fence is, where its first line says so: `# first/gateway.yaml`, `// transformers/stamp.ts`. */
export function fileOf(
  { language, text }: { readonly language: string; readonly text: string },
): string | undefined {
  return language === "sh" ? undefined : NAME.exec(text)?.[1];
}

/**
 * What a page tells to do, in order:
 *
 * - `sh` is run, all of a page in one shell.
 * - A fence whose first line names a file, in a comment, is written to that file.
 * - `ts` without a name is a program, run to its end. That it compiles is a tidy test's affair.
 * - `text` right after these two is what they print. Another `text` is what is printed in another terminal.
 * - `<!-- fails -->` before a fence: the commands end with an error, and are to.
 * - `<!-- not run: WHY -->` before a fence: it cannot run in a test.
 * - `<!-- given: COMMANDS -->`: what the page takes for granted.
 */
export function stepsOf(page: string): readonly Step[] {
  const steps: Step[] = [];
  let before = "", why = "", follows = false;
  for (const { index, groups = {} } of page.matchAll(PIECE)) {
    const { mark, said: words = "", language, text } = groups;
    const line = page.slice(0, index).split("\n").length;
    if (mark === "given") steps.push({ does: "run", commands: words, fails: false, line });
    if (mark) {
      [before, why] = [mark, words];
      continue;
    }
    const file = fileOf({ language, text });
    const last = follows ? steps.at(-1) : undefined;
    follows = language !== "text";
    if (before === "not run") steps.push({ does: "skip", why, line });
    else if (file !== undefined) steps.push({ does: "write", file, text, line });
    else if (language === "sh") steps.push({ does: "run", commands: text, fails: before === "fails", line });
    else if (language === "ts") steps.push({ does: "program", program: text, line });
    else if (language === "text") {
      if (last?.does === "run" || last?.does === "program") {
        steps[steps.length - 1] = { ...last, prints: text };
      } else if (last?.does !== "skip") steps.push({ does: "watch", prints: text, line });
    }
    before = "";
  }
  return steps;
}
