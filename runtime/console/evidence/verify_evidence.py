#!/usr/bin/env python3
"""Checks a folder of evidence about one message, with Python 3.8 or later and openssl 3 or later.

    python3 verify_evidence.py FOLDER --root GATEWAY=FINGERPRINT --root GATEWAY=FINGERPRINT

Nothing in the folder is believed because it is there. What has to come from somewhere else is the fingerprint of each
gateway: ask the organisation that runs it. Without --root, the fingerprints that the folder itself names are printed.

    --payload FILE        the payload, where the folder does not have it
    --partner-file FILE   another file of keys, from the gateway itself: shows what has been revoked since; may be repeated
    --unwitnessed         do without a witness: then a gateway's ledger rests on that gateway's word alone

Exit code 0: everything holds. 1: something does not. 2: no fingerprints, or a wrong call. 3: no openssl that can do it.
The format is described in docs/evidence.md of Mitral.
"""

import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]  # The folder this script is in: nothing that lies beside it may pass for a module of Python's.

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import os
import re
import stat
import subprocess
import tempfile

SKEW_MS = 300_000  # How far the clocks of two gateways may lie apart.
SAFE_INTEGER_MAX = 2**53 - 1
FILES_MAX = 2_000
SALT_BYTES = 16
TIME_MS_MAX = 253_402_300_799_000  # The last second of the year 9999.
SPKI = {  # What stands before a public key in SubjectPublicKeyInfo (RFC 8410, RFC 5480), and how long the key is.
    "Ed25519": (bytes.fromhex("302a300506032b6570032100"), 32),
    "ES256": (bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200"), 65),
}
KINDS = {  # What a file may be, what it is called then, and how many bytes it may have.
    "payload": ("payload", 2**29),
    "received": ("received", 2**29),
    "salt": ("salt", SALT_BYTES),
    "statement": (r"statement\.jws", 131_072),
    "receipt": (r"receipt\.jws", 16_384),
    "entry": (r"entry-[0-9]{1,10}-[0-9]{1,13}\.json", 65_535),
    "proof": (r"entry-[0-9]{1,10}-[0-9]{1,13}\.tlog-proof", 65_536),
    "keys": (r"keys/[0-9]{1,3}-[A-Za-z0-9._-]{1,140}\.json", 131_072),
    "script": (r"verify_evidence\.py", 262_144),
    "readme": (r"README\.txt", 65_536),
}
ENTRY_FIELDS = {
    **{name: str for name in ("k", "ch", "dst", "id", "by", "act", "out", "code", "gw", "before")},
    **{name: "hash" for name in ("body", "stmt", "env", "rcpt", "hash")},
    **{name: int for name in ("v", "t", "ser")},
}


class Refused(Exception):
    """The evidence does not hold, and why."""


def need(holds, why):
    if not holds:
        raise Refused(why)


def shown(text, most=200):
    """A text from the folder, made safe for a terminal."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(text))
    return text if len(text) <= most else text[:most] + "..."


def moment(ms):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)).isoformat(" ", "seconds") + " UTC"


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


# --- Reading what nobody vouches for -------------------------------------------------------------------------------


def read_file(path, most, what):
    """The bytes of a plain file, which may be no link, no pipe and no larger than it may be."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) |
                         getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        raise Refused(f"{what} cannot be read") from None
    try:
        facts = os.fstat(handle)
        need(stat.S_ISREG(facts.st_mode), f"{what} is not a plain file")
        need(facts.st_size <= most, f"{what} is larger than {most} bytes")
        with os.fdopen(handle, "rb", closefd=False) as opened:
            read = opened.read(most + 1)
    finally:
        os.close(handle)
    need(len(read) <= most, f"{what} is larger than {most} bytes")
    return read


def text_of(read, what):
    try:
        return read.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{what} is not UTF-8") from None


def json_object(read, what):
    """A JSON object in which no name stands twice."""
    def once(pairs):
        found = dict(pairs)
        need(len(found) == len(pairs), f"{what}: a name stands twice")
        return found

    def no_number(_):
        raise Refused(f"{what}: a number that is none")

    try:
        value = json.loads(text_of(read, what), object_pairs_hook=once, parse_constant=no_number)
    except (ValueError, RecursionError):
        raise Refused(f"{what} is not JSON") from None
    need(isinstance(value, dict), f"{what} is not a JSON object")
    return value


def canonical(value):
    """Canonical JSON (RFC 8785)."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(json.dumps(name, ensure_ascii=False) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(each) for each in value) + "]"
    if isinstance(value, str):
        # Python writes U+007F as it is, and \b \f \n \r \t and \u00xx as RFC 8785 does.
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return json.dumps(value)


def number(value):
    """A number as ECMAScript writes it (ECMA-262, Number::toString)."""
    value = float(value)
    need(value == value and abs(value) != float("inf"), "a number is too large")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    return sign + digits[0] + ("." + digits[1:] if digits[1:] else "") + "e" + ("+" if power > 0 else "-") + str(abs(power))


def canonical_bytes(value, what):
    try:
        return canonical(value).encode("utf-8")
    except (UnicodeEncodeError, RecursionError, OverflowError):
        raise Refused(f"{what} has no canonical form") from None


def base64url(text, what):
    """Base64url without padding, in its one spelling."""
    try:
        need(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), f"{what} is not base64url")
        read = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise Refused(f"{what} is not base64url") from None
    need(base64.urlsafe_b64encode(read).decode().rstrip("=") == text, f"{what} is not base64url")
    return read


def base64_line(text, what):
    try:
        read = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Refused(f"{what} is not base64") from None
    need(base64.b64encode(read).decode() == text, f"{what} is not base64")
    return read


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= SAFE_INTEGER_MAX


def is_hash(value):
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None


def is_gateway(value):
    return isinstance(value, str) and 0 < len(value) <= 128 and value[0].isalnum() and \
        all(letter.isalnum() or letter in "._:@-" for letter in value)


def time_of(value, what):
    """Milliseconds since 1970 of a time such as 2026-01-31T08:00:00.000Z."""
    need(isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z", value, re.ASCII),
         f"{what} is not a time")
    try:
        read = datetime.datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S") - datetime.datetime(1970, 1, 1)
    except ValueError:
        raise Refused(f"{what} is not a time") from None
    return (read.days * 86_400 + read.seconds) * 1000 + int((value[20:-1] + "000")[:3] if value[19] == "." else 0)


# --- Signatures: openssl does the arithmetic -----------------------------------------------------------------------


def is_signed(algorithm, public, signature, signed):
    """Whether openssl finds that the key made this signature of these bytes."""
    if len(signature) != 64:
        return False
    body = base64.encodebytes(SPKI[algorithm][0] + public).decode()
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in ("key", "signed", "signature")}
        if algorithm == "Ed25519":
            call = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", paths["key"], "-rawin",
                    "-in", paths["signed"], "-sigfile", paths["signature"]]
        else:
            signature = der(signature)
            call = ["openssl", "dgst", "-sha256", "-verify", paths["key"], "-signature", paths["signature"], paths["signed"]]
        key = f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n".encode()
        for name, content in (("key", key), ("signed", signed), ("signature", signature)):
            with open(paths[name], "wb") as file:
                file.write(content)
        done = subprocess.run(call, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def der(signature):
    """R and S of an ECDSA signature as openssl reads them."""
    def integer(part):
        part = part.lstrip(b"\0") or b"\0"
        part = b"\0" + part if part[0] >= 0x80 else part
        return bytes([2, len(part)]) + part

    both = integer(signature[:32]) + integer(signature[32:])
    return bytes([0x30, len(both)]) + both


def openssl_works():
    """Tries RFC 8032's second test, as it is and damaged: an openssl that cannot do Ed25519 must not look like a forgery."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    try:
        return is_signed("Ed25519", public, signature, b"\x72") and not is_signed("Ed25519", public, signature, b"\x73")
    except OSError:
        return False


# --- Who is who: the files of keys ---------------------------------------------------------------------------------


def read_key(entry, what):
    """One key of a file; None where its algorithm came later than this script."""
    need(isinstance(entry, dict), f"{what} is not a key")
    algorithm = entry.get("alg")
    need(isinstance(algorithm, str), f"{what} has no algorithm")
    if algorithm not in SPKI:
        return None
    public = base64url(entry.get("public"), f"{what}: the key")
    need(len(public) == SPKI[algorithm][1], f"{what} is not as long as its algorithm wants it")
    need(entry.get("kid") == sha256(public).hex()[:16], f"{what} has the id of another key")
    times = {name: time_of(entry[name], f"{what}: {name}") for name in ("from", "until") if name in entry}
    return {"kid": entry["kid"], "alg": algorithm, "public": public, **times}


class KeyFile:
    """A file of a gateway's public keys, signed by its root key."""

    def __init__(self, read, what):
        said = json_object(read, what)
        need(said.get("format") == "mitral-partner" and said.get("version") == 2, f"{what} is not a file of keys")
        need(is_gateway(said.get("gateway")), f"{what} names no gateway")
        need(is_count(said.get("serial")) and said["serial"] >= 1, f"{what} has no serial")
        self.gateway, self.serial, self.issued = said["gateway"], said["serial"], time_of(said.get("issued"), f"{what}: issued")
        self.root = read_key(said.get("root"), f"{what}: root")
        need(self.root is not None, f"{what} has a root key of an unknown kind")
        signature = base64url(said.get("signature"), f"{what}: the signature")
        signed = {name: value for name, value in said.items() if name != "signature"}
        need(is_signed(self.root["alg"], self.root["public"], signature,
                       b"mitral-partner/2\n" + canonical_bytes(signed, what)),
             f"{what} was altered: its root key did not sign it so")
        signing, revoked = said.get("signing"), said.get("revoked")
        need(isinstance(signing, list) and len(signing) <= 10, f"{what}: signing is not a list")
        need(isinstance(revoked, list) and len(revoked) <= 1_000, f"{what}: revoked is not a list")
        self.signing = [key for key in (read_key(each, f"{what}: signing") for each in signing) if key]
        ledger = read_key(said["ledger"], f"{what}: ledger") if "ledger" in said else None
        need(ledger is None or ledger["alg"] == "Ed25519", f"{what}: the ledger's key is not Ed25519")
        self.ledger = [ledger] if ledger else []
        self.revoked = {}
        for each in revoked:
            need(isinstance(each, dict) and isinstance(each.get("kid"), str), f"{what}: revoked names no key")
            self.revoked[each["kid"]] = time_of(each.get("at"), f"{what}: revoked")
        need(not any(key["kid"] in self.revoked for key in [self.root, *self.signing, *self.ledger]),
             f"{what} has a key that it says is revoked")

    @property
    def fingerprint(self):
        return sha256(self.root["public"]).hex()


class Gateway:
    """Whose root key was compared, and what its files say of its keys."""

    def __init__(self, name, files):
        self.name = name
        self.files = sorted(files, key=lambda file: (file.serial, file.issued), reverse=True)
        self.root_id = self.files[0].root["kid"]

    def keys(self, kind):
        """Every key of a kind that any of its files has; of one that is in several, as the newest file has it."""
        found = {}
        for file in self.files:
            for key in getattr(file, kind):
                found.setdefault(key["kid"], key)
        return found

    def revoked_at(self, kid):
        times = [file.revoked[kid] for file in self.files if kid in file.revoked]
        return min(times) if times else None

    def check_key(self, key, at_ms, what):
        need(key.get("from", 0) - SKEW_MS <= at_ms, f"{what}: {self.name}'s key was not in use yet at {moment(at_ms)}")
        need("until" not in key or at_ms < key["until"] + SKEW_MS,
             f"{what}: {self.name}'s key was out of use at {moment(at_ms)}")

    def check_revoked(self, key, before_ms, what):
        """A signature by a key that was revoked counts where a witness had seen it before."""
        revoked = self.revoked_at(key["kid"])
        need(revoked is None or before_ms < revoked,
             f"{what}: {self.name}'s key {key['kid']} was revoked at {moment(revoked or 0)}, and nothing shows that it signed before")
        return revoked


# --- The ledger: RFC 6962, C2SP tlog-checkpoint, tlog-cosignature, tlog-proof ----------------------------------------


def root_from(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2)."""
    place, last, reached = index, size - 1, sha256(b"\0", leaf)
    for beside in path:
        need(last > 0, "the inclusion proof is too long")
        if place & 1 or place == last:
            reached = sha256(b"\1", beside, reached)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            reached = sha256(b"\1", reached, beside)
        place, last = place >> 1, last >> 1
    need(last == 0, "the inclusion proof is too short")
    return reached


def read_proof(read, what):
    """Index, path and checkpoint of a proof."""
    head, _, note = text_of(read, what).partition("\n\n")
    lines = head.split("\n")
    need(lines[0] == "c2sp.org/tlog-proof@v1" and len(lines) >= 2, f"{what} is not a proof")
    found = re.fullmatch(r"index (0|[1-9][0-9]{0,15})", lines[1], re.ASCII)
    need(found, f"{what} has no index")
    path = [base64_line(line, what) for line in lines[2:]]
    need(len(path) <= 64 and all(len(each) == 32 for each in path), f"{what}: the path is not one of hashes")
    return int(found.group(1)), path, note


class Checkpoint:
    """A signed head of a gateway's ledger, and who has witnessed it."""

    def __init__(self, note, gateway, gateways, what):
        body, blank, signatures = note.partition("\n\n")
        lines = body.split("\n")
        need(blank and len(lines) == 3 and signatures.endswith("\n"), f"{what}: the checkpoint is not as it must be")
        origin, size, root = lines
        prefix = f"{gateway.name}/{gateway.root_id}/"
        need(origin.startswith(prefix) and re.fullmatch(r"[1-9][0-9]{0,9}", origin[len(prefix):], re.ASCII),
             f"{what}: the checkpoint is of another ledger than {gateway.name}'s")
        need(re.fullmatch(r"[1-9][0-9]{0,15}", size, re.ASCII), f"{what}: the checkpoint has no size")
        self.epoch, self.size, self.root = int(origin[len(prefix):]), int(size), base64_line(root, what)
        need(len(self.root) == 32, f"{what}: the checkpoint has no root")
        self.key, self.witnesses, self.discounted, signed = None, {}, set(), (body + "\n").encode()
        lines = signatures[:-1].split("\n")
        need(len(lines) <= 16, f"{what}: the checkpoint has too many signatures")
        for line in lines:
            self.read_signature(line, origin, signed, gateway, gateways, what)
        need(self.key, f"{what}: the checkpoint is not signed by {gateway.name}'s ledger key")

    def read_signature(self, line, origin, signed, gateway, gateways, what):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014", f"{what}: a signature of the checkpoint is not as it must be")
        name, read = parts[1], base64_line(parts[2], what)
        if name == origin:
            need(self.key is None and len(read) == 68, f"{what}: the checkpoint's signature is not as it must be")
            self.key = next((key for key in gateway.keys("ledger").values() if note_key_id(name, 1, key) == read[:4]), None)
            need(self.key, f"{what}: the checkpoint is signed by no ledger key of {gateway.name}")
            need(is_signed("Ed25519", self.key["public"], read[4:], signed), f"{what}: the checkpoint's signature is wrong")
            return
        witness = next((each for each in gateways.values() if name == f"{each.name}/{each.root_id}/witness"), None)
        need(witness, f"{what}: a witness of the checkpoint is unknown: {shown(name)}")
        need(witness is not gateway, f"{what}: {gateway.name} cannot be its own witness")
        need(witness.name not in {*self.witnesses, *self.discounted} and len(read) == 76, f"{what}: {witness.name}'s cosignature is not as it must be")
        key = next((key for key in witness.keys("ledger").values() if note_key_id(name, 4, key) == read[:4]), None)
        need(key, f"{what}: the cosignature is by no ledger key of {witness.name}")
        seconds = int.from_bytes(read[4:12], "big")
        need(seconds < 2**33, f"{what}: {witness.name}'s cosignature has an impossible time")
        need(is_signed("Ed25519", key["public"], read[12:], f"cosignature/v1\ntime {seconds}\n".encode() + signed),
             f"{what}: {witness.name}'s cosignature is wrong")
        witness.check_key(key, seconds * 1000, "Cosignature")
        # A stolen witness's key can write any time: only a key that was never revoked says when.
        if witness.revoked_at(key["kid"]) is None:
            self.witnesses[witness.name] = seconds * 1000
        else:
            self.discounted.add(witness.name)

    @property
    def seen_ms(self):
        """When the first witness had seen it; never, where none has."""
        return min(self.witnesses.values(), default=TIME_MS_MAX)


def note_key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + key["public"])[:4]


