import type { Fault } from "../../../runtime/contract/error.ts";
import { connectFaults } from "../../_kit/net/faults.ts";

/** Why nobody is signed in at an SFTP server, or no longer. */
export const connectErrors = {
  ...connectFaults("SFTP"),
  SFTP_KEY_UNUSABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot sign in at {host}: {setting} {trouble}",
    isUnsent: true,
  },
  SFTP_SECRET_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot sign in at {host}: {setting} cannot be read",
    isUnsent: true,
  },
  SFTP_KNOWNHOSTS_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot trust {host}: knownHosts cannot be read ({reason})",
  },
  SFTP_HOSTKEY_UNKNOWN: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot trust {host} port {port}: its {keyType} key is {fingerprint}, and none of that kind is pinned; have its keeper confirm it, then add it to {where}",
  },
  SFTP_HOSTKEY_CHANGED: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot trust {host} port {port}: ITS KEY IS NOT THE ONE IN {where} but the {keyType} key {fingerprint}; somebody may be listening in between, or it was replaced: let nobody sign in before its keeper has confirmed it",
  },
  SFTP_HOSTKEY_REVOKED: {
    blame: "operator",
    retry: "later",
    says: "Cannot trust {host} port {port}: knownHosts has its {keyType} key {fingerprint} as revoked",
  },
  SFTP_HANDSHAKE_FAILED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot connect: {host} port {port} does not speak SSH with us ({reason})",
    isUnsent: true,
  },
  SFTP_ALGORITHMS_WEAK: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot connect: {host} port {port} has no {kind} that is safe enough; nothing with SHA-1 or CBC is spoken",
    isUnsent: true,
  },
  SFTP_SIGNIN_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot sign in: {host} port {port} did not let us in within signInMsMax ({signInMsMax})",
    isUnsent: true,
  },
  SFTP_SIGNIN_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot sign in: {host} port {port} refuses {user}; tried {tried}, and it takes {takes}",
    isUnsent: true,
  },
  SFTP_PASSWORD_EXPIRED: {
    blame: "operator",
    retry: "later",
    says: "Cannot sign in: {host} port {port} wants another password for {user}",
    isUnsent: true,
  },
  SFTP_TUNNEL_REFUSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot connect: {via} does not lead to {host} port {port} ({reason})",
    isUnsent: true,
  },
  SFTP_SUBSYSTEM_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot transfer files: {host} port {port} lets {user} in, but offers no SFTP",
  },
  SFTP_CONNECTION_LOST: {
    blame: "receiver",
    retry: "later",
    says: "Cannot transfer files: the connection to {host} port {port} has ended",
  },
  SFTP_ANSWER_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot transfer files: {host} port {port} answered nothing within answerMsMax ({answerMsMax})",
  },
} as const satisfies Record<string, Fault>;

/** Code of one of them. */
export type ConnectCode = keyof typeof connectErrors;
