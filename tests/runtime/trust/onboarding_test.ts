import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { parseAcceptance } from "../../../runtime/trust/acceptance.ts";
import { parseInvitation } from "../../../runtime/trust/invitation.ts";
import { confirm, remove, resume, suspend, wordsFor } from "../../../runtime/trust/onboarding.ts";
import { strangeWords, transcriptOf, wordsOf } from "../../../runtime/trust/spoken_words.ts";
import { gatewayOf } from "./gateways.ts";
import { changed, DAY_MS, meet, NOW_MS, Side, withSides } from "./meeting.ts";

/** What something is refused by: its code, and the part of the file. */
async function refusal(act: () => Promise<unknown>): Promise<string> {
  const { code, facts } = await assertRejects(act, MitralError);
  return [code, facts.part].filter((part) => part !== undefined).join(" ");
}

Deno.test("two gateways that meet have the same eight words, and are partners once both have confirmed", () =>
  withSides(async (hospital, lab) => {
    const { bytes, record } = await lab.accept("hospital", await hospital.invite("lab"));
    const taken = await hospital.take(bytes);
    const words = wordsFor(record) ?? [];
    assertEquals([words.length, strangeWords(words)], [8, []]);
    assertEquals(wordsFor(taken), words);
    assertEquals([record.state, taken.state], ["unconfirmed", "unconfirmed"]);
    const active = await hospital.confirm("lab");
    assertEquals([active.state, active.confirmed], ["active", { atMs: NOW_MS, by: "hospital-admin" }]);
    assertEquals((await lab.folder.get("hospital")).state, "unconfirmed");
    await lab.confirm("hospital");
    const kept = await lab.folder.get("hospital");
    assertEquals([kept.state, kept.held?.partner.gateway], ["active", "hospital.example"]);
    assertEquals(kept.held?.partner.root.keyId, (await gatewayOf("hospital")).identity.root.keyId);
  }));

Deno.test("the words are others where either root, the invitation or the acceptance is another", async () => {
  const [hospital, lab, other] = await Promise.all(
    ["hospital", "lab", "radiology"].map(async (name) => (await gatewayOf(name)).partner.root),
  );
  const [invitation, acceptance] = ["a".repeat(64), "b".repeat(64)];
  const meeting = { inviter: hospital, acceptor: lab, invitation, acceptance };
  const all = [
    meeting,
    { ...meeting, inviter: other },
    { ...meeting, acceptor: other },
    { ...meeting, inviter: lab, acceptor: hospital },
    { ...meeting, invitation: acceptance },
    { ...meeting, acceptance: invitation },
  ];
  const words = await Promise.all(all.map(async (each) => wordsOf(await transcriptOf(each)).join(" ")));
  assertEquals(new Set(words).size, all.length);
});

Deno.test("nobody can tell the words before an invitation is accepted, though they know all that is in both files", () =>
  withSides(async (hospital, lab) => {
    const invitation = await hospital.invite("lab");
    const first = await lab.accept("hospital", invitation);
    await remove("hospital", lab);
    const second = await lab.accept("hospital", invitation);
    assertEquals(first.record.changed, second.record.changed);
    assertNotEquals(wordsFor(first.record), wordsFor(second.record));
  }));

Deno.test("the words are the first 88 bits of the transcript, by the list of BIP 39", () => {
  assertEquals(wordsOf("0".repeat(64)), Array(8).fill("abandon"));
  assertEquals(wordsOf("f".repeat(64)), Array(8).fill("zoo"));
  // 11 bits a word: 00000000001 00000000010 …
  assertEquals(wordsOf("00200400".padEnd(64, "0")).slice(0, 3), ["ability", "ability", "abandon"]);
});