def read_entry(read, what):
    """An entry of the ledger, as strictly as it was written."""
    entry = json_object(read, what)
    for name, value in entry.items():
        kind = ENTRY_FIELDS.get(name)
        need(kind, f"{what} has a field that this version does not know: {shown(name)}")
        need(is_count(value) if kind is int else is_hash(value) if kind == "hash" else isinstance(value, str),
             f"{what}: {name} is not as it must be")
    need(entry.get("v") == 1 and "t" in entry and "k" in entry, f"{what} is of another version, or not whole")
    need(entry["t"] < TIME_MS_MAX, f"{what} has an impossible time")
    need(canonical_bytes(entry, what) == read, f"{what} is not written as the ledger writes it")
    return entry


# --- What was signed: statement and receipt (docs/envelope.md) --------------------------------------------------------


class Jws:
    """A compact JWS, its signature not checked yet."""

    def __init__(self, read, types, what):
        text = text_of(read, what)
        parts = text.split(".")
        need(len(parts) == 3, f"{what} is not a JWS")
        self.what, self.head = what, parts[0]
        header = json_object(base64url(parts[0], what), f"{what}: header")
        self.type, self.algorithm, self.kid = (header.get(name) for name in ("typ", "alg", "kid"))
        need(self.type in types, f"{what} is a JWS of another kind")
        detached = self.type == "seal-doc+jws"
        need(set(header) == {"typ", "alg", "kid", *(["seal"] if detached else [])}, f"{what}: header has other fields")
        need((parts[1] == "") == detached, f"{what}: content is where it must not be")
        self.content = header["seal"] if detached else json_object(base64url(parts[1], what), what)
        need(isinstance(self.content, dict), f"{what} says nothing")
        if not detached and self.type == "seal-msg+jws":
            need(canonical_bytes(self.content, what) == base64url(parts[1], what), f"{what} is not canonical JSON")
        self.body, self.signature, self.hash = parts[1], base64url(parts[2], what), sha256(read).hex()

    def check(self, gateway, at_ms, payload):
        """That a signing key of the gateway signed it, one that was in use then. Returns the key."""
        key = gateway.keys("signing").get(self.kid if isinstance(self.kid, str) else "")
        need(key, f"{self.what} is signed by no key of {gateway.name}")
        need(self.algorithm == {"Ed25519": "EdDSA"}.get(key["alg"], key["alg"]), f"{self.what} names another algorithm than its key's")
        body = self.body if payload is None else base64.urlsafe_b64encode(payload).decode().rstrip("=")
        need(is_signed(key["alg"], key["public"], self.signature, f"{self.head}.{body}".encode()),
             f"{self.what}: {gateway.name} did not sign this")
        gateway.check_key(key, at_ms, self.what)
        return key


