import type { Dtm } from "../values/dtm.ts";
import type {
  Address,
  Authority,
  Identifier,
  Organization,
  Person,
  PersonName,
  Telecom,
} from "./person_types.ts";
import type {
  Coded,
  Encapsulated,
  EntityIdentifier,
  NumericRange,
  Pointer,
  Price,
  Quantity,
  StructuredNumeric,
} from "./value_types.ts";

/**
 * A value of OBX-5, by the type OBX-2 names: numbers for NM, dates for DT, TS and DTM, text for ST, TX, FT, ID and IS,
 * and for types without a view their first part as text.
 */
export type ObservationValue =
  | string
  | number
  | Dtm
  | Coded
  | Encapsulated
  | Pointer
  | StructuredNumeric
  | NumericRange
  | Quantity
  | Price
  | Identifier
  | EntityIdentifier
  | Authority
  | PersonName
  | Person
  | Organization
  | Address
  | Telecom;
