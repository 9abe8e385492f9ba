import { join } from "node:path";
import { lastLines, mitral, projectFolder } from "../_kit/process.ts";
import type { Hospital } from "./hospital.ts";

/** The outsider's program. It lies in the evidence, too; who trusts nobody takes it from elsewhere. */
const PROGRAM = join(projectFolder, "runtime", "console", "evidence", "verify_evidence.py");

/** What somebody found who trusts neither hospital. */
export interface Verdict {
  /** What their program says of the receipt, or its last line where that says nothing. */
  readonly says: string;
  readonly isProven: boolean;
}

/** Why nobody can be an outsider on this machine, for a person; `undefined` where somebody can. */
export async function outsiderMissing(): Promise<string | undefined> {
  for (const [program, args] of [["python3", "--version"], ["openssl", "version"]]) {
    try {
      await new Deno.Command(program, { args: [args], stdout: "null", stderr: "null" }).output();
    } catch {
      return `no outsider looks at the evidence: there is no ${program} on the path`;
    }
  }
}

/**
 * The sender writes evidence of a message into a folder; an outsider checks it, who knows nothing but what both
 * hospitals say on the telephone: the fingerprints of their keys.
 */
export async function judged(from: Hospital, to: Hospital, id: string, evidence: string): Promise<Verdict> {
  const why = ["--reason", "asked by the court", "--file", from.site.file];
  const { code, err } = await mitral("audit", "prove", id, "--out", evidence, ...why);
  if (code !== 0) throw new Error(`There is no evidence of ${id}:\n${lastLines(err)}`);
  const roots = await Promise.all([from, to].map(async (hospital) => {
    return ["--root", `${hospital.site.name}=${await hospital.fingerprint()}`];
  }));
  const { success, stdout } = await new Deno.Command("python3", {
    args: [PROGRAM, evidence, ...roots.flat()],
  }).output();
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  const taken = lines.find((line) => line.startsWith(`  - ${to.site.name} signed, `));
  const says = (taken ?? lines.at(-1)!).replace("  - ", "");
  return { says, isProven: success && taken !== undefined && taken.includes("that it has accepted") };
}
