import { declareErrors } from "../contract/error.ts";

/** Errors of a gateway's own keys. None shows key material. */
export const identityErrors = declareErrors("identity", {
  IDENTITY_NAME_INVALID: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot make keys: a gateway's name is 1 to 128 letters, digits, dots, colons, hyphens, underscores or at signs",
  },
  IDENTITY_FILE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read keys from {file}: {part} is missing or not as it must be",
  },
  IDENTITY_KEY_MISMATCHED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use keys from {file}: the halves or the id of {part} do not belong together",
  },
  IDENTITY_FILE_ALTERED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use keys from {file}: something in it was changed since it was written",
  },
  IDENTITY_KEY_ALTERED: {
    blame: "operator",
    retry: "never",
    says: "Cannot open keys from {file}: {part} was altered or damaged since it was sealed",
  },
  IDENTITY_MASTER_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot open keys from {file}: they are sealed under the master key {needed}, and there is none",
  },
  IDENTITY_MASTER_WRONG: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot open keys from {file}: they are sealed under the master key {needed}, and this one is {found}",
  },
  IDENTITY_FILE_UNSEALED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot keep keys in {file} from who can read it: they are in clear; seal them by `mitral keys seal`",
  },
  IDENTITY_LEDGER_MISSING: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot have the ledger witnessed: {file} has no key that signs its heads; `mitral keys seal` adds it",
  },
  IDENTITY_WIREGUARD_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot make a tunnel: {file} has no key for WireGuard; `mitral keys rotate wireguard` adds it",
  },
  IDENTITY_KEY_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot revoke key {kid}: it is not among the keys of {gateway} that can be",
  },
  IDENTITY_ROOT_FIXED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot revoke key {kid}: it is the root key that partners know {gateway} by; make keys anew and introduce yourself again",
  },
  IDENTITY_KEY_LAST: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot revoke key {kid}: {gateway} has no other {algorithm} key that is valid now and has no end; make one by `mitral keys rotate --now`",
  },
  IDENTITY_KEYS_PENDING: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot make next keys: those of {gateway} that begin at {from} are not in use yet; `--now` has them begin at once",
  },
  IDENTITY_KEYS_FULL: {
    blame: "operator",
    retry: "later",
    says: "Cannot make next keys: {gateway} has {max} {kind} keys already, and none of them is done with",
  },
});
