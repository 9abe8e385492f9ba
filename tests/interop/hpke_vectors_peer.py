"""Another implementation of docs/envelope.md, for opening: reads the vectors and does what they say.

    hpke_vectors_peer.py docs/vectors/hpke.json

Prints one JSON object: how many vectors were as they should be, and whether the KEM was computed or, where this Python's
cryptography has no ML-KEM, its secrets were taken from the vectors.
"""
import base64
import hashlib
import hmac
import json
import re
import struct
import sys

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

try:
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

    MLKEM768PrivateKey.from_seed_bytes(bytes(64))
except Exception:  # Older than ML-KEM, or built on a library without it.
    MLKEM768PrivateKey = None

CHUNK, TAG = 16_384, 16
SKEW_MS = 300_000
HASH = re.compile(r"[0-9a-f]{64}\Z")
CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}\Z")
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# What a header calls a suite: the algorithm of its keys, bytes of an encapsulated secret, HPKE's number of the KEM.
SUITES = {
    "HPKE-MLKEM768-X25519-SHA256-A256GCM": ("MLKEM768-X25519", 1120, 0x647A),
    "HPKE-MLKEM768-P256-SHA256-A256GCM": ("MLKEM768-P256", 1153, 0x0050),
}
SIGNATURES = {"EdDSA": "Ed25519", "ES256": "ES256"}
NIST = {"MLKEM768-P256", "ES256"}


class Refused(Exception):
    def __init__(self, code, field=None):
        super().__init__(code, field)
        self.code, self.field = code, field


