import type { ValueType } from "../template.ts";
import { moneyReader, numberReader, rangeReader, resultReader } from "./amounts.ts";
import { icd10Reader, loincReader, npiReader, phoneReader, procedureReader } from "./codes.ts";
import { dateReader, datetimeReader } from "./dates.ts";
import { digitsReader } from "./digits.ts";
import { identifierReader } from "./identifier.ts";
import type { TypeReader } from "./match.ts";
import { patternReader } from "./pattern.ts";
import { nameReader } from "./names.ts";
import { vocabularyReader } from "./vocabulary.ts";
import { enumReader, lexiconReader, textReader } from "./words.ts";

/** Types that say nothing more. */
const PLAIN = {
  text: textReader,
  name: nameReader,
  identifier: identifierReader,
  money: moneyReader,
  number: numberReader,
  result: resultReader,
  range: rangeReader,
  npi: npiReader,
  loinc: loincReader,
  procedure: procedureReader,
  icd10: icd10Reader,
  phone: phoneReader,
} as const satisfies Partial<Record<ValueType["is"], TypeReader>>;

const made = new WeakMap<ValueType, TypeReader>();

/** What reads values of a type; made once for each type of a template. */
export function readerOf(type: ValueType): TypeReader {
  let reader = made.get(type);
  if (!reader) made.set(type, reader = makeReader(type));
  return reader;
}

function makeReader(type: ValueType): TypeReader {
  switch (type.is) {
    case "pattern":
      return patternReader(type.patterns);
    case "digits":
      return digitsReader(type.lengths);
    case "date":
      return dateReader(type.order, type.pivot);
    case "datetime":
      return datetimeReader(type.order, type.pivot);
    case "enum":
      return enumReader(type.values);
    case "words":
      return vocabularyReader(type.words);
    case "lexicon":
      return lexiconReader(type.terms, type.isOpen);
    default:
      return PLAIN[type.is];
  }
}
