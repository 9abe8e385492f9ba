import type { PartnerCheck, PartnerReport } from "../../../engine/exchange/partner_test.ts";
import { addGatewayOptions, askEach, type GatewayOptions } from "../ask.ts";
import { errors } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { latencyText, timeText } from "../figures.ts";
import { actIn } from "../partners/acting.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type Cell, table } from "../table.ts";

interface TestOptions extends GatewayOptions {
  readonly report?: string;
  readonly verify?: string;
  readonly json?: boolean;
}

/** `mitral partner test` */
export const addPartnerTest: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("test <name>"))
    .description(
      "test everything between the running gateway and a partner: keys, doors, and each way with a sealed ping",
    )
    .option("--report <file>", "write the signed report to a new file, for the partner")
    .option("--verify <file>", "read a report that this partner has made of us, and check who signed it")
    .option("--json", "print each check as a line of JSON")
    .addHelpText(
      "after",
      "\nNo message is sent. The exit code is 1 where something is bad. A report is a compact JWS, signed by this\n" +
        "gateway: the partner reads it by --verify, with what it calls us, and its gateway file as --file.\n" +
        examples(
          "mitral partner test acme-lab",
          "mitral partner test acme-lab --report acme-lab.jws",
          "mitral partner test st-elsewhere --verify acme-lab.jws --file gateway.yaml",
        ),
    )
    .action(
      session.act((name: string, options: TestOptions) =>
        options.verify === undefined
          ? test(name, options, session)
          : verify(name, options.verify, options, session)
      ),
    );
};

async function test(name: string, options: TestOptions, session: Session): Promise<ExitCode> {
  const checks: PartnerCheck[] = [];
  for await (const line of askEach(session, options, "partner.test", { name })) {
    if ("report" in line) {
      if (options.report === undefined) continue;
      await session.writeNew(options.report, new TextEncoder().encode(`${line.report}\n`));
    } else {
      checks.push(line);
      if (options.json) session.printJson(line);
    }
  }
  return told(checks, options, session);
}

/** Errors: CONSOLE_REPORT_FORGED. */
async function verify(
  name: string,
  path: string,
  options: TestOptions,
  session: Session,
): Promise<ExitCode> {
  const { folder } = await actIn({ file: options.file ?? "gateway.yaml" }, session);
  const { held } = await folder.get(name);
  const [{ signedText }, { REPORT_TYPE }] = await Promise.all([
    import("../../../trust/signed_text.ts"),
    import("../../../engine/exchange/partner_test.ts"),
  ]);
  const jws = new TextDecoder().decode(await session.read(path));
  const keys = held?.partner.signing ?? [];
  const text = await signedText(REPORT_TYPE, jws, (keyId) => keys.find((key) => key.keyId === keyId));
  const report = text === undefined ? undefined : JSON.parse(text) as PartnerReport;
  if (report?.by !== held?.partner.gateway || !report) {
    return errors.fail("CONSOLE_REPORT_FORGED", { path, partner: plain(name) });
  }
  if (options.json) session.printJson(report);
  else {session.print(
      `${plain(report.by)} tested ${plain(report.partner)} at ${timeText(Date.parse(report.at))}`,
    );}
  return told(report.checks, options, session);
}

function told(checks: readonly PartnerCheck[], { json }: TestOptions, session: Session): ExitCode {
  const isGood = checks.every(({ state }) => state !== "bad");
  if (!json) session.terminal.out(table(HEADINGS, checks.map(row), session.paint));
  return isGood ? exitCodes.ok : exitCodes.no;
}

const HEADINGS = ["of", "step", "state", ">took", "what came out"];
const TONES = { ok: "good", warn: "warn", bad: "bad" } as const;

function row({ of, step, state, ms, says, code }: PartnerCheck): Cell[] {
  const named = code === undefined ? says : `${says} [${code}]`;
  return [of, step, { text: state, tone: TONES[state] }, ms === undefined ? "" : latencyText(ms), named];
}