def check_statement(statement, payload, gateways):
    """Checks what the sender signed: its claims, who it is for, and the payload where there is one."""
    said = statement.content
    detached = statement.type == "seal-doc+jws"
    for name in ("id", "from", "ch", "cty"):
        need(isinstance(said.get(name), str), f"Statement: {name} is not as it must be")
    for name in ("ep", "seq", "iat", "exp", *([] if detached else ["size"])):
        need(is_count(said.get(name)), f"Statement: {name} is not as it must be")
    need(said.get("v") == 1 and (detached or is_hash(said.get("sha256"))), "Statement: it is of another version, or not whole")
    need(said["iat"] < TIME_MS_MAX, "Statement: an impossible time")
    to = said.get("to")
    need(isinstance(to, list) and 0 < len(to) <= 64 and all(isinstance(each, dict) and isinstance(each.get("gw"), str) for each in to),
         "Statement: it names no addressee")
    need(said["from"] in gateways, f"Statement: the keys of {shown(said['from'])} are not in the folder")
    if detached:
        need(payload is not None, "Statement: it is over the payload itself; give that with --payload")
        key = statement.check(gateways[said["from"]], said["iat"], payload)
        return key, sha256(payload).hex()
    key = statement.check(gateways[said["from"]], said["iat"], None)
    if payload is not None:
        need(len(payload) == said["size"], "Payload: it is not as long as the sender signed")
        need(sha256(payload).hex() == said["sha256"], "Payload: it is not what the sender signed")
    return key, said["sha256"]


