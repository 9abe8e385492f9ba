import { opener } from "./identity.ts";
import { identityErrors } from "./identity_errors.ts";
import type { MasterKey } from "./master_key.ts";
import type { PrivateFile } from "./private_file.ts";
import { tryWireGuardKey, type WireGuardKey } from "./wireguard_key.ts";

/** A gateway's key for WireGuard with its private half, for the program that speaks it. */
export interface WireGuardSecret {
  readonly key: WireGuardKey;
  /** The private half as `wg` reads it from a file: base64 in a line of its own. */
  readonly keyFile: Uint8Array<ArrayBuffer>;
}

/**
 * Opens the key for WireGuard. `file` names the private file in errors. Errors: IDENTITY_WIREGUARD_MISSING,
 * IDENTITY_MASTER_MISSING, IDENTITY_MASTER_WRONG, IDENTITY_KEY_ALTERED, IDENTITY_KEY_MISMATCHED.
 */
export async function openWireGuardSecret(
  keys: PrivateFile,
  file: string,
  masterKey?: MasterKey,
): Promise<WireGuardSecret> {
  const { fail } = identityErrors;
  const kind = "wireguard";
  const { half, keyId, publicBytes } = keys.wireguard ?? fail("IDENTITY_WIREGUARD_MISSING", { file });
  const privateBytes = await opener(keys, file, masterKey)({ kind, keyId, half, part: kind });
  const mismatched = () => fail("IDENTITY_KEY_MISMATCHED", { file, part: kind });
  const key = await tryWireGuardKey({ privateBytes, publicBytes }).catch(mismatched);
  if (key.keyId !== keyId) mismatched();
  return { key, keyFile: new TextEncoder().encode(`${privateBytes.toBase64()}\n`) };
}
