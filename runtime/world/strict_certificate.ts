/**
 * What keeps a certificate's proof from being left out. The platform takes a peer's word that it has the key where its own
 * reader stumbles over the certificate: over one before version 3 of X.509, or one whose encoding bends the rules of DER
 * (ITU-T X.690) in places that another reader is lenient about. So nothing is believed of a certificate that is not written
 * exactly as RFC 5280 section 4.1 has it.
 *
 * `outdated`: it is not of version 3. `unfit`: its encoding bends the rules.
 */
export function flawOf(certificate: Uint8Array): "outdated" | "unfit" | undefined {
  try {
    const whole = only(new Reader(certificate), SEQUENCE);
    const signed = new Reader(whole.take(SEQUENCE));
    if (!isVersion3(signed)) return "outdated";
    readSigned(signed);
    whole.take(SEQUENCE);
    readWholeBytes(whole);
    whole.end();
    return undefined;
  } catch {
    return "unfit";
  }
}

const BOOLEAN = 0x01, INTEGER = 0x02, BITS = 0x03, OCTETS = 0x04, OBJECT = 0x06, SEQUENCE = 0x30;
const VERSION = 0xa0, EXTENSIONS = 0xa3;

function isVersion3(signed: Reader): boolean {
  if (signed.next !== VERSION) return false;
  const [version, ...more] = only(new Reader(signed.take(VERSION)), INTEGER).rest();
  return version === 2 && more.length === 0;
}

/** What the issuer has signed, after its version. */
function readSigned(signed: Reader): void {
  signed.take(INTEGER);
  // Algorithm, issuer, validity, subject.
  for (let part = 0; part < 4; part++) signed.take(SEQUENCE);
  const key = new Reader(signed.take(SEQUENCE));
  key.take(SEQUENCE);
  readWholeBytes(key);
  key.end();
  if (signed.next === EXTENSIONS) {
    const extensions = only(new Reader(signed.take(EXTENSIONS)), SEQUENCE);
    while (extensions.next !== undefined) readExtension(new Reader(extensions.take(SEQUENCE)));
  }
  signed.end();
}

function readExtension(extension: Reader): void {
  const [first, second, id, ...more] = extension.take(OBJECT);
  if (extension.next === BOOLEAN) {
    const [truth, ...rest] = extension.take(BOOLEAN);
    if (rest.length > 0 || truth !== 0 && truth !== 0xff) throw new RangeError("A truth is neither");
  }
  const value = extension.take(OCTETS);
  extension.end();
  // 2.5.29, and which of those below it.
  const isKnown = first === 0x55 && second === 0x1d && more.length === 0 && SEQUENCES.has(id);
  if (isKnown) only(new Reader(value), SEQUENCE);
}

/** Alternative names, basic constraints, name constraints, where revocations are, extended key usage. */
const SEQUENCES: ReadonlySet<number> = new Set([17, 19, 30, 31, 37]);

/** A bit string all of whose bits are used. */
function readWholeBytes(reader: Reader): void {
  if (reader.take(BITS)[0] !== 0) throw new RangeError("Bits are no whole bytes");
}

/** The content of the one value that is there. */
function only(reader: Reader, tag: number): Reader {
  const content = reader.take(tag);
  reader.end();
  return new Reader(content);
}

/** Reads values one after the other, each by its tag. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Tag of the value that comes; `undefined` at the end. */
  get next(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The content of the value that comes. Throws where it has another tag, or none. */
  take(tag: number): Uint8Array {
    if (this.next !== tag) throw new RangeError("Another value is here");
    const length = this.#length();
    const content = this.#bytes.subarray(this.#at, this.#at + length);
    if (content.length < length || length === 0 && tag === INTEGER) throw new RangeError("It ends too early");
    this.#at += length;
    return content;
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  end(): void {
    if (this.#at < this.#bytes.length) throw new RangeError("More is here than should be");
  }

  /** In as few bytes as it can be written in; what a certificate is made of is smaller than 64 KiB. */
  #length(): number {
    const [, first, high, low] = this.#bytes.subarray(this.#at, this.#at + 4);
    const [length, size] = first < 0x80
      ? [first, 2]
      : first === 0x81 && high >= 0x80
      ? [high, 3]
      : first === 0x82 && high > 0
      ? [high * 256 + low, 4]
      : [NaN, 0];
    if (Number.isNaN(length)) throw new RangeError("A length is not as short as it may be");
    this.#at += size;
    return length;
  }
}
