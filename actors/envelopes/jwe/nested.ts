import type { Keyring } from "../../../runtime/contract/envelope.ts";
import { textOf, toBase64Url, utf8 } from "../_kit/bytes.ts";
import { isObject, mismatch } from "../_kit/json.ts";
import { isSigning, readJwsHeader, signJws, verifyJws } from "../_kit/jws.ts";
import { type PublicPart, readAddressees, wrongField } from "../_kit/public_part.ts";
import { words } from "./errors.ts";
import { type Label, PAYLOAD_TYPE } from "./layout.ts";

/** Signs a message together with what the sender states of it: the whole public part, its addressees included. */
export async function signPayload(
  pub: PublicPart,
  payload: Uint8Array,
  keys: Pick<Keyring, "signingKey">,
): Promise<string> {
  return await signJws(PAYLOAD_TYPE, payload, keys.signingKey(), { seal: pub });
}

/** A message whose signature was checked. */
export interface Signed {
  readonly pub: PublicPart;
  readonly payload: Uint8Array;
  /** The JWS with its content detached (RFC 7515 appendix F): with the message beside it, evidence. */
  readonly signed: Uint8Array;
}

/**
 * Checks that the gateway in the label signed this message, for these addressees: who opens one cannot seal it anew for
 * somebody else. Fails by JWE_SIGNATURE_INVALID, JWE_VERSION_UNSUPPORTED, JWE_SIGNER_UNKNOWN, JWE_STATEMENT_MISMATCHED.
 */
export async function verifyPayload(inside: Uint8Array, label: Label, keys: Keyring): Promise<Signed> {
  const { fail } = words;
  const jws = textOf(inside) ?? fail("SIGNATURE_INVALID");
  const header = readJwsHeader(PAYLOAD_TYPE, jws, ["seal"]) ?? fail("SIGNATURE_INVALID");
  if (!isSigning(header.alg)) fail("VERSION_UNSUPPORTED", { field: "signature" });
  const key = keys.verificationKey(label.from, header.kid) ?? fail("SIGNER_UNKNOWN");
  const payload = await verifyJws(jws, key) ?? fail("SIGNATURE_INVALID");
  const { seal } = header;
  const mismatched = (field: string) => fail("STATEMENT_MISMATCHED", { field });
  if (!isObject(seal)) return mismatched("seal");
  const different = mismatch(seal, { ...label });
  if (different !== undefined) mismatched(different);
  const { to, ...rest } = seal;
  const wrong = readAddressees(to) ? wrongField(rest) : "to";
  if (wrong !== undefined) mismatched(wrong);
  return { pub: seal as unknown as PublicPart, payload, signed: detach(jws) };
}

/** A JWS without its content (RFC 7515 appendix F): with the message beside it, evidence. */
export function detach(jws: string): Uint8Array {
  const [head, , signature] = jws.split(".");
  return utf8(`${head}..${signature}`);
}

/** Puts a message back into the JWS it was detached from. */
export function attach(signed: Uint8Array, payload: Uint8Array): string {
  const [head, , signature] = (textOf(signed) ?? "").split(".");
  return `${head}.${toBase64Url(payload)}.${signature}`;
}
