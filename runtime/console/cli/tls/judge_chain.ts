import { timeText } from "../figures.ts";
import type { Step } from "../doctor/step.ts";
import type { CertificateFacts } from "./certificate_facts.ts";

/** What a chain is judged by. */
export interface Judging {
  readonly nowMs: number;
  /** What the server is called, as its certificate must have it. */
  readonly serverName: string;
  /** What a chain must end in; `undefined`: the public roots, which only the machine knows. */
  readonly authorities: readonly CertificateFacts[] | undefined;
  /** True where the machine itself says that it does not trust the chain. */
  readonly isUntrusted: boolean;
}

/** All that is wrong with what a server has sent, its own certificate first. None is `ok`. */
export function judgeChain(chain: readonly CertificateFacts[], judging: Judging): readonly Step[] {
  const [own, ...others] = chain;
  const faults = [
    ...faultsOf(own, "its certificate", judging),
    ...others.flatMap((one) => faultsOf(one, one.subject, judging)),
    ...nameFaults(own, judging),
  ];
  const { authorities, isUntrusted } = judging;
  // The machine says that it does not trust a certificate whatever is wrong with it: what was found explains that.
  const isStrange = authorities ? !endsIn(authorities, chain) : own.isSelfSigned;
  return isStrange || isUntrusted && faults.length === 0
    ? [...faults, trustFault(chain, authorities)]
    : faults;
}

/** True where one of the authorities is in the chain, or has signed a certificate of it. */
function endsIn(authorities: readonly CertificateFacts[], chain: readonly CertificateFacts[]): boolean {
  // As far as each is signed by the next.
  const end = chain.findIndex((one, at) => at + 1 === chain.length || !one.isBy(chain[at + 1]));
  return chain.slice(0, end + 1).some((one) =>
    authorities.some((authority) => authority.fingerprint === one.fingerprint || one.isBy(authority))
  );
}

function faultsOf(one: CertificateFacts, name: string, { nowMs }: Judging): readonly Step[] {
  const faults: Step[] = [];
  if (one.version < 3) {
    faults.push({
      state: "bad",
      code: "certificateOutdated",
      says: `${name} is X.509 version ${one.version}, which cannot say what it is for`,
      hint: "Its operator must issue a new one: X.509 version 3.",
    });
  }
  if (one.validUntilMs < nowMs) {
    faults.push({
      state: "bad",
      code: "certificateExpired",
      says: `${name} has expired: it was valid until ${timeText(one.validUntilMs)}`,
      hint:
        "Its operator must renew it. Nothing here can put that right, unless the clock of this machine is wrong.",
    });
  }
  if (one.validFromMs > nowMs) {
    faults.push({
      state: "bad",
      code: "certificateEarly",
      says: `${name} is not valid yet: it is from ${timeText(one.validFromMs)} on`,
      hint: `Either it was made ahead, or a clock is wrong: this machine's says ${timeText(nowMs)}.`,
    });
  }
  if (one.isWeak) {
    faults.push({
      state: "bad",
      code: "certificateWeak",
      says: `${name} can be forged: ${one.key}, signed by ${one.signature}`,
      hint: "Its operator must issue a new one, with RSA of 2048 bits or EC, and SHA-256 or better.",
    });
  }
  return faults;
}

function nameFaults(own: CertificateFacts, { serverName }: Judging): readonly Step[] {
  const faults: Step[] = [];
  if (!own.isFor(serverName)) {
    const names = own.names.length > 0
      ? `it is for ${own.names.join(", ")}`
      : "it has no names (subjectAltName)";
    faults.push({
      state: "bad",
      code: "certificateMisnamed",
      says: `its certificate is not for ${serverName}: ${names}`,
      hint: own.names.length > 0
        ? `Call it by one of these names, or say which one to look for: --servername, serverName in tls.`
        : "Its operator must issue a new one with its name in subjectAltName.",
    });
  }
  if (own.isNoServers) {
    faults.push({
      state: "bad",
      code: "certificateUnfit",
      says: "its certificate is not made for servers (extended key usage)",
      hint: "Its operator must issue a new one for serverAuth.",
    });
  }
  return faults;
}

/** Why nobody who is trusted stands behind the chain. */
function trustFault(chain: readonly CertificateFacts[], authorities: Judging["authorities"]): Step {
  const [own] = chain;
  const here = authorities ? "by --ca" : "by the public roots";
  if (own.isSelfSigned) {
    return {
      state: "bad",
      code: "certificateSelfSigned",
      says: `its certificate has signed itself, and is not trusted ${here}`,
      hint:
        "Compare its fingerprint with its operator, and pin it to a partner, or name the certificate as ca.",
    };
  }
  const gap = chain.findIndex((one, at) => at + 1 < chain.length && !one.isBy(chain[at + 1]));
  if (gap >= 0) {
    return {
      state: "bad",
      code: "chainBroken",
      says: `the chain is in disorder: certificate ${gap + 2} has not signed certificate ${gap + 1}`,
      hint: "Its operator must send its own certificate first, then each one's issuer.",
    };
  }
  const last = chain[chain.length - 1];
  if (last.isSelfSigned) {
    return {
      state: "bad",
      code: "authorityUnknown",
      says: `the chain ends in ${last.subject}, which is not trusted ${here}`,
      hint: `If that is the right CA, name its certificate as ca; compare ${last.fingerprint} first.`,
    };
  }
  if (authorities?.some(({ subject }) => subject === last.issuer)) {
    return {
      state: "bad",
      code: "authorityOther",
      says: `${last.issuer} of --ca has not signed the chain: another CA has the same name, or a new key`,
      hint: "Ask its operator for the certificate of the CA as it is now.",
    };
  }
  return {
    state: "bad",
    code: chain.length === 1 ? "chainIncomplete" : "authorityUnknown",
    says: `${last.issuer}, who signed ${
      chain.length === 1 ? "it" : last.subject
    }, is neither sent nor trusted ${here}`,
    hint: chain.length === 1
      ? "Where that is not the CA itself, the server does not send its intermediate certificates: its operator must put the whole chain in place. Where it is the CA, name its certificate as ca."
      : "If that is the right CA, get its certificate from the operator and name it as ca.",
  };
}