def check_receipt(receipt, statement, payload_hash, gateways):
    """Checks what the addressee signed, and that it is about the message that was stated."""
    said = receipt.content
    need(said.get("v") == 1 and said.get("st") in ("accepted", "rejected"), "Receipt: it says neither accepted nor rejected")
    need(is_count(said.get("rat")) and said["rat"] < TIME_MS_MAX, "Receipt: it has no time")
    need(is_hash(said.get("env")) and is_hash(said.get("stmt")), "Receipt: it names no envelope, or no statement")
    need(isinstance(said.get("by"), str) and said["by"] in gateways, f"Receipt: the keys of {shown(said.get('by'))} are not in the folder")
    key = receipt.check(gateways[said["by"]], said["rat"], None)
    stated = statement.content
    for name in ("from", "id", "ch", "seq"):
        need(said.get(name) == stated[name] and isinstance(said.get(name), type(stated[name])), f"Receipt: {name} is not that of the statement")
    need(is_count(said.get("ep")) and said["ep"] <= stated["ep"], "Receipt: ep is not that of the statement")
    need(said.get("sha256") == payload_hash, "Receipt: it is for another payload")
    need(said["by"] in [each["gw"] for each in stated["to"]], "Receipt: it is by somebody the message was not for")
    return key


# --- The folder ----------------------------------------------------------------------------------------------------


