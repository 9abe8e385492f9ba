import type { PartnerRecord } from "../../../trust/partner_record.ts";
import { timeText } from "../figures.ts";
import { plain } from "../plain.ts";

/** What may be shown of a partner: no token. */
export async function factsOf({ name, state, changed, pending, held, confirmed, ...record }: PartnerRecord) {
  const head = { partner: name, state, changed, ...(pending ? { invitedUntilMs: pending.expiresAtMs } : {}) };
  if (!held) return head;
  const [{ fingerprintOf }, { wordsFor }] = await Promise.all([
    import("../../../trust/partner_file.ts"),
    import("../../../trust/onboarding.ts"),
  ]);
  const { partner } = held;
  const { gateway, serial, issuedAtMs, root, relay, ledger, wireguard, certificates, links } = partner;
  const ids = (keys: readonly { readonly keyId: string }[]) => keys.map(({ keyId }) => keyId);
  return {
    ...head,
    gateway,
    fingerprint: await fingerprintOf({ root }),
    // Afterwards nobody is to confirm by them any more.
    ...(state === "unconfirmed" ? { words: wordsFor({ ...record, name, state, changed, held }) } : {}),
    serial,
    issuedAtMs,
    signing: ids(partner.signing),
    encryption: ids(partner.encryption),
    ...(relay ? { relay: relay.keyId } : {}),
    ...(ledger ? { ledger: ledger.keyId } : {}),
    ...(wireguard ? { wireguard: wireguard.keyId } : {}),
    certificates,
    links,
    ...(confirmed ? { confirmed } : {}),
  };
}

/** The same for a person, a line each. */
export function factsText(facts: Awaited<ReturnType<typeof factsOf>>): string {
  const lines: [string, string][] = [
    ["partner", facts.partner],
    ["state", `${facts.state} since ${timeText(facts.changed.atMs)}, by ${facts.changed.by}`],
  ];
  if (facts.invitedUntilMs !== undefined) lines.push(["invited", `until ${timeText(facts.invitedUntilMs)}`]);
  if ("gateway" in facts) {
    const { gateway, fingerprint, words, serial, issuedAtMs, signing, encryption } = facts;
    lines.push(["gateway", gateway], ["fingerprint", fingerprint]);
    if (words) lines.push(["words", words.join(" ")]);
    lines.push(
      ["file", `serial ${serial}, issued ${timeText(issuedAtMs)}`],
      ["signing", signing.join(", ")],
      ["encryption", encryption.join(", ")],
    );
    for (const kind of ["relay", "ledger", "wireguard"] as const) {
      const keyId = facts[kind];
      if (keyId !== undefined) lines.push([kind, keyId]);
    }
    for (const certificate of facts.certificates) lines.push(["certificate", certificate]);
    for (const { kind, settings } of facts.links) lines.push(["way", `${kind} ${JSON.stringify(settings)}`]);
    if (facts.confirmed) {
      lines.push(["confirmed", `${timeText(facts.confirmed.atMs)}, by ${facts.confirmed.by}`]);
    }
  }
  return lines.map(([label, text]) => `${label.padEnd(11)}  ${plain(text)}`).join("\n");
}
