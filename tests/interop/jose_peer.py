"""A partner whose stack is jwcrypto: `jose_peer.py open|seal|receipt`, one JSON object on each of stdin and stdout."""

import json
import sys

from jwcrypto.common import base64url_decode, base64url_encode, json_decode, json_encode
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

WAYS = ["ECDH-ES+A256KW", "A256GCM"]


def open_message(told):
    """Opens what a gateway sealed, and checks who signed it."""
    sealed = JWE(algs=WAYS)
    sealed.deserialize(told["sealed"], JWK(**told["key"]))
    outside = sealed.jose_header
    inside = JWS()
    inside.allowed_algs = ["EdDSA", "ES256"]
    inside.deserialize(sealed.payload.decode(), JWK(**told["signer"]))
    said = inside.jose_header["seal"]
    assert outside["seal"] == {name: said[name] for name in ("v", "from", "ch", "to")}
    return {"payload": base64url_encode(inside.payload), "statement": said}


def seal_message(told):
    """Signs and seals, for one key or for several."""
    signing, said = JWK(**told["signing"]), told["statement"]
    inside = JWS(base64url_decode(told["payload"]))
    header = {"alg": told["alg"], "kid": told["kid"], "typ": "seal-doc+jws", "seal": said}
    inside.allowed_algs = ["EdDSA", "ES256"]
    inside.add_signature(signing, None, json_encode(header), None)
    label = {name: said[name] for name in ("v", "from", "ch", "to")}
    protected = {"alg": WAYS[0], "enc": WAYS[1], "typ": "seal+jwe", "cty": "seal-doc+jws", "seal": label}
    sealed = JWE(inside.serialize(compact=True).encode(), json_encode(protected), algs=WAYS)
    for to, key in zip(said["to"], told["keys"]):
        sealed.add_recipient(JWK(**key), json_encode({"kid": to["kid"]}))
    return {"sealed": sealed.serialize(compact=len(told["keys"]) == 1)}


def read_receipt(told):
    """Checks a receipt."""
    receipt = JWS()
    receipt.allowed_algs = ["EdDSA", "ES256"]
    receipt.deserialize(told["receipt"], JWK(**told["signer"]))
    assert receipt.jose_header["typ"] == "seal-rcpt+jws"
    return json_decode(receipt.payload)


DOES = {"open": open_message, "seal": seal_message, "receipt": read_receipt}
print(json.dumps(DOES[sys.argv[1]](json.load(sys.stdin))))
