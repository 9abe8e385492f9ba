/** `Invoice No`, `Invoice Number`, `Invoice #`, … of `Invoice`. */
export const numbers = (...things: readonly string[]) =>
  things.flatMap((thing) => ["No", "Number", "#", "ID", "Nbr"].map((word) => `${thing} ${word}`));
