/**
 * A segment with its fields as properties. Of a field that does not repeat, `undefined` means absent and `null` means
 * that the message holds `""`, HL7's order to delete; of what lies in a field, too. A field that repeats is a list
 * of what is neither; an empty one is absent or deleted, which {@linkcode View.isDeleted} tells. A date or a number that
 * cannot be read is `undefined`, since it is none; {@linkcode View.raw} has its text.
 *
 * A view is of the message as it was when it was taken, and reads nothing before a property is asked for. Types are those
 * of the newest version, read so that messages of older ones fit: where a code has become a coded element, an element of
 * a code alone.
 */
export interface View {
  /** The encoded text of the property's field; `undefined` where it is empty or absent. */
  raw(property: keyof this & string): string | undefined;
  /** True where the property's field holds `""`: what it held before is to be deleted. */
  isDeleted(property: keyof this & string): boolean;
  /** The properties that are there, as one plain object: for `JSON.stringify`. */
  toJSON(): Readonly<Record<string, unknown>>;
}