def unbase64(text):
    """Bytes of base64url in its one spelling; None for anything else."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    read = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return read if base64.urlsafe_b64encode(read).rstrip(b"=").decode() == text else None


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def pattern(size):
    return bytes((at * 7 + (at >> 8)) & 255 for at in range(size))


# Layout and header


def is_text(value):
    return isinstance(value, str) and 0 < len(value) <= 200 and not re.search(r"[\x00-\x1f\x7f-\x9f]", value)


def is_count(value):
    return type(value) is int and 0 <= value < 2**53


FIELDS = {
    "v": lambda value: type(value) is int and value == 1,
    "id": is_text,
    "from": is_text,
    "ch": is_text,
    "ep": is_count,
    "seq": is_count,
    "iat": is_count,
    "exp": is_count,
    "cty": is_text,
}


def read_parts(sealed):
    magic = b"SEAL1\n"
    start = sealed[:6]
    if len(start) == 6 and start[:4] == b"SEAL" and start[4:5] != b"1" and start[5:] == b"\n":
        raise Refused("HPKE_VERSION_UNSUPPORTED", "layout")
    if not magic.startswith(start):
        raise Refused("HPKE_ENVELOPE_INVALID")
    if len(sealed) < 10:
        raise Refused("HPKE_ENVELOPE_TRUNCATED")
    (length,) = struct.unpack(">I", sealed[6:10])
    if length > 262_144:
        raise Refused("HPKE_HEADER_INVALID", "length")
    if len(sealed) < 10 + length:
        raise Refused("HPKE_ENVELOPE_TRUNCATED")
    header, body = sealed[10 : 10 + length], sealed[10 + length :]
    try:
        read = json.loads(header.decode())
        if not isinstance(read, dict) or canonical(read).encode() != header:
            raise ValueError
    except ValueError:
        raise Refused("HPKE_HEADER_INVALID", "JSON") from None
    return (*read_header(read), header, body)


def read_header(read):
    if read.get("v") != 1:
        raise Refused("HPKE_VERSION_UNSUPPORTED", "v")
    if read.get("enc") != "Cobblestone-256":
        raise Refused("HPKE_VERSION_UNSUPPORTED", "enc")
    wrong = Refused("HPKE_HEADER_INVALID", "rcpt")
    if not isinstance(read.get("rcpt"), list):
        raise wrong
    wraps = []
    for entry in read["rcpt"]:
        if not isinstance(entry, dict) or set(entry) != {"gw", "kid", "alg", "enc", "ek"}:
            raise wrong
        if not is_text(entry["gw"]) or not is_text(entry["kid"]):
            raise wrong
        if entry["alg"] not in SUITES:
            raise Refused("HPKE_VERSION_UNSUPPORTED", "alg")
        enc, ek = unbase64(entry["enc"]), unbase64(entry["ek"])
        if enc is None or ek is None or len(enc) != SUITES[entry["alg"]][1] or len(ek) != 48:
            raise wrong
        wraps.append((entry["gw"], entry["kid"], entry["alg"], enc, ek))
    if not 1 <= len(wraps) <= 64 or len({wrap[:2] for wrap in wraps}) < len(wraps):
        raise wrong
    rest = {name: value for name, value in read.items() if name not in ("enc", "rcpt")}
    for name, is_right in FIELDS.items():
        if name not in rest or not is_right(rest[name]):
            raise Refused("HPKE_HEADER_INVALID", name)
    if set(rest) != set(FIELDS):
        raise Refused("HPKE_HEADER_INVALID", "names")
    if rest["exp"] <= rest["iat"]:
        raise Refused("HPKE_HEADER_INVALID", "exp")
    return {**rest, "to": [{"gw": wrap[0], "kid": wrap[1]} for wrap in wraps]}, wraps


# The content key


def decapsulate(algorithm, seed, enc):
    """draft-ietf-hpke-pq, draft-irtf-cfrg-concrete-hybrid-kems: both keys come from one seed."""
    parts = hashlib.shake_256(seed).digest(64 + (32 if algorithm == "MLKEM768-X25519" else 128))
    pq = MLKEM768PrivateKey.from_seed_bytes(parts[:64]).decapsulate(enc[:1088])
    theirs = enc[1088:]
    if algorithm == "MLKEM768-X25519":
        ours, label = x25519.X25519PrivateKey.from_private_bytes(parts[64:]), b"\\.//^\\"
        shared = ours.exchange(x25519.X25519PublicKey.from_public_bytes(theirs))
        public = ours.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        drawn = (int.from_bytes(parts[at : at + 32], "big") for at in range(64, 192, 32))
        ours = ec.derive_private_key(next(one for one in drawn if 0 < one < P256_ORDER), ec.SECP256R1())
        label = b"MLKEM768-P256"
        shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        public = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return hashlib.sha3_256(pq + shared + theirs + public + label).digest()


def hpke_open(kem, shared, info, aad, sealed):
    """RFC 9180 section 5.1, base mode, HKDF-SHA256 and AES-256-GCM; the first message of a context."""
    suite = b"HPKE" + struct.pack(">HHH", kem, 1, 2)

    def extract(salt, label, ikm):
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")

    def expand(secret, label, context, length):
        return hkdf_expand(secret, struct.pack(">H", length) + b"HPKE-v1" + suite + label + context, length, "sha256")

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    key, nonce = expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, sealed, aad)


def hkdf_expand(secret, info, length, digest):
    okm, block = b"", b""
    for round in range(1, 256):
        if len(okm) >= length:
            break
        block = hmac.digest(secret, block + info + bytes([round]), digest)
        okm += block
    return okm[:length]


def content_key(pub, wraps, gateway, keys, secrets, profile):
    if profile == "nist":
        if keys["signing"]["alg"] not in NIST:
            raise Refused("HPKE_KEY_UNAPPROVED")
        if any(SUITES[wrap[2]][0] not in NIST for wrap in wraps):
            raise Refused("HPKE_ALGORITHM_UNAPPROVED")
    ours = [wrap for wrap in wraps if wrap[0] == gateway]
    if not ours:
        raise Refused("HPKE_RECIPIENT_MISSING")
    key = keys["encryption"]
    for _, kid, alg, enc, ek in ours:
        if kid != key["kid"]:
            continue
        algorithm, _, kem = SUITES[alg]
        if algorithm != key["alg"]:
            raise Refused("HPKE_WRAP_ALTERED")
        if MLKEM768PrivateKey:
            shared = decapsulate(algorithm, unbase64(key["private"]), enc)
        else:
            shared = unbase64(secrets[gateway])
        try:
            return hpke_open(kem, shared, b"SEAL/1 cek", canonical(pub).encode(), ek)
        except InvalidTag:
            raise Refused("HPKE_WRAP_ALTERED") from None
    raise Refused("HPKE_KEY_UNKNOWN")


# The body


def body_keys(key, salt, context):
    label = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
    okm = hkdf_expand(key, label + salt + context, 76, "sha512")
    return okm[:32], int.from_bytes(okm[32:44], "big"), okm[44:]


def chunks_of(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


def seal_body(key, salt, context, inside):
    aes, nonce, commitment = body_keys(key, salt, context)
    chunks = chunks_of(inside, CHUNK)
    if len(inside) % CHUNK == 0:
        chunks.append(b"")
    sealed = [AESGCM(aes).encrypt((nonce ^ at).to_bytes(12, "big"), one, None) for at, one in enumerate(chunks)]
    return salt + commitment + b"".join(sealed)


def open_body(key, context, body):
    if len(body) < 56 or (len(body) - 56) % (CHUNK + TAG) < TAG:
        raise Refused("HPKE_ENVELOPE_TRUNCATED")
    aes, nonce, commitment = body_keys(key, body[:24], context)
    if commitment != body[24:56]:
        raise Refused("HPKE_BODY_ALTERED")
    try:
        sealed = enumerate(chunks_of(body[56:], CHUNK + TAG))
        return b"".join(AESGCM(aes).decrypt((nonce ^ at).to_bytes(12, "big"), one, None) for at, one in sealed)
    except InvalidTag:
        raise Refused("HPKE_BODY_ALTERED") from None


# What is signed


def read_jws(jws, typ):
    """Header, text and signature; None where it is no such JWS."""
    parts = [unbase64(part) for part in jws.split(".")]
    if len(parts) != 3 or None in parts:
        return None
    try:
        header = json.loads(parts[0])
    except ValueError:
        return None
    if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"} or header["typ"] != typ:
        return None
    return header, parts[1], parts[2]


def is_signed(jws, signature, alg, key):
    """By the algorithm of the key, which is the one the header must name."""
    if SIGNATURES[alg] != key["alg"]:
        return False
    signed, public = jws.rpartition(".")[0].encode(), unbase64(key["public"])
    try:
        if alg == "EdDSA":
            ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
        else:
            if len(signature) != 64:
                return False
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
            point.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def open_envelope(sealed, gateway, gateways, secrets, now_ms, profile):
    pub, wraps, header, body = read_parts(sealed)
    key = content_key(pub, wraps, gateway, gateways[gateway], secrets, profile)
    inside = open_body(key, hashlib.sha256(header).digest(), body)
    length = struct.unpack(">I", inside[:4])[0] if len(inside) >= 4 else 2**32
    if length > 131_072 or len(inside) < 4 + length:
        raise Refused("HPKE_SIGNATURE_INVALID")
    jws, payload = inside[4 : 4 + length].decode(), inside[4 + length :]
    read = read_jws(jws, "seal-msg+jws")
    if not read:
        raise Refused("HPKE_SIGNATURE_INVALID")
    header, text, signature = read
    if header["alg"] not in SIGNATURES:
        raise Refused("HPKE_VERSION_UNSUPPORTED", "signature")
    sender = gateways.get(pub["from"])
    if not sender or not sender["known"] or sender["signing"]["kid"] != header["kid"]:
        raise Refused("HPKE_SIGNER_UNKNOWN")
    if profile == "nist" and sender["signing"]["alg"] not in NIST:
        raise Refused("HPKE_ALGORITHM_UNAPPROVED")
    if not is_signed(jws, signature, header["alg"], sender["signing"]):
        raise Refused("HPKE_SIGNATURE_INVALID")
    expected = {**pub, "size": len(payload), "sha256": hashlib.sha256(payload).hexdigest()}
    claims = json.loads(text)
    for name, value in expected.items():
        if claims.get(name) != value:
            raise Refused("HPKE_STATEMENT_MISMATCHED", name)
    if text != canonical(expected).encode():
        raise Refused("HPKE_STATEMENT_MISMATCHED", "names")
    if now_ms > pub["exp"] + SKEW_MS:
        raise Refused("HPKE_ENVELOPE_EXPIRED")
    if pub["iat"] > now_ms + SKEW_MS:
        raise Refused("HPKE_ENVELOPE_POSTDATED")
    return pub, jws, payload


def judge(receipt, pub, payload, to, gateways, profile):
    read = read_jws(receipt, "seal-rcpt+jws")
    if not read:
        raise Refused("HPKE_RECEIPT_INVALID", "JWS")
    header, text, signature = read
    if header["alg"] not in SIGNATURES:
        raise Refused("HPKE_RECEIPT_INVALID", "alg")
    key = gateways[to]["signing"]
    if key["kid"] != header["kid"]:
        raise Refused("HPKE_RECEIPT_SIGNER_UNKNOWN")
    if profile == "nist" and key["alg"] not in NIST:
        raise Refused("HPKE_RECEIPT_UNAPPROVED")
    if not is_signed(receipt, signature, header["alg"], key):
        raise Refused("HPKE_RECEIPT_SIGNATURE_INVALID")
    claims = json.loads(text)
    bound = {"v": 1, "by": to, "sha256": hashlib.sha256(payload).hexdigest()}
    bound.update({name: pub[name] for name in ("from", "id", "ch", "seq")})
    for name, value in bound.items():
        if claims.get(name) != value:
            raise Refused("HPKE_RECEIPT_MISMATCHED", name)
    if not is_count(claims.get("ep")) or claims["ep"] > pub["ep"]:
        raise Refused("HPKE_RECEIPT_MISMATCHED", "ep")
    code, is_accepted = claims.get("code"), claims.get("st") == "accepted"
    rules = {
        "env": isinstance(claims.get("env"), str) and HASH.match(claims["env"]),
        "stmt": isinstance(claims.get("stmt"), str) and HASH.match(claims["stmt"]),
        "st": claims.get("st") in ("accepted", "rejected"),
        "code": code is None or (not is_accepted and isinstance(code, str) and CODE.match(code)),
        "rat": type(claims.get("rat")) is int,
    }
    for name, is_right in rules.items():
        if not is_right:
            raise Refused("HPKE_RECEIPT_INVALID", name)
    return claims["st"], code


# The vectors


def framed(header):
    return b"SEAL1\n" + struct.pack(">I", len(header)) + header


def envelope_of(vector):
    header, statement = vector["header"].encode(), vector["statement"].encode()
    inside = struct.pack(">I", len(statement)) + statement + pattern(vector["payloadBytes"])
    context = hashlib.sha256(header).digest()
    made = framed(header) + seal_body(unbase64(vector["contentKey"]), unbase64(vector["salt"]), context, inside)
    assert hashlib.sha256(made).hexdigest() == vector["envelopeSha256"], vector["name"]
    assert "envelope" not in vector or unbase64(vector["envelope"]) == made, vector["name"]
    return made


def changed(envelope, change):
    end = 10 + struct.unpack(">I", envelope[6:10])[0]
    header, body = envelope[10:end], envelope[end:]
    if "recipients" in change:
        read = json.loads(header)
        read["rcpt"] = [read["rcpt"][at] for at in change["recipients"]]
        return framed(canonical(read).encode()) + body
    if "header" in change:
        assert header.decode().count(change["header"]["replace"]) == 1, change
        return framed(header.decode().replace(change["header"]["replace"], change["header"]["by"]).encode()) + body
    if "chunks" in change:
        chunks = chunks_of(body[56:], CHUNK + TAG)
        return envelope[: end + 56] + b"".join(chunks[at] for at in change["chunks"])
    if "bytes" in change:
        at, remove, put = change["bytes"]["at"], change["bytes"]["remove"], change["bytes"].get("insert", "")
        return envelope[:at] + unbase64(put) + envelope[at + remove :]
    altered = bytearray(envelope)
    altered[change["flip"]] ^= 1
    return bytes(altered)


def refusal(what):
    try:
        what()
    except Refused as refused:
        return refused.code, refused.field
    return None


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    gateways, now_ms = vectors["gateways"], vectors["nowMs"]
    opens = {vector["name"]: vector for vector in vectors["opens"]}
    for vector in vectors["opens"]:
        for to in vector["to"]:
            opened = open_envelope(envelope_of(vector), to, gateways, vector["sharedSecrets"], now_ms, "any")
            assert opened[1:] == (vector["statement"], pattern(vector["payloadBytes"])), vector["name"]

    for vector in vectors["refused"]:
        base = opens.get(vector.get("of"), vector)
        sealed = envelope_of(base) if "of" in vector else unbase64(vector["envelope"])
        if "change" in vector:
            sealed = changed(sealed, vector["change"])
        circumstances = base["sharedSecrets"], vector.get("nowMs", now_ms), vector.get("profile", "any")
        found = refusal(lambda: open_envelope(sealed, vector["opener"], gateways, *circumstances))
        assert found == (vector["fails"], vector.get("field")), (vector["name"], found)

    for vector in vectors["receipts"]:
        sent = opens[vector["of"]]
        circumstances = sent["sharedSecrets"], now_ms, "any"
        pub, _, payload = open_envelope(envelope_of(sent), sent["to"][0], gateways, *circumstances)
        judging = vector["receipt"], pub, payload, vector["to"], gateways, vector.get("profile", "any")
        if "fails" in vector:
            found = refusal(lambda: judge(*judging))
            assert found == (vector["fails"], vector.get("field")), (vector["name"], found)
        else:
            assert judge(*judging) == (vector["outcome"], vector.get("code")), vector["name"]

    counts = {kind: len(vectors[kind]) for kind in ("opens", "refused", "receipts")}
    print(json.dumps({**counts, "kem": "computed" if MLKEM768PrivateKey else "given"}))


main(sys.argv[1])
