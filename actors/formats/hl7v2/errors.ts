import { declareErrors } from "../../../runtime/contract/error.ts";

/** Every error of the HL7 v2 format. Facts are positions, counts and codes of HL7's own tables, never content. */
export const errors = declareErrors("hl7v2", {
  HL7V2_MESSAGE_EMPTY: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: it has no segments",
  },
  HL7V2_HEADER_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: it does not begin with MSH",
  },
  HL7V2_HEADER_TOO_SHORT: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: MSH is too short to hold its delimiters ({length} characters)",
  },
  HL7V2_DELIMITERS_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: MSH-1 and MSH-2 must be four to six different punctuation characters",
  },
  HL7V2_SEGMENT_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: segment {segment} does not begin with three of A-Z and 0-9",
  },
  HL7V2_MESSAGE_NOT_ALONE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: segment {segment} begins another message",
  },
  HL7V2_BATCH_HEADER_MISPLACED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read batch: {header} stands inside a batch that has not ended, after message {messages}",
  },
  HL7V2_BATCH_SEGMENT_MISPLACED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read batch: a segment stands outside every message, after message {messages}",
  },
  HL7V2_BATCH_MESSAGE_EXCESSIVE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read batch: a message is larger than messageBytesMax ({messageBytesMax})",
  },
  HL7V2_MESSAGE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot accept message: {says} ({rule} at {path}; {problems} errors in all)",
  },
  HL7V2_RULE_BROKEN: {
    blame: "sender",
    retry: "never",
    says: "Cannot accept {path}: {says} ({rule})",
  },
  HL7V2_TYPE_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot accept message: MSH-9 is empty",
  },
  HL7V2_TYPE_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot accept message: its type in MSH-9 is not in accept",
  },
  HL7V2_EVENT_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot accept message: its type is in accept, but not with the event of MSH-9.2",
  },
  HL7V2_SEQUENCE_BROKEN: {
    blame: "sender",
    retry: "later",
    says: "Cannot accept message: its sequence number in MSH-13 is not the expected one ({expected})",
  },
  HL7V2_SEQUENCE_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot accept message: MSH-13 is not a positive whole number, 0 or -1 ({expected} is expected)",
  },
  HL7V2_FRAGMENT_TOO_SMALL: {
    blame: "operator",
    retry: "never",
    says: "Cannot fragment message: no fragment can be so small (bytesMax {bytesMax}, segment {segment})",
  },
  HL7V2_FRAGMENT_UNNAMED: {
    blame: "operator",
    retry: "never",
    says: "Cannot fragment message: MSH-10 is empty, and continuation pointers are made of it",
  },
  HL7V2_FRAGMENT_NESTED: {
    blame: "operator",
    retry: "never",
    says: "Cannot fragment message: it is a fragment already, by its MSH-14 or a DSC at its end",
  },
  HL7V2_FRAGMENT_FOREIGN: {
    blame: "sender",
    retry: "never",
    says: "Cannot assemble message: fragment {fragment} has other delimiters than the first",
  },
  HL7V2_FRAGMENT_MISSING: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot assemble message: its {fragments} fragments do not follow each other from the first to the last",
  },
  HL7V2_ADDENDUM_MISSING: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot assemble message: fragment {fragment} does not begin with ADD, but the one before was cut within a segment",
  },
  HL7V2_ADDENDUM_STRAY: {
    blame: "sender",
    retry: "never",
    says: "Cannot assemble message: ADD follows no segment that it could belong to (fragment {fragment})",
  },
  HL7V2_PROCESSING_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot accept message: its processing id in MSH-11 is not in processing",
  },
  HL7V2_VERSION_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot accept message: its version in MSH-12 is not in versions",
  },
  HL7V2_TYPE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot create message: not a type as MSH-9 has it, such as ADT^A04 ({what})",
  },
  HL7V2_PATH_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot use path: not of the form SEG[n]-F[r].C.S that this call takes ({path})",
  },
  HL7V2_DELIMITERS_FIXED: {
    blame: "operator",
    retry: "never",
    says: "Cannot change {path}: a message keeps its delimiters",
  },
  HL7V2_OCCURRENCE_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot set {path}: the segments before it do not exist",
  },
  HL7V2_DELIMITER_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot set {path}: MSH-2 of the message has no subcomponent separator",
  },
  HL7V2_CHARSET_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot use character set: there is no table for {charset}",
  },
  HL7V2_BYTES_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read message: its bytes begin as {charset} and do not go on as that",
  },
  HL7V2_CHARACTER_UNENCODABLE: {
    blame: "operator",
    retry: "never",
    says: "Cannot write {path}: the character set ({charset}) has no room for one of its characters",
  },
  HL7V2_MESSAGE_FROZEN: {
    blame: "bug",
    retry: "never",
    says: "Cannot set {path} in place: the body is part of a message; use with()",
  },
  HL7V2_DATA_INVALID: {
    blame: "sender",
    retry: "never",
    says: "Cannot read document at {path}: its data is not, or not all of, {encoding}",
  },
  HL7V2_DATA_ENCODING_UNKNOWN: {
    blame: "sender",
    retry: "never",
    says: "Cannot read document at {path}: its encoding is none of A, Hex and Base64",
  },
  HL7V2_TIME_ZONE_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot place a time: the platform knows no time zone {timeZone}",
  },
  HL7V2_PRECISION_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot write date: precision {precision} was asked of a value that has parts down to {finest}",
  },
  HL7V2_NUMBER_UNWRITABLE: {
    blame: "operator",
    retry: "never",
    says: "Cannot write {path}: HL7 has no number that is not finite or needs an exponent",
  },
  HL7V2_YEAR_UNWRITABLE: {
    blame: "operator",
    retry: "never",
    says: "Cannot write date: its year is not one of 0000 to 9999",
  },
  HL7V2_ANSWER_UNREADABLE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot read answer: not an HL7 message with MSA-1 of AA, AE, AR, CA, CE or CR",
  },
  HL7V2_ANSWER_MISMATCHED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot use answer: its MSA-2 is not the MSH-10 that was sent",
  },
  HL7V2_MESSAGE_REFUSED: {
    blame: "receiver",
    retry: "never",
    says: "Cannot deliver message: the receiver answered {answer} with error code {errorCode}",
  },
  HL7V2_MESSAGE_DEFERRED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver message now: the receiver answered {answer} with error code {errorCode}",
  },
  HL7V2_MESSAGE_TURNED_AWAY: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver message now: the receiver answered {answer} with error code {errorCode}",
  },
  HL7V2_BATCH_REFUSED: {
    blame: "receiver",
    retry: "never",
    says:
      "Cannot deliver batch: the receiver refused {refused} of {answered} messages it answered for, the first with {answer} and error code {errorCode}",
  },
  HL7V2_BATCH_DEFERRED: {
    blame: "receiver",
    retry: "later",
    says:
      "Cannot deliver batch now: the receiver put off {refused} of {answered} messages it answered for, the first with {answer} and error code {errorCode}",
  },
});
