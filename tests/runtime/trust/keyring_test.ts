import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { keyringOf, openKeyring } from "../../../runtime/trust/keyring.ts";
import { masterKey } from "../../world/master_key.ts";
import { gatewayOf, MADE_AT_MS } from "./gateways.ts";

/** A disk with the key files of three gateways, and one file that cannot be read. */
async function disk() {
  const files = new Map<string, Uint8Array<ArrayBuffer>>([["/broken.json", new TextEncoder().encode("{}")]]);
  for (const name of ["hospital", "lab", "clinic"]) {
    const { privateFile, partnerFile } = await gatewayOf(name);
    files.set(`/${name}.keys.json`, privateFile).set(`/${name}.json`, partnerFile);
  }
  return {
    read(path: string) {
      const bytes = files.get(path);
      return bytes
        ? Promise.resolve(bytes)
        : Promise.reject(Object.assign(new Error("no such file"), { code: "ENOENT" }));
    },
  };
}

async function open(
  partnerFiles: Record<string, string>,
  identityFile?: string,
  gateway = "hospital.example",
) {
  return await openKeyring({
    gateway,
    identityFile,
    masterKey,
    partnerFiles,
    disk: await disk(),
    clock: { nowMs: () => MADE_AT_MS },
  });
}

const clock = { nowMs: () => MADE_AT_MS };
const codeOf = async (opening: Promise<unknown>) => (await assertRejects(() => opening, MitralError)).code;

Deno.test("keyring speaks of partners by our name, and of gateways by theirs", async () => {
  const keys = await open({ "the-lab": "/lab.json", clinic: "/clinic.json" }, "/hospital.keys.json");
  const lab = (await gatewayOf("lab")).identity;
  assertEquals(keys.gateway, "hospital.example");
  const { gateway, keyId } = keys.encryptionKey("the-lab", ["MLKEM768-X25519"]);
  assertEquals([gateway, keyId], ["lab.example", lab.encryption[0].keyId]);
  assertEquals(keys.verificationKey("lab.example", lab.signing[0].keyId)?.key.type, "public");
  assertEquals(keys.partnerOf("lab.example"), "the-lab");

  assertEquals(
    assertThrows(() => keys.encryptionKey("lab.example", ["MLKEM768-X25519"]), MitralError).code,
    "KEYRING_PARTNER_UNKNOWN",
  );
  assertEquals(keys.verificationKey("the-lab", lab.signing[0].keyId), undefined);
  assertEquals(keys.partnerOf("the-lab"), undefined);
});

Deno.test("keyring takes no gateway for another because a partner is called like it", async () => {
  const keys = await open({ "lab.example": "/clinic.json", "clinic.example": "/lab.json" });
  const lab = (await gatewayOf("lab")).identity;
  assertEquals(keys.verificationKey("lab.example", lab.signing[0].keyId)?.key.type, "public");
  assertEquals(keys.verificationKey("clinic.example", lab.signing[0].keyId), undefined);
  assertEquals(keys.encryptionKey("lab.example", ["MLKEM768-X25519"]).gateway, "clinic.example");
});

Deno.test("keyring has no key of a stranger, nor a partner's key under another id", async () => {
  const keys = await open({ "": "/clinic.json", lab: "/lab.json" }, "/hospital.keys.json");
  const [lab, clinic] = [(await gatewayOf("lab")).identity, (await gatewayOf("clinic")).identity];
  assertEquals(keys.verificationKey("stranger.example", clinic.signing[0].keyId), undefined);
  assertEquals(keys.verificationKey("lab.example", clinic.signing[0].keyId), undefined);
  assertEquals(keys.decryptionKey(lab.encryption[0].keyId), undefined);
});

Deno.test("keyring signs and opens with our own keys", async () => {
  const keys = await open({}, "/hospital.keys.json");
  const { signing, encryption } = (await gatewayOf("hospital")).identity;
  assertEquals(keys.signingKey().keyId, signing[0].keyId);
  assertEquals(keys.signingKey().key.type, "private");
  assertEquals(keys.decryptionKey(encryption[0].keyId)?.key.type, "private");
});

Deno.test("keyring without keys of its own can name partners, but not seal or open", async () => {
  const keys = await open({ lab: "/lab.json" });
  assertEquals(keys.encryptionKey("lab", ["MLKEM768-X25519"]).gateway, "lab.example");
  for (const use of [() => keys.signingKey(), () => keys.decryptionKey("0000000000000000")]) {
    assertEquals(assertThrows(use, MitralError).code, "KEYRING_IDENTITY_MISSING");
  }
});

Deno.test("keyring is not opened over a file that is missing or broken", async () => {
  assertEquals(await codeOf(open({}, "/gone.json")), "KEYRING_FILE_UNREADABLE");
  assertEquals(await codeOf(open({ lab: "/gone.json" })), "KEYRING_FILE_UNREADABLE");
  assertEquals(await codeOf(open({}, "/broken.json")), "IDENTITY_FILE_INVALID");
  assertEquals(await codeOf(open({ lab: "/broken.json" })), "PARTNER_FILE_INVALID");
  assertEquals(await codeOf(open({ lab: "/lab.keys.json" })), "PARTNER_FILE_INVALID");
  assertEquals(await codeOf(open({}, "/hospital.json")), "IDENTITY_FILE_INVALID");
  const error = await assertRejects(() => open({ lab: "/gone.json" }), MitralError);
  assertEquals(error.message, "Cannot read key file /gone.json: ENOENT");
});

Deno.test("keyring is not opened over files of the wrong gateway", async () => {
  assertEquals(await codeOf(open({}, "/lab.keys.json")), "KEYRING_GATEWAY_MISMATCHED");
  assertEquals(await codeOf(open({ lab: "/hospital.json" })), "KEYRING_PARTNER_OURSELVES");
  assertEquals(await codeOf(open({ lab: "/lab.json", "new-lab": "/lab.json" })), "KEYRING_PARTNER_REPEATED");
});

Deno.test("keyring uses the first key, and still opens and verifies with the others", async () => {
  const [old, next] = [(await gatewayOf("lab")).identity, (await gatewayOf("clinic")).identity];
  const rotated = {
    ...old,
    signing: [next.signing[0], old.signing[0]] as const,
    encryption: [next.encryption[0], old.encryption[0]] as const,
  };
  const own = keyringOf({ gateway: "lab.example", clock, identity: rotated, partners: {} });
  assertEquals(own.signingKey().keyId, next.signing[0].keyId);
  assertEquals(own.decryptionKey(old.encryption[0].keyId)?.key.type, "private");

  const publicHalves = ({ algorithm, keyId, publicKey, publicBytes }: typeof next.signing[0]) => ({
    algorithm,
    keyId,
    key: publicKey,
    publicBytes,
  });
  const partner = {
    ...(await gatewayOf("lab")).partner,
    signing: [publicHalves(next.signing[0]), publicHalves(old.signing[0])] as const,
  };
  const theirs = keyringOf({ gateway: "hospital.example", clock, partners: { lab: partner } });
  for (const { keyId } of rotated.signing) {
    assertEquals(theirs.verificationKey("lab.example", keyId)?.key.type, "public");
  }
});
