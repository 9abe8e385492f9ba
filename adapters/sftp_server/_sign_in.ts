import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { KEY_TROUBLES, type PublicKey, readPublicKey } from "../_kit/ssh/keys.ts";
import type { AuthContext, PasswordAuthContext, PublicKeyAuthContext } from "../_kit/ssh/ssh2.ts";
import { addressBytes, isWithin, networkOf } from "../_kit/limits/network.ts";
import type { Partner, Tools } from "./_listener_spec.ts";

/** What of its tools signing in needs. */
type SignInTools = Pick<Tools, "config" | "world" | "report" | "error" | "fail">;

/** Bytes of a file of keys that are read. */
const KEYS_BYTES_MAX = 256 * 1024;

/**
 * What an attempt to sign in comes to. `offered`: such a key would do, and is still to be proven. `passed`: this way is
 * not ours, or the key is another; clients try what they have. `failed`: a wrong password, or a proof that proves nothing.
 */
export type Verdict = "signedIn" | "offered" | "passed" | "failed";

/** Who may sign in, and by what. Nobody learns whether a name is known: what is unknown is refused as what is wrong is. */
export class SignIn {
  readonly #tools: SignInTools;
  readonly #keys = new Map<string, readonly PublicKey[]>();
  /** The ways there are, for everybody. */
  readonly methods: ("publickey" | "password")[];

  /** Errors: SFTP_SERVER_PARTNER_KEY_UNUSABLE. */
  constructor(tools: SignInTools) {
    const { config: { partners }, fail } = tools;
    this.#tools = tools;
    for (const [partner, { keys = [] }] of Object.entries(partners)) {
      const read = keys.map((line, at) => {
        const key = readPublicKey(line);
        if (typeof key !== "string") return key;
        const facts = { number: at + 1, partner, trouble: KEY_TROUBLES[key] };
        return fail("SFTP_SERVER_PARTNER_KEY_UNUSABLE", facts);
      });
      this.#keys.set(partner, read);
    }
    const havePasswords = Object.values(partners).some(({ password }) => password !== undefined);
    this.methods = havePasswords ? ["publickey", "password"] : ["publickey"];
  }

  /** `address`: where the peer is, without a port. */
  async judge(attempt: AuthContext, address: string): Promise<Verdict> {
    const { username: name } = attempt;
    const { partners } = this.#tools.config;
    const partner = Object.hasOwn(partners, name) && isAllowed(partners[name], address)
      ? partners[name]
      : undefined;
    switch (attempt.method) {
      case "publickey":
        return partner ? await this.#judgeKey(attempt, name, partner) : "passed";
      case "password":
        return await this.#hasPassword(attempt, partner) ? "signedIn" : "failed";
      default:
        return "passed";
    }
  }

  async #judgeKey(attempt: PublicKeyAuthContext, name: string, partner: Partner): Promise<Verdict> {
    const { key: { algo, data }, signature, blob, hashAlgo } = attempt;
    // An RSA key that would sign with SHA-1 (RFC 8332).
    if (algo === "ssh-rsa" && hashAlgo !== "sha256" && hashAlgo !== "sha512") return "passed";
    const known = [...this.#keys.get(name)!, ...await this.#keysOfFile(name, partner)];
    const found = known.find((key) => Buffer.compare(key.blob, data) === 0);
    if (!found || found.type !== algo) return "passed";
    if (!signature) return "offered";
    return blob && found.key.verify(blob, signature, hashAlgo) === true ? "signedIn" : "failed";
  }

  async #keysOfFile(name: string, { keysFile }: Partner): Promise<readonly PublicKey[]> {
    if (keysFile === undefined) return [];
    const { world: { disk }, report, error } = this.#tools;
    try {
      const { size = 0 } = await disk.facts(keysFile) ?? {};
      if (size > KEYS_BYTES_MAX) throw Object.assign(new Error("too large"), { code: "EFBIG" });
      const lines = (await disk.readText(keysFile)).split("\n").filter((line) => /^\s*[^#\s]/.test(line));
      const keys = lines.map(readPublicKey).filter((key) => typeof key !== "string");
      const unreadable = lines.length - keys.length;
      if (unreadable > 0) report({ name: "keysSkipped", facts: { partner: name, count: unreadable } });
      return keys;
    } catch (cause) {
      const reason = String((cause as { code?: unknown }).code ?? "unknown");
      const facts = { partner: name, reason };
      report({ name: "keysUnreadable", facts, error: error("SFTP_SERVER_KEYS_UNREADABLE", facts, cause) });
      return [];
    }
  }

  async #hasPassword(attempt: PasswordAuthContext, partner: Partner | undefined): Promise<boolean> {
    const expected = await partner?.password?.fresh();
    // As long for who is unknown.
    const isRight = timingSafeEqual(digestOf(attempt.password), digestOf(expected ?? ""));
    return isRight && expected !== undefined && expected !== "";
  }
}

function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

function isAllowed({ allow }: Partner, address: string): boolean {
  if (!allow) return true;
  const bytes = addressBytes(address);
  const networks = allow.flatMap((network) => networkOf(network) ?? []);
  return bytes !== undefined && networks.some((network) => isWithin(bytes, network));
}
