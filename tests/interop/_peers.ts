/** Programs that other people wrote, for the tests to talk to. */

/** Where NATS's server is that is not on the path: releases of Debian have older ones. */
export const NATS_SERVER = Deno.env.get("MITRAL_NATS_SERVER") || "nats-server";

/** What a peer is found by: each program in turn, called to see whether it is there. */
const PEERS = {
  "age": [["age", "--version"]],
  "bash": [["bash", "--version"]],
  "chromium": [["chromium", "--version"]],
  "curl": [["curl", "--version"]],
  // It has no call that only says whether it is there; nor have the plugins below, which are files.
  "charon-systemd": [["/usr/bin/env", "test", "-x", "/usr/sbin/charon-systemd"]],
  "dash": [["dash", "-c", "exit"]],
  "fish": [["fish", "--version"]],
  "gpg": [["gpg", "--version"]],
  "iproute2": [["ip", "-V"], ["/usr/sbin/ip", "-V"]],
  "libcharon-extra-plugins": [[
    "/usr/bin/env",
    "test",
    "-e",
    "/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so",
  ]],
  "libstrongswan-standard-plugins": [[
    "/usr/bin/env",
    "test",
    "-e",
    "/usr/lib/ipsec/plugins/libstrongswan-openssl.so",
  ]],
  // Found by one of its programs, as poppler-utils are: none has a call that only says whether it is there.
  "libtiff-tools": [["/usr/bin/env", "test", "-x", "/usr/bin/tiffcp"]],
  "nats-server": [[NATS_SERVER, "--version"]],
  "netpbm": [["pngtopam", "--version"]],
  "nftables": [["nft", "--version"], ["/usr/sbin/nft", "--version"]],
  "nginx-light": [["/usr/sbin/nginx", "-v"], ["nginx", "-v"]],
  // It has no call that only says whether it is there.
  "openssh-server": [["/usr/bin/env", "test", "-x", "/usr/sbin/sshd"]],
  "openssh-client": [["ssh", "-V"]],
  "openssl": [["openssl", "version"]],
  "poppler-utils": [["/usr/bin/env", "test", "-x", "/usr/bin/pdftoppm"]],
  // A version manager's python3 need not be the one Debian's package belongs to.
  "python3": [["python3", "--version"], ["/usr/bin/python3", "--version"]],
  // One that has ML-KEM goes before one that does not.
  "python3-cryptography": [
    ["python3", "-c", "import cryptography.hazmat.primitives.asymmetric.mlkem"],
    ["/usr/bin/python3", "-c", "import cryptography"],
    ["python3", "-c", "import cryptography"],
  ],
  "python3-hl7": [["python3", "-c", "import hl7.mllp"], ["/usr/bin/python3", "-c", "import hl7.mllp"]],
  "python3-jwcrypto": [["/usr/bin/python3", "-c", "import jwcrypto"], ["python3", "-c", "import jwcrypto"]],
  "python3-paramiko": [["/usr/bin/python3", "-c", "import paramiko"], ["python3", "-c", "import paramiko"]],
  "qpdf": [["qpdf", "--version"]],
  "rsyslog": [["/usr/sbin/rsyslogd", "-v"], ["rsyslogd", "-v"]],
  "strongswan-swanctl": [["/usr/bin/env", "test", "-x", "/usr/sbin/swanctl"]],
  "stunnel4": [["stunnel4", "-version"]],
  "systemd": [["systemd-analyze", "--version"]],
  "tcpdump": [["tcpdump", "--version"], ["/usr/sbin/tcpdump", "--version"]],
  "tesseract-ocr": [["tesseract", "--version"]],
  "wireguard-go": [["wireguard-go", "--version"]],
  "wireguard-tools": [["wg", "--version"]],
  "zsh": [["zsh", "--version"]],
} as const satisfies Readonly<Record<string, readonly (readonly [string, ...string[]])[]>>;

/** The oldest version the tests can use, where any will not do; `program --version` tells which it is. */
const OLDEST: Readonly<Record<string, string>> = { "nats-server": "2.15.0" };

/** A peer on this machine, or the lack of it. */
export interface Peer {
  /** True where the tests that need it are to be skipped. */
  readonly missing: boolean;
  /** Starts it. */
  command(args: readonly string[], options?: Deno.CommandOptions): Deno.Command;
}

/**
 * Finds a peer. Where it is not installed this says so, and the tests are skipped; with `MITRAL_REQUIRE_PEERS=1` it
 * throws, and they fail.
 */
export async function requirePeer(name: keyof typeof PEERS): Promise<Peer> {
  for (const [program, ...args] of PEERS[name]) {
    if (!await runs(program, args, OLDEST[name])) continue;
    return {
      missing: false,
      command: (args, options) => new Deno.Command(program, { ...options, args: [...args] }),
    };
  }
  if (Deno.env.get("MITRAL_REQUIRE_PEERS") === "1") throw new Error(`${name} is needed and not installed`);
  console.warn(`SKIP: ${name} is not installed`);
  return {
    missing: true,
    command() {
      throw new Error(`${name} is not installed`);
    },
  };
}

async function runs(program: string, args: readonly string[], oldest?: string): Promise<boolean> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args: [...args], stderr: "null" }).output();
    return success && (oldest === undefined || isSince(new TextDecoder().decode(stdout), oldest));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw cause;
  }
}

/** Whether a text names a version that is `oldest` or a later one. */
function isSince(text: string, oldest: string): boolean {
  const found = /\d+\.\d+\.\d+/.exec(text)?.[0] ?? "0.0.0";
  return found.localeCompare(oldest, "en", { numeric: true }) >= 0;
}