def names_in(folder, inside=""):
    """The names of everything in a folder, and in the folders in it; no links, and not without end."""
    found = set()
    with os.scandir(os.path.join(folder, inside)) as listed:
        for each in listed:
            name = f"{inside}/{each.name}" if inside else each.name
            need(not each.is_symlink(), f"{shown(name)} is a link")
            found |= names_in(folder, name) if each.is_dir() and not inside else {name}
            need(len(found) <= FILES_MAX, "There are too many files in the folder")
    return found


class Pack:
    """Everything in the folder, each file as evidence.json lists it."""

    def __init__(self, folder):
        read = read_file(os.path.join(folder, "evidence.json"), 1_048_576, "evidence.json")
        index = json_object(read, "evidence.json")
        need(canonical_bytes(index, "evidence.json") == read, "evidence.json is not canonical JSON")
        need(set(index) - {"destination"} == {"format", "version", "gateway", "message", "files"}, "evidence.json has other fields")
        need(index["format"] == "mitral-evidence" and index["version"] == 1 and index["version"] is not True,
             "evidence.json is of another format or version")
        need(is_gateway(index["gateway"]), "evidence.json names no gateway")
        need(all(isinstance(index.get(name, ""), str) for name in ("message", "destination")), "evidence.json names no message")
        self.gateway, self.message, self.destination = index["gateway"], index["message"], index.get("destination")
        files = index["files"]
        need(isinstance(files, list) and 0 < len(files) <= FILES_MAX, "evidence.json lists no files")
        found, self.files = names_in(folder), {}
        for each in files:
            need(isinstance(each, dict) and set(each) == {"name", "as", "bytes", "sha256"}, "evidence.json: a file is not as it must be")
            kind, name = each["as"], each["name"]
            need(isinstance(kind, str) and kind in KINDS, "evidence.json: a file of an unknown kind")
            # No name leads out of the folder: only these are taken.
            need(isinstance(name, str) and re.fullmatch(KINDS[kind][0], name, re.ASCII), "evidence.json: a file has a name that it may not have")
            need(name not in self.files, f"evidence.json lists {name} twice")
            content = read_file(os.path.join(folder, *name.split("/")), KINDS[kind][1], name)
            need(is_count(each["bytes"]) and len(content) == each["bytes"] and sha256(content).hex() == each["sha256"],
                 f"{name} is not the file that evidence.json lists")
            self.files[name] = (kind, content)
        unlisted = ", ".join(sorted(found - {*self.files, "evidence.json"}))
        need(not unlisted, f"There are files that evidence.json does not list: {shown(unlisted)}")

    def of(self, kind):
        return {name: content for name, (each, content) in self.files.items() if each == kind}

    def one(self, kind):
        return next(iter(self.of(kind).values()), None)


