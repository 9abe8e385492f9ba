import type { TlsIdentity } from "../../../contract/tls.ts";
import { type Step, stepJson, stepText } from "../doctor/step.ts";
import { errors } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { countText, plural, timeText } from "../figures.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import type { CertificateFacts } from "../tls/certificate_facts.ts";
import { readPeer } from "../values.ts";

interface Options {
  readonly ca?: string;
  readonly servername?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** `mitral tls check` */
export const addTlsCheck: AddCommand = (parent, session) => {
  parent.command("check <address>")
    .description("say in words why TLS does not come about with a server, or that it does")
    .option("--ca <file>", "PEM file of what its chain must end in, instead of the public roots")
    .option("--servername <name>", "name to ask for, and to find in its certificate (default: the host)")
    .option("--cert <file>", "PEM file of the certificate to show it; with --key")
    .option("--key <file>", "PEM file of its private key")
    .option("--json", "print all of it as JSON")
    .addHelpText(
      "after",
      "\nIt is called twice: to see what it shows, trusted or not, and to shake hands as a channel does. Nothing is sent.\n" +
        examples(
          "mitral tls check ehr.example:2575",
          "mitral tls check ehr.example:2575 --ca hospital_root.pem --cert us.pem --key us.key",
        ),
    )
    .action(session.act((address: string, options: Options) => check(address, options, session)));
};

async function check(typed: string, options: Options, session: Session): Promise<ExitCode> {
  const { json, servername } = options;
  const address = readPeer(typed);
  const authorities = options.ca === undefined ? undefined : await authoritiesIn(options.ca, session);
  const identity = await identityIn(options, session);
  const { examineTls } = await import("../tls/examine_tls.ts");
  const { world } = session.outside;
  const steps: Step[] = [];
  let chain: readonly CertificateFacts[] = [];
  if (!json) session.print(session.paint.bold(plain(typed)));
  using interrupts = listenForInterrupts(session.terminal);
  await examineTls(address, {
    world,
    signal: interrupts.signal,
    serverName: servername ?? address.host,
    ...(authorities ? { authorities } : {}),
    ...(identity ? { identity } : {}),
    tell(step) {
      steps.push(step);
      if (!json) session.print(stepText(step, session.paint));
    },
    showChain(shown) {
      chain = shown;
      if (!json) session.print(chainText(chain, world.clock.nowMs(), session));
    },
  });
  if (interrupts.signal.aborted) return exitCodes.interrupted;
  const bad = steps.filter(({ state }) => state === "bad").length;
  if (json) {
    session.printJson({ ok: bad === 0, steps: steps.map(stepJson), chain: chain.map(certificateJson) });
  } else {session.print(
      bad > 0 ? session.paint.bad(plural(bad, "fault")) : session.paint.good("TLS comes about"),
    );}
  return bad > 0 ? exitCodes.no : exitCodes.ok;
}

async function authoritiesIn(file: string, session: Session) {
  const { certificatesIn } = await import("../tls/certificate_facts.ts");
  const pem = new TextDecoder().decode(await session.read(file));
  try {
    const facts = certificatesIn(pem);
    if (facts.length > 0) return { pem, facts };
  } catch {
    // Said below.
  }
  return errors.fail("CONSOLE_VALUE_WRONG", { name: file, wanted: "a PEM file of certificates" });
}

async function identityIn({ cert, key }: Options, session: Session): Promise<TlsIdentity | undefined> {
  if ((cert === undefined) !== (key === undefined)) {
    errors.fail("CONSOLE_USAGE_WRONG", { reason: "--cert and --key go together" });
  }
  if (cert === undefined || key === undefined) return undefined;
  const [certificate, secret] = [await session.read(cert), await session.read(key)].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  const identity = { certificate, key: secret };
  const misfit = await session.outside.world.net.misfitOf(identity);
  if (misfit === undefined) return identity;
  const [name, wanted] = {
    certificate: [cert, "a PEM file of a certificate"],
    key: [key, "a PEM file of a private key without a password"],
    pair: [key, `the key of ${plain(cert)}`],
  }[misfit];
  return errors.fail("CONSOLE_VALUE_WRONG", { name, wanted });
}

/** The chain for people: a certificate a paragraph. */
function chainText(chain: readonly CertificateFacts[], nowMs: number, { paint }: Session): string {
  return chain.flatMap((one, at) => [
    `       ${at + 1}. ${paint.bold(plain(one.subject))}`,
    `          by ${plain(one.isSelfSigned ? "itself" : one.issuer)}`,
    `          ${timeText(one.validFromMs)} to ${timeText(one.validUntilMs)}, ${
      daysSay(one.validUntilMs - nowMs)
    }`,
    `          ${one.key}, signed by ${one.signature}, X.509 version ${one.version}`,
    ...(one.names.length > 0 ? [`          for ${plain(one.names.join(", "))}`] : []),
    // What a partner's pins are made of.
    ...[one.fingerprint, one.keyPin].map((pin) => paint.faint(`          ${pin}`)),
  ]).join("\n");
}

function daysSay(leftMs: number): string {
  const days = Math.floor(Math.abs(leftMs) / 86_400_000);
  const text = `${countText(days)} ${days === 1 ? "day" : "days"}`;
  return leftMs < 0 ? `expired ${text} ago` : `${text} left`;
}

function certificateJson(one: CertificateFacts) {
  const { subject, issuer, validFromMs, validUntilMs, names, key, signature, version, fingerprint, keyPin } =
    one;
  return {
    subject,
    issuer,
    validFrom: new Date(validFromMs).toISOString(),
    validUntil: new Date(validUntilMs).toISOString(),
    names,
    key,
    signature,
    version,
    fingerprint,
    keyPin,
  };
}
