"""What the outsider's script finds of proofs alone: `ledger_proofs_peer.py SCRIPT`, one JSON object on each of stdin and stdout.

In: `key`, which signed the checkpoint (32 bytes, base64), and `proofs`, each with its `entry` (base64) and the text of its
`proof`. Out: for each proof what is wrong with it, or null.
"""

import base64
import importlib.util
import json
import sys

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("verify_evidence", sys.argv[1])
outsider = importlib.util.module_from_spec(spec)
spec.loader.exec_module(outsider)


def trouble(told, key, signed):
    """Reads and checks a proof as the script does; a checkpoint that was checked before is not checked again."""
    try:
        index, path, note = outsider.read_proof(told["proof"].encode(), "proof")
        body, _, signatures = note.partition("\n\n")
        _, size, root = body.split("\n")
        if note not in signed:
            raw = base64.b64decode(signatures.split("\n")[0].split(" ")[2])
            signed[note] = outsider.is_signed("Ed25519", key, raw[4:], (body + "\n").encode())
        outsider.need(signed[note], "the checkpoint is not signed by that key")
        outsider.need(index < int(size), "the entry is not in the tree")
        reached = outsider.root_from(base64.b64decode(told["entry"]), index, int(size), path)
        outsider.need(reached == base64.b64decode(root), "the proof does not lead to the root")
    except outsider.Refused as refused:
        return str(refused)
    return None


asked = json.load(sys.stdin)
known = {}
json.dump([trouble(told, base64.b64decode(asked["key"]), known) for told in asked["proofs"]], sys.stdout)
