import vectorFile from "../../../docs/vectors/jwe.json" with { type: "json" };
import age from "../../../actors/envelopes/age/mod.ts";
import jwe from "../../../actors/envelopes/jwe/mod.ts";
import { readParts } from "../../../actors/envelopes/hpke/header.ts";
import hpke from "../../../actors/envelopes/hpke/mod.ts";
import { bindEnvelope, type Keyring, type Statement } from "../../../runtime/contract/envelope.ts";
import { parseIdentity } from "../../../runtime/trust/identity.ts";
import { parsePrivateFile } from "../../../runtime/trust/private_file.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { parsePartnerFile } from "../../../runtime/trust/partner_file.ts";
import { errorTable } from "../../../runtime/contract/error.ts";
import { masterKey } from "../../world/master_key.ts";
import { gatewayOf, testKeyring } from "../../runtime/trust/gateways.ts";
import { gatewaysOf, type JweVectors } from "../../actors/envelopes/jwe/_vectors.ts";
import { bytesOf, must, type Target } from "../target.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const PAYLOAD = bytesOf("MSH|^~\\&|A|B\r");
const { fail } = errorTable("hpke", hpke.errors);
const keysOf = (own: string, partner: string) => testKeyring(own, [partner]);
const bind = (keys: Awaited<ReturnType<typeof keysOf>>) =>
  bindEnvelope(hpke, { profile: "any" }, keys, { nowMs: () => NOW_MS });
const hospital = await keysOf("hospital", "lab");
const statement: Statement = {
  id: "m1",
  from: "hospital.example",
  channel: "lab",
  epoch: 1,
  sequence: 7,
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 1_000,
  contentType: "text/plain",
};
const { bytes: sealed } = await bind(hospital).seal(PAYLOAD, statement, ["lab"]);
const lab = bind(await keysOf("lab", "hospital"));

/** Sealed messages, opened: what opens is what was sealed. */
export const envelopeTarget: Target = {
  name: "envelope",
  seeds: [sealed],
  words: [
    "{",
    "}",
    '"',
    ",",
    ":",
    "rcpt",
    '"v":1',
    '"kid":"',
    "\0\0\0\x01",
    "\xff",
    "lab.example",
    "null",
    "-1",
    "1e99",
  ],
  async attempt(input) {
    readParts(input, fail);
    const { payload } = await lab.open(input);
    must(payload.toHex() === PAYLOAD.toHex(), "nothing opens but what was sealed");
    return payload;
  },
};

const vectors = vectorFile as unknown as JweVectors;
const partners = await gatewaysOf(vectors.keys);
const joseLab = bindEnvelope(jwe, {}, partners.lab, { nowMs: () => vectors.now });

/** Sealed messages of other stacks, opened: what opens is what was sealed. */
export const jweTarget: Target = {
  name: "jwe",
  seeds: vectors.opens.map(({ sealed }) => bytesOf(sealed)),
  words: [
    "{",
    "}",
    '"',
    ".",
    "recipients",
    '"epk":',
    "eyJhbGciOiJub25lIn0",
    "A",
    "-",
    "_",
    "=",
    '\\"',
    "\xff",
  ],
  async attempt(input) {
    const { payload } = await joseLab.open(input);
    const found = payload.toBase64({ alphabet: "base64url", omitPadding: true });
    must(vectors.opens.some((each) => each.payload === found), "nothing opens but what was sealed");
    return payload;
  },
};

const AGE_IDENTITY = "AGE-SECRET-KEY-1FR3A8NHHEDK8YGEQDSN0F8S0HZJ620V7UWTFHD74SHPG873Q85FSN23SYS";
const AGE_RECIPIENT = "age1gvfrcnw7ck4uuejfkr6ukfhz0wy9v5n0ewgw322wkva39r0ddpkqel4gl6";
const ageSettings = {
  recipients: [AGE_RECIPIENT],
  recipientsFile: undefined,
  identity: secretOf(AGE_IDENTITY),
};
const ageOf = (keys: Keyring, signed: boolean) =>
  bindEnvelope(age, { ...ageSettings, signed }, keys, { nowMs: () => NOW_MS });
const [unsigned, signed] = [ageOf(hospital, false), ageOf(await keysOf("lab", "hospital"), true)];
const statementOfSealed = await (async () => {
  const { bytes: sealed } = await ageOf(hospital, true).seal(PAYLOAD, statement, ["lab"]);
  return (await unsigned.open(sealed)).payload;
})();

/** What stands in a file of age where a statement is asked for: encrypted as it is, then opened. */
export const ageTarget: Target = {
  name: "age",
  seeds: [statementOfSealed],
  words: ["\n", ".", "eyJhbGciOiJub25lIn0", "A", "-", "_", "=", "\0", "\xff"],
  async attempt(input) {
    const { payload } = await signed.open((await unsigned.seal(input, statement, [])).bytes);
    must(payload.toHex() === PAYLOAD.toHex(), "nothing opens but what was signed");
    return payload;
  },
};

const { partnerFile, privateFile } = await gatewayOf("hospital");
const oldFile = (name: string) =>
  Deno.readFile(new URL(`../../runtime/trust/version_1/${name}.json`, import.meta.url));

/** Files of partners' keys. */
export const partnerFileTarget: Target = {
  name: "partner-file",
  seeds: [partnerFile, await oldFile("partner")],
  words: ["{", "}", "[", "]", '"', ",", ":", "null", "-1", "__proto__", "A", "=="],
  attempt: (input) => parsePartnerFile(input, "partner.json"),
};

/** A gateway's own file of keys: what opens are the keys it says, by their ids. */
export const privateFileTarget: Target = {
  name: "private-file",
  seeds: [privateFile, await oldFile("gateway")],
  words: ["{", "}", "[", "]", '"', ",", ":", "null", "-1", "__proto__", "A", "==", '"version":1', "ES256"],
  async attempt(input) {
    const { root, signing, encryption } = parsePrivateFile(input, "keys.json");
    const identity = await parseIdentity(input, "keys.json", masterKey);
    const ids = (keys: readonly { readonly keyId: string }[]) => keys.map(({ keyId }) => keyId).join();
    must(
      ids([identity.root, ...identity.signing, ...identity.encryption]) ===
        ids([root, ...signing, ...encryption]),
      "the keys are those the file says",
    );
    return identity;
  },
};