class Report:
    def __init__(self):
        self.proven, self.open = [], []

    @staticmethod
    def ok(text):
        print(f"ok    {shown(text, 500)}")

    def end(self):
        for title, lines in (("PROVEN, if the fingerprints are right", self.proven), ("NOT PROVEN by this folder", self.open)):
            print(f"\n{title}:")
            for line in lines:
                print(f"  - {shown(line, 600)}")


def verify(pack, gateways, payload, unwitnessed, report):
    need(pack.gateway in gateways, f"The keys of {pack.gateway}, whose folder it is, are not in it")
    ours = gateways[pack.gateway]
    entries, checkpoints = check_ledger(pack, ours, gateways, unwitnessed, report)
    raw = pack.one("statement")
    if raw is None:
        need(pack.one("receipt") is None, "There is a receipt and no statement")
        report.open.append("who sent the message, and to whom: nobody signed it")
    else:
        check_signed(pack, Jws(raw, ("seal-msg+jws", "seal-doc+jws"), "Statement"), entries, gateways, payload, report)
    check_body(pack, ours, entries, payload, report)
    for name in sorted(gateways):
        newest = gateways[name].files[0]
        report.open.append(f"that no key of {name} was revoked after {moment(newest.issued)}, when its newest file here was written "
                           "(--partner-file takes a newer one)")
    report.open.append("that nobody else had the keys of a gateway; what the message says is true; that a person read it")
    report.open.append("that the ledger has no other entries about the message")
    witnesses = ", ".join(sorted({name for checkpoint in checkpoints for name in checkpoint.witnesses}))
    if witnesses:
        report.open.append(f"that {ours.name} and its witnesses ({witnesses}) did not act together")
    if not all(checkpoint.witnesses for checkpoint in checkpoints):
        report.open.append(f"that {ours.name} wrote this down when it says: no other gateway has witnessed it")


def check_ledger(pack, ours, gateways, unwitnessed, report):
    """Every entry is in a ledger that its gateway signed and another has witnessed."""
    need(pack.of("entry"), "There is no entry of a ledger in the folder")
    heads, entries = {}, []
    for name, read in pack.of("entry").items():
        entry, proof = read_entry(read, name), pack.files.get(name.replace(".json", ".tlog-proof"))
        need(proof, f"{name} has no proof")
        epoch, index = (int(part) for part in name[len("entry-"):-len(".json")].split("-"))
        place, path, note = read_proof(proof[1], name)
        need(place == index and name == f"entry-{epoch}-{index}.json", f"{name}: its proof is that of another entry")
        if epoch not in heads:
            heads[epoch] = note, Checkpoint(note, ours, gateways, name)
        first, checkpoint = heads[epoch]
        # Of two that go by one name nobody knows whether one grew out of the other.
        need(note == first, f"The entries of epoch {epoch} are proven by more than one head")
        need(checkpoint.epoch == epoch and index < checkpoint.size, f"{name}: its proof is of another ledger")
        need(root_from(read, index, checkpoint.size, path) == checkpoint.root, f"{name} is not in the ledger that was signed")
        need(entry.get("id") == pack.message, f"{name} is about another message")
        need(pack.destination is None or entry.get("dst", pack.destination) == pack.destination, f"{name} is about another destination")
        need(entry["t"] <= checkpoint.seen_ms + SKEW_MS, f"{name} is later than the witness who has seen it")
        entries.append((epoch, index, entry, checkpoint))
    need(len(pack.of("proof")) == len(entries), "There is a proof without its entry")
    entries.sort(key=lambda each: each[:2])
    checkpoints = [checkpoint for _, checkpoint in heads.values()]
    for checkpoint in checkpoints:
        need(checkpoint.witnesses or unwitnessed,
             f"No other gateway has witnessed {ours.name}'s ledger by a key that was never revoked: nothing shows that it was not written later")
        for name in sorted(checkpoint.discounted):
            report.open.append(f"that {name} has witnessed it: its key was revoked")
        ours.check_key(checkpoint.key, min(checkpoint.seen_ms, entries[-1][2]["t"]), "Checkpoint")
        ours.check_revoked(checkpoint.key, checkpoint.seen_ms, "Checkpoint")
        by = ", ".join(f"{name} at {moment(at)}" for name, at in sorted(checkpoint.witnesses.items())) or "nobody"
        report.ok(f"the ledger of {ours.name} (epoch {checkpoint.epoch}, {checkpoint.size} entries) is signed by its key, and witnessed by {by}")
        if checkpoint.witnesses:
            report.proven.append(f"what {ours.name} wrote down, below, was in its ledger when it was witnessed by {by}; "
                                 "nobody can have written, changed or removed it since")
    for epoch, index, entry, _ in entries:
        what = " ".join(str(entry[name]) for name in ("k", "act", "out", "code", "by", "dst") if name in entry)
        report.ok(f"entry {index} of epoch {epoch} is in it: {moment(entry['t'])} {what}")
        report.proven.append(f"{ours.name} wrote down, by its own clock: {moment(entry['t'])} {what}")
    return [(entry, checkpoint) for _, _, entry, checkpoint in entries], checkpoints


