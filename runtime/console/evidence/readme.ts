import type { Evidence } from "./evidence_pack.ts";

/** What a lawyer or an auditor is told who opens the folder. */
export function readmeOf(
  { gateway, message, destination, keyFiles, payload, received, statement }: Evidence,
): string {
  const gateways = [...new Set(keyFiles.map((file) => file.gateway))];
  const roots = gateways.map((name) => `--root "${name}=FINGERPRINT"`).join(" ");
  const about = destination === undefined ? message : `${message}, to ${destination}`;
  return `EVIDENCE ABOUT ONE MESSAGE

Whose records: ${gateway}
Message: ${about}

${payload ?? received ? PATIENT_DATA : NO_PAYLOAD}

What this is
------------
A folder that shows what became of a message between two organisations, to somebody who trusts neither of them.
It shows it by digital signatures, and by a ledger: a list of everything that ${gateway} did with messages, which
only grows. Other organisations' gateways look at that list all the time and sign what they have seen, so nothing in
it can be changed, removed or added for an earlier time without their noticing.

How to check it
---------------
You need Python (3.8 or later) and openssl (3 or later); nothing from the makers of the software. Take
verify_evidence.py from somebody you trust, or read it: the copy in this folder is only as good as the folder.

1. Ask each organisation, by a way you trust, for the fingerprint of its gateway: ${gateways.join(", ")}.
   Its people find it by "mitral keys show". It is what everything else rests on. One that you take from this
   folder proves nothing.

2. Run it where you have put it, and name this folder:

   python3 -I verify_evidence.py FOLDER ${roots}

3. Read the last line, and the two lists before it: what is proven, and what is not. OK means that everything in
   the folder holds. REFUSED says what does not; then the folder proves nothing.

What the files are
------------------
evidence.json       a list of all files. It is not signed, and says nothing that is not checked.
${statement ? SIGNED : ""}payload             the message itself, if it is here.
received            what ${gateway} was sent, if that differs from what it sent on.
salt                random bytes. With them the ledger's hash of the received message can be checked.
entry-E-N.json      entry N of the ledger (its part E), as it was written down.
*.tlog-proof        what shows that the entry is in the ledger, which others have signed.
keys/               the public keys of the organisations, each file signed by that organisation.
verify_evidence.py  the program that checks all this.

The formats are public: docs/evidence.md of Mitral, RFC 7515, RFC 6962, RFC 8785, and c2sp.org.
`;
}

const PATIENT_DATA = `THIS FOLDER HOLDS A MESSAGE WITH PATIENT DATA. Give it to nobody who may not see that.`;
const NO_PAYLOAD =
  `The message itself is not in this folder. Whoever has it can check it against the folder (--payload FILE).`;
const SIGNED = `statement.jws       what the sender signed: what it sends, to whom, when.
receipt.jws         what the addressee signed: that it has the message, and accepted or rejected it.
`;