Deno.test("an invitation altered in any value is refused", () =>
  withSides(async (hospital, lab) => {
    const invitation = await hospital.invite("lab");
    const other = JSON.parse(
      new TextDecoder().decode(await new Side("radiology", lab.folder.path).invite("x")),
    );
    const later = new Date(NOW_MS + 90 * DAY_MS).toISOString();
    const altered: [string, Uint8Array][] = [
      ["expires", changed(invitation, (file) => ({ ...file, expires: later }))],
      ["created", changed(invitation, (file) => ({ ...file, created: later }))],
      ["token", changed(invitation, (file) => ({ ...file, token: other.token }))],
      ["partner", changed(invitation, (file) => ({ ...file, partner: other.partner }))],
      ["signature", changed(invitation, (file) => ({ ...file, signature: other.signature }))],
      ["more", changed(invitation, (file) => ({ ...file, more: 1 }))],
    ];
    for (const [part, bytes] of altered) {
      assertEquals(await refusal(() => lab.accept("hospital", bytes)), "INVITATION_SIGNATURE_INVALID", part);
    }
    const within = changed(invitation, (file) => ({ ...file, partner: { ...file.partner, serial: 9 } }));
    assertEquals(await refusal(() => lab.accept("hospital", within)), "PARTNER_SIGNATURE_INVALID");
    // Laid out anew it is the same.
    await lab.accept(
      "hospital",
      changed(invitation, (file) => Object.fromEntries(Object.entries(file).reverse())),
    );
  }));

Deno.test("an invitation and an acceptance with a bit flipped anywhere are refused, or say the same", () =>
  withSides(async (hospital, lab) => {
    const invitation = changed(await hospital.invite("lab"), (file) => file);
    const { bytes } = await lab.accept("hospital", invitation);
    const acceptance = changed(bytes, (file) => file);
    const [{ token }, { hash }] = [
      await parseInvitation(invitation, "i"),
      await parseAcceptance(acceptance, "a"),
    ];
    for (let at = 0; at < invitation.length; at += 5) {
      const flipped = flippedAt(invitation, at);
      assertMatch(await refusal(() => parseInvitation(flipped, "i")), /^(INVITATION|PARTNER)_/, `byte ${at}`);
    }
    for (let at = 0; at < acceptance.length; at += 5) {
      try {
        const read = await parseAcceptance(flippedAt(acceptance, at), "a");
        assert(read.hash !== hash && !await read.isBy(token), `byte ${at}`);
      } catch (cause) {
        assertMatch((cause as MitralError).code, /^(ACCEPTANCE|PARTNER)_/, `byte ${at}`);
      }
    }
  }));

function flippedAt(bytes: Uint8Array, at: number): Uint8Array {
  const flipped = new Uint8Array(bytes);
  flipped[at] ^= 1 << at % 8;
  return flipped;
}