def naming(entries, **named):
    """The first entry with these fields, and the checkpoint it is proven by."""
    return next(((entry, checkpoint) for entry, checkpoint in entries
                 if all(entry.get(name) == value for name, value in named.items())), None)


def check_signed(pack, statement, entries, gateways, payload, report):
    """Statement and receipt, and that the ledger names them."""
    key, payload_hash = check_statement(statement, payload, gateways)
    said, to = statement.content, [each["gw"] for each in statement.content["to"]]
    sent = said["from"] == pack.gateway
    need(sent or pack.gateway in to, f"The message is neither from {pack.gateway} nor for it")
    found = naming(entries, stmt=statement.hash)
    need(found, "No entry of the ledger names the statement")
    need(sent or found[0].get("gw") == said["from"], "The entry of the ledger is about another sender")
    need(said["iat"] <= found[1].seen_ms + SKEW_MS, "Statement: it is later than the witness who has seen it")
    revoked = gateways[said["from"]].check_revoked(key, found[1].seen_ms, "Statement")
    report.ok(f"the statement is signed by {said['from']}, and named in the ledger" + later(revoked))
    whole = "the payload in the folder" if payload is not None else "a payload that is not in the folder"
    report.ok(f"the statement is about {whole}: SHA-256 {payload_hash}")
    report.proven.append(f"{said['from']} signed, at {moment(said['iat'])} by its clock, that it sends {whole} to {', '.join(to)} "
                         f"(feed {said['ch']}, number {said['seq']}; SHA-256 {payload_hash})")
    raw = pack.one("receipt")
    if raw is None:
        report.open.append("that the message was received: there is no receipt in the folder")
        return
    receipt = Jws(raw, ("seal-rcpt+jws",), "Receipt")
    key, told = check_receipt(receipt, statement, payload_hash, gateways), receipt.content
    need(sent or told["by"] == pack.gateway, "The receipt is by another gateway than the one whose folder it is")
    found = naming(entries, rcpt=receipt.hash)
    need(found, "No entry of the ledger names the receipt")
    need(found[0].get("out", told["st"]) == told["st"], "The ledger says another outcome than the receipt")
    if told["stmt"] == statement.hash:
        named = found if found[0].get("stmt") == statement.hash else naming(entries, stmt=statement.hash)
        need(named[0].get("env", told["env"]) == told["env"], "The receipt is for another envelope than the ledger says")
        need(said["iat"] <= told["rat"] + SKEW_MS, "Receipt: it is earlier than what it is about")
    need(told["rat"] <= found[1].seen_ms + SKEW_MS, "Receipt: it is later than the witness who has seen it")
    revoked = gateways[told["by"]].check_revoked(key, found[1].seen_ms, "Receipt")
    which = "this statement" if told["stmt"] == statement.hash else "an earlier sending of the same message and payload"
    report.ok(f"the receipt is signed by {told['by']}, names {which}, and is named in the ledger" + later(revoked))
    report.proven.append(f"{told['by']} signed, at {moment(told['rat'])} by its clock, that it has {told['st']} {whole} from {said['from']}")


def later(revoked):
    return "" if revoked is None else f" (the key was revoked later, at {moment(revoked)})"


