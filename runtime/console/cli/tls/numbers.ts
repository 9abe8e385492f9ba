/** The numbers of TLS that are met in a handshake (IANA, "TLS Parameters"), with their names. */

/** Versions by number. Written as a list since keys that are numbers would come sorted. */
export const versions: ReadonlyMap<number, string> = new Map([
  [0x0304, "TLS 1.3"],
  [0x0303, "TLS 1.2"],
  [0x0302, "TLS 1.1"],
  [0x0301, "TLS 1.0"],
]);

/** A cipher suite. */
export interface Cipher {
  readonly name: string;
  /** Of TLS 1.3 alone: the hash of its key schedule, and how it seals. */
  readonly schedule?: {
    readonly hash: "sha256" | "sha384";
    readonly aead: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";
    readonly keyBytes: 16 | 32;
  };
  /** True for those nobody should use any longer, and Mitral does not speak. */
  readonly isOld?: true;
}

/** Cipher suites by number, the better ones first. */
export const ciphers: ReadonlyMap<number, Cipher> = new Map<number, Cipher>([
  [0x1301, {
    name: "TLS_AES_128_GCM_SHA256",
    schedule: { hash: "sha256", aead: "aes-128-gcm", keyBytes: 16 },
  }],
  [0x1302, {
    name: "TLS_AES_256_GCM_SHA384",
    schedule: { hash: "sha384", aead: "aes-256-gcm", keyBytes: 32 },
  }],
  [0x1303, {
    name: "TLS_CHACHA20_POLY1305_SHA256",
    schedule: { hash: "sha256", aead: "chacha20-poly1305", keyBytes: 32 },
  }],
  [0xc02b, { name: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" }],
  [0xc02f, { name: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" }],
  [0xc02c, { name: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" }],
  [0xc030, { name: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" }],
  [0xcca9, { name: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" }],
  [0xcca8, { name: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" }],
  [0x009e, { name: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", isOld: true }],
  [0x009f, { name: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", isOld: true }],
  [0xc023, { name: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", isOld: true }],
  [0xc027, { name: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", isOld: true }],
  [0xc009, { name: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", isOld: true }],
  [0xc013, { name: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", isOld: true }],
  [0xc00a, { name: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", isOld: true }],
  [0xc014, { name: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", isOld: true }],
  [0x0033, { name: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", isOld: true }],
  [0x0039, { name: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", isOld: true }],
  [0x009c, { name: "TLS_RSA_WITH_AES_128_GCM_SHA256", isOld: true }],
  [0x009d, { name: "TLS_RSA_WITH_AES_256_GCM_SHA384", isOld: true }],
  [0x003c, { name: "TLS_RSA_WITH_AES_128_CBC_SHA256", isOld: true }],
  [0x003d, { name: "TLS_RSA_WITH_AES_256_CBC_SHA256", isOld: true }],
  [0x002f, { name: "TLS_RSA_WITH_AES_128_CBC_SHA", isOld: true }],
  [0x0035, { name: "TLS_RSA_WITH_AES_256_CBC_SHA", isOld: true }],
  [0x000a, { name: "TLS_RSA_WITH_3DES_EDE_CBC_SHA", isOld: true }],
]);

/** Names of alerts (RFC 8446 section 6). */
export const alerts: ReadonlyMap<number, string> = new Map([
  [0, "close_notify"],
  [10, "unexpected_message"],
  [20, "bad_record_mac"],
  [40, "handshake_failure"],
  [42, "bad_certificate"],
  [43, "unsupported_certificate"],
  [44, "certificate_revoked"],
  [45, "certificate_expired"],
  [46, "certificate_unknown"],
  [47, "illegal_parameter"],
  [48, "unknown_ca"],
  [49, "access_denied"],
  [50, "decode_error"],
  [51, "decrypt_error"],
  [70, "protocol_version"],
  [71, "insufficient_security"],
  [80, "internal_error"],
  [86, "inappropriate_fallback"],
  [90, "user_canceled"],
  [109, "missing_extension"],
  [112, "unrecognized_name"],
  [116, "certificate_required"],
  [120, "no_application_protocol"],
]);