Deno.test("an invitation or an acceptance with a part missing or wrong is refused, and the part named", () =>
  withSides(async (hospital, lab) => {
    const invitation = await hospital.invite("lab");
    const { bytes: acceptance } = await lab.accept("hospital", invitation);
    const wrong = (bytes: Uint8Array, part: string, value: unknown) =>
      changed(bytes, (file) => ({ ...file, [part]: value }));
    const parts: [string, unknown][] = [
      ["format", "mitral-partner"],
      ["version", 2],
      ["created", 7],
      [
        "expires",
        "tomorrow",
      ],
      ["token", "AAAA"],
      ["signature", undefined],
      ["partner", []],
    ];
    for (const [part, value] of parts) {
      const bytes = wrong(invitation, part, value);
      assertEquals(await refusal(() => parseInvitation(bytes, "i")), `INVITATION_FILE_INVALID ${part}`);
    }
    for (
      const [part, value] of [
        ["format", 1],
        ["version", "1"],
        ["invitation", "abc"],
        ["chance", undefined],
        ["proof", "AA"],
      ] as const
    ) {
      const bytes = wrong(acceptance, part, value);
      assertEquals(await refusal(() => parseAcceptance(bytes, "a")), `ACCEPTANCE_FILE_INVALID ${part}`);
    }
    const large = new Uint8Array(200_000).fill(32);
    assertEquals(await refusal(() => parseInvitation(large, "i")), "INVITATION_FILE_INVALID size");
    assertEquals(await refusal(() => parseAcceptance(large, "a")), "ACCEPTANCE_FILE_INVALID size");
    const deep = new TextEncoder().encode(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`);
    assertMatch(await refusal(() => parseInvitation(deep, "i")), /^INVITATION_FILE_INVALID/);
  }));

Deno.test("an invitation is accepted once, not after its end, and by nobody who has sent it", () =>
  withSides(async (hospital, lab) => {
    const invitation = await hospital.invite("lab");
    lab.nowMs += 7 * DAY_MS;
    assertEquals(await refusal(() => lab.accept("hospital", invitation)), "INVITATION_TOKEN_EXPIRED");
    lab.nowMs -= 1;
    await lab.accept("hospital", invitation);
    assertEquals(await refusal(() => lab.accept("hospital", invitation)), "INVITATION_TOKEN_USED");
    assertEquals(await refusal(() => lab.accept("again", invitation)), "INVITATION_TOKEN_USED");
    assertEquals(await refusal(() => hospital.accept("ourselves", invitation)), "RECORD_GATEWAY_OURS");
  }));

Deno.test("an acceptance is taken once, not after the invitation's end, and by nobody who did not invite", () =>
  withSides(async (hospital, lab, root) => {
    const { bytes } = await lab.accept("hospital", await hospital.invite("lab"));
    assertEquals(await refusal(() => lab.take(bytes)), "RECORD_GATEWAY_OURS");
    const stranger = new Side("radiology", root);
    await stranger.invite("lab");
    assertEquals(await refusal(() => stranger.take(bytes)), "ACCEPTANCE_INVITATION_UNKNOWN");
    hospital.nowMs += 7 * DAY_MS;
    assertEquals(await refusal(() => hospital.take(bytes)), "ACCEPTANCE_TOKEN_EXPIRED");
    hospital.nowMs = NOW_MS;
    await hospital.take(bytes);
    assertEquals(await refusal(() => hospital.take(bytes)), "ACCEPTANCE_TOKEN_USED");
    await hospital.confirm("lab");
    assertEquals(await refusal(() => hospital.take(bytes)), "ACCEPTANCE_TOKEN_USED");
  }));

Deno.test("an acceptance is refused where its keys were exchanged, or where somebody made it without the token", () =>
  withSides(async (hospital, lab, root) => {
    const invitation = await hospital.invite("lab");
    const { bytes } = await lab.accept("hospital", invitation);
    const { partnerFile } = await gatewayOf("radiology");
    const theirs = JSON.parse(new TextDecoder().decode(partnerFile));
    const swapped = changed(bytes, (file) => ({ ...file, partner: theirs }));
    assertEquals(await refusal(() => hospital.take(swapped)), "ACCEPTANCE_PROOF_INVALID");
    // Who knows the invitation's hash and not its token.
    const stranger = new Side("radiology", `${root}/aside`);
    const other = await stranger.accept("hospital", await new Side("hospital", `${root}/other`).invite("x"));
    const { invitation: named } = JSON.parse(new TextDecoder().decode(bytes));
    const foreign = changed(other.bytes, (file) => ({ ...file, invitation: named }));
    assertEquals(await refusal(() => hospital.take(foreign)), "ACCEPTANCE_PROOF_INVALID");
    // None of that has used the invitation up.
    assertEquals((await hospital.take(bytes)).held?.partner.gateway, "lab.example");
  }));

Deno.test("whoever answers in another's place has other words", () =>
  withSides(async (hospital, lab, root) => {
    const invitation = await hospital.invite("lab");
    const { record } = await lab.accept("hospital", invitation);
    // The invitation was read on its way, and answered first.
    const thief = new Side("radiology", root);
    const stolen = await thief.accept("hospital", invitation);
    const taken = await hospital.take(stolen.bytes);
    assertNotEquals(wordsFor(taken), wordsFor(record));
    const heard = wordsFor(record)!.join(" ");
    const act = await hospital.act();
    assertEquals(await refusal(() => confirm("lab", heard, act)), "RECORD_WORDS_DIFFERENT");
    assertEquals((await hospital.folder.get("lab")).state, "unconfirmed");
  }));

Deno.test("an invitation that is made anew takes the place of the one before", () =>
  withSides(async (hospital, lab) => {
    const first = await hospital.invite("lab");
    const second = await hospital.invite("lab");
    const late = await lab.accept("hospital", first);
    assertEquals(await refusal(() => hospital.take(late.bytes)), "ACCEPTANCE_INVITATION_UNKNOWN");
    await remove("hospital", await lab.act());
    await hospital.take((await lab.accept("hospital", second)).bytes);
    assertEquals(await refusal(() => hospital.invite("lab")), "RECORD_NAME_TAKEN");
  }));

Deno.test("a partner has one name: neither a gateway twice, nor another under a name that is taken", () =>
  withSides(async (hospital, lab, root) => {
    await meet(hospital, lab);
    const { bytes } = await lab.accept("hospital-2", await new Side("radiology", root).invite("lab"));
    assert(bytes.length > 0);
    const again = await hospital.invite("lab-2");
    assertEquals(await refusal(() => lab.accept("again", again)), "RECORD_GATEWAY_TAKEN");
    assertEquals(await refusal(() => lab.accept("hospital", again)), "RECORD_NAME_TAKEN");
    await remove("hospital", await lab.act());
    const answer = await lab.accept("hospital", again);
    assertEquals(await refusal(() => hospital.take(answer.bytes)), "RECORD_GATEWAY_TAKEN");
    for (const name of ["", "partners", ".lab", "a b", "../lab", "x".repeat(64)]) {
      assertEquals(await refusal(() => hospital.invite(name)), "RECORD_NAME_INVALID", name);
    }
  }));

Deno.test("a partner is confirmed by eight words that were heard, in their order, whatever their case", () =>
  withSides(async (hospital, lab) => {
    await hospital.take((await lab.accept("hospital", await hospital.invite("lab"))).bytes);
    const act = await hospital.act();
    const words = wordsFor(await hospital.folder.get("lab"))!;
    const trials: [string, string][] = [
      ["", "RECORD_WORDS_UNCOUNTED"],
      [words.slice(1).join(" "), "RECORD_WORDS_UNCOUNTED"],
      [[...words, words[0]].join(" "), "RECORD_WORDS_UNCOUNTED"],
      [[...words.slice(1), "mitral"].join(" "), "RECORD_WORD_STRANGE"],
      [words.with(3, words[3] === "zoo" ? "zone" : "zoo").join(" "), "RECORD_WORDS_DIFFERENT"],
    ];
    for (const [heard, code] of trials) {
      assertEquals(await refusal(() => confirm("lab", heard, act)), code, heard);
    }
    const heard = words.map((word) => word.toUpperCase()).join(", ");
    assertEquals((await confirm("lab", heard, act)).state, "active");
    assertEquals(await refusal(() => confirm("lab", heard, act)), "RECORD_STATE_WRONG");
  }));

Deno.test("a refusal says how many words differ, and shows none of ours", () =>
  withSides(async (hospital, lab) => {
    await hospital.take((await lab.accept("hospital", await hospital.invite("lab"))).bytes);
    const words = wordsFor(await hospital.folder.get("lab"))!;
    const heard = words.map((word, at) => at < 2 ? (word === "zoo" ? "zone" : "zoo") : word).join(" ");
    const act = await hospital.act();
    const { message, facts } = await assertRejects(() => confirm("lab", heard, act), MitralError);
    assertEquals(facts, { partner: "lab", of: 8, count: 2 });
    assertEquals(words.some((word) => message.includes(` ${word} `)), false);
  }));

Deno.test("a partner is suspended and resumed only when it is one, and forgotten at any time", () =>
  withSides(async (hospital, lab) => {
    await hospital.invite("lab");
    const act = await hospital.act();
    for (const change of [suspend, resume]) {
      assertEquals(await refusal(() => change("lab", act)), "RECORD_STATE_WRONG");
      assertEquals(await refusal(() => change("nobody", act)), "RECORD_PARTNER_UNKNOWN");
      assertEquals(await refusal(() => change("../lab", act)), "RECORD_PARTNER_UNKNOWN");
    }
    await remove("lab", act);
    assertEquals(await refusal(() => remove("lab", act)), "RECORD_PARTNER_UNKNOWN");
    await meet(hospital, lab);
    assertEquals((await suspend("lab", { ...act, nowMs: NOW_MS + 5, by: "ann" })).changed, {
      atMs: NOW_MS + 5,
      by: "ann",
    });
    assertEquals(await refusal(() => suspend("lab", act)), "RECORD_STATE_WRONG");
    assertEquals((await resume("lab", act)).state, "active");
    await remove("lab", act);
    assertEquals(await hospital.folder.names(), []);
  }));