def check_body(pack, ours, entries, payload, report):
    """The bytes as received, which the ledger names behind a salt."""
    salt, received = pack.one("salt"), pack.one("received")
    need(salt is None or len(salt) == SALT_BYTES, f"salt is not {SALT_BYTES} bytes long")
    if salt is None:
        report.open.append(f"which bytes {ours.name} received: what shows it is not in the folder")
        if received is not None or (payload is not None and pack.one("statement") is None):
            report.open.append("that the bytes in the folder have anything to do with it: nothing that was signed names them")
        return
    body = payload if received is None else received
    if body is None:
        report.open.append(f"which bytes {ours.name} received: they are not in the folder (--payload)")
        return
    need(naming(entries, body=sha256(salt, sha256(body)).hex()), "The bytes received are not those that the ledger names")
    what = "the payload" if received is None else "the file received"
    report.ok(f"the ledger of {ours.name} names {what} as what it received")
    report.proven.append(f"{what} is, to the byte, what {ours.name} received")


# --- The call ------------------------------------------------------------------------------------------------------


def read_gateways(pack, more):
    """Every gateway whose keys are there, by name; none of it is believed before its fingerprint was compared."""
    files = [KeyFile(content, name) for name, content in pack.of("keys").items()]
    files += [KeyFile(read_file(path, KINDS["keys"][1], shown(path)), shown(path)) for path in more]
    need(files, "There are no keys in the folder")
    found = {}
    for file in files:
        found.setdefault(file.gateway, []).append(file)
    return found


def main():
    parser = argparse.ArgumentParser(description="Checks a folder of evidence about one message.", allow_abbrev=False)
    parser.add_argument("folder", help="the folder of evidence")
    parser.add_argument("--root", action="append", default=[], metavar="GATEWAY=FINGERPRINT",
                        help="fingerprint of a gateway, from its own organisation; once for each gateway in the folder")
    parser.add_argument("--payload", metavar="FILE", help="the message, where the folder is without it")
    parser.add_argument("--partner-file", action="append", default=[], metavar="FILE",
                        help="a newer file of a gateway's public keys: it says which keys were revoked since")
    parser.add_argument("--unwitnessed", action="store_true",
                        help="do without a witness: then nothing shows when the ledger was written")
    asked = parser.parse_args()
    if not os.path.isdir(asked.folder):
        parser.error(f"there is no folder {shown(asked.folder)}")
    roots = {}
    for each in asked.root:
        name, _, fingerprint = each.rpartition("=")
        fingerprint = re.sub(r"[\s:]", "", fingerprint).lower()
        if not name or not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
            parser.error("--root is GATEWAY=FINGERPRINT, the fingerprint in 64 hexadecimal digits")
        if roots.setdefault(name, fingerprint) != fingerprint:
            parser.error(f"{shown(name)} has two fingerprints")
    if not openssl_works():
        print("CANNOT CHECK: there is no openssl here that verifies Ed25519; version 3 or later does")
        return 3
    pack = Pack(asked.folder)
    files = read_gateways(pack, asked.partner_file)
    missing = sorted(name for name in files if name not in roots)
    if missing:
        print("Compare these fingerprints with the organisations that run the gateways, and start again with them.")
        for name in missing:
            for fingerprint in sorted({file.fingerprint for file in files[name]}):
                print(f"  --root {shown(name)}={fingerprint}")
        print("\nNOT CHECKED: without fingerprints from somewhere else, this folder could be anybody's")
        return 2
    for name, each in files.items():
        need(all(file.fingerprint == roots[name] for file in each), f"The keys of {name} are not those whose fingerprint was given")
    gateways = {name: Gateway(name, each) for name, each in files.items()}
    seen = {}
    for name in gateways:
        other = seen.setdefault(roots[name], name)
        need(other == name, f"{other} and {name} have the same root key: that is one gateway, and no witness of its own")
    report = Report()
    print(f"Evidence of {shown(pack.gateway)} about message {shown(pack.message)}\n")
    report.ok("every file in the folder is the one that is listed")
    for name in sorted(gateways):
        serials = ", ".join(str(file.serial) for file in reversed(gateways[name].files))
        report.ok(f"the keys of {name} (serial {serials}) are signed by the root key of the given fingerprint")
    payload = pack.one("payload")
    if asked.payload is not None:
        outside = read_file(asked.payload, KINDS["payload"][1], "--payload")
        need(payload is None or payload == outside, "The payload in the folder is another one than that of --payload")
        payload = outside
    verify(pack, gateways, payload, asked.unwitnessed, report)
    report.end()
    print("\nOK: everything in this folder holds")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        print(f"\nREFUSED: {shown(refused, 500)}")
        sys.exit(1)
    except (Exception, KeyboardInterrupt) as cause:  # Whatever a folder does, it gets no traceback and no OK.
        print(f"\nREFUSED: the folder cannot be read ({type(cause).__name__})")
        sys.exit(1)
