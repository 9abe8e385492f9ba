import { relative } from "node:path";
import type { Problem } from "../../../config/problem.ts";
import { errors } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { problemLines, problemsCode } from "../gateway_file.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { caseLines, type CountedResult, countLine } from "../test_report.ts";
import { folderChanged } from "../watch_folder.ts";

interface Options {
  readonly watch?: boolean;
  readonly only?: string;
  readonly json?: boolean;
}

/** `mitral test` */
export const addTest: AddCommand = (parent, session) => {
  parent.command("test <file>")
    .description("run the tests of a gateway file's channels, or one file of tests")
    .option("--only <name>", "only cases whose name holds this")
    .option("--watch", "run again whenever a file of the folder changes, until Ctrl-C")
    .option("--json", "print the results as JSON")
    .addHelpText(
      "after",
      examples("mitral test gateway.yaml", 'mitral test lab_test.yaml --only "phone" --watch'),
    )
    .action(
      session.act(async (file: string, options: Options) =>
        options.watch ? await watch(file, options, session) : await runAll(file, options, session)
      ),
    );
};

/** Runs the tests again and again. Ends with what the last run ended with. */
async function watch(typed: string, options: Options, session: Session): Promise<ExitCode> {
  using interrupts = listenForInterrupts(session.terminal);
  for (;;) {
    const changed = await folderChanged(session.path(typed), session.outside.world);
    let code: ExitCode;
    try {
      code = await runAll(typed, options, session);
    } catch (cause) {
      code = session.noteError(cause, "test");
    }
    session.note(session.paint.faint("waiting for a change; Ctrl-C ends"));
    if (!await changed(interrupts.signal)) return code;
  }
}

async function runAll(typed: string, options: Options, session: Session): Promise<ExitCode> {
  const { findTestFiles, isTestFile } = await import("../../testing/find_test_files.ts");
  const path = session.path(typed);
  const one = isTestFile(path);
  const files = one ? [path] : await findTestFiles(path, session.outside.world.disk);
  if (files.length === 0) {
    errors.fail("CONSOLE_TESTS_MISSING", { path: typed, reason: "there are no tests of it" });
  }
  const results: CountedResult[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const name = file === path ? typed : shownPath(file, session);
    problems.push(
      ...await runFile(file, name, one ? undefined : path, options, session, (result) => {
        results.push(result);
        if (!options.json) session.print(caseLines(result, session.paint));
      }),
    );
  }
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const ok = failed === 0 && problems.length === 0;
  if (results.length === 0 && problems.length === 0) {
    const reason = options.only === undefined
      ? "there are no tests of it"
      : `no case is called ${options.only}`;
    errors.fail("CONSOLE_TESTS_MISSING", { path: typed, reason });
  }
  if (options.json) {
    session.printJson({ ok, passed: results.length - failed, failed, cases: results, problems });
  } else {
    if (problems.length > 0) session.note(problemLines(problems, session));
    session.print(countLine(results, problems.length, session.paint));
  }
  if (failed > 0 || ok) return ok ? exitCodes.ok : exitCodes.no;
  return problemsCode(problems);
}

/** Runs one file; resolves with its problems. */
async function runFile(
  path: string,
  name: string,
  gateway: string | undefined,
  { only }: Options,
  session: Session,
  done: (result: CountedResult) => void,
): Promise<readonly Problem[]> {
  const [{ readTestFile }, { readForTest }, { runTests }] = await Promise.all([
    import("../../../config/read_test_file.ts"),
    import("../../testing/read_for_test.ts"),
    import("../../testing/run_tests.ts"),
  ]);
  const { world, openGateway } = session.outside;
  const { file, problems } = await readTestFile(new TextDecoder().decode(await session.read(name)), {
    path,
    name,
  }, {
    disk: world.disk,
    readGateway: (path, options) => readForTest(path, session, options),
    ...(gateway === undefined ? {} : { gateway }),
  });
  if (!file) return problems.map((problem) => ({ ...problem, file: shownPath(problem.file, session) }));
  const wants = (name: string) => only === undefined || name.includes(only);
  for await (const result of runTests(file, { world, openGateway, wants })) done({ file: name, ...result });
  return [];
}

/** A path as a person would type it here. */
function shownPath(path: string, { terminal }: Session): string {
  return path.startsWith("/") ? relative(terminal.cwd, path) : path;
}
