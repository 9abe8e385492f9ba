import { declareErrors } from "../../../runtime/contract/error.ts";

/** Every error of the fax format. Pages and lines count from 1. */
export const errors = declareErrors("fax", {
  FAX_BYTES_MISSING: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: it has no bytes",
  },
  FAX_TYPE_UNSUPPORTED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: its bytes are neither TIFF nor PDF ({found})",
  },
  FAX_DIRECTORY_WRONG: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: the directory of page {page} is none of a TIFF page ({rule})",
  },
  FAX_PAGES_TOO_MANY: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: more pages than pagesMax ({pagesMax})",
  },
  FAX_IMAGE_TRUNCATED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: page {page} ends before its last line; it has to be sent again",
  },
  FAX_IMAGE_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: page {page} has {width} by {height} pixels, which is more than {rule} ({max})",
  },
  FAX_IMAGE_DAMAGED: {
    blame: "sender",
    retry: "never",
    says:
      "Cannot read fax: page {page} is damaged after {linesGood} of {lines} lines; it has to be sent again",
  },
  FAX_STRIPS_WRONG: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: the strips of page {page} are not those its size needs ({rule})",
  },
  FAX_COMPRESSION_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot read fax: page {page} is compressed in a way that is not read ({compression})",
  },
  FAX_PIXELS_UNSUPPORTED: {
    blame: "unsupported",
    retry: "never",
    says: "Cannot read fax: pixels of page {page} are neither black and white, nor grey, nor RGB of 8 bits",
  },
  FAX_PDF_LOCKED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: its PDF needs a password",
  },
  FAX_PDF_DAMAGED: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: its PDF is truncated or damaged",
  },
  FAX_PDF_TOO_LARGE: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: its PDF takes more memory than pdfBytesMax ({pdfBytesMax})",
  },
  FAX_PAGE_TIMED_OUT: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: page {page} took longer than pageMsMax ({pageMsMax}), twice",
  },
  FAX_DOCUMENT_TIMED_OUT: {
    blame: "sender",
    retry: "never",
    says: "Cannot read fax: its pages together took longer than pageMsMax ({pageMsMax}), twice",
  },
  FAX_READER_CRASHED: {
    blame: "bug",
    retry: "never",
    says: "Cannot read fax: the thread that read page {page} crashed, and the next one, too",
  },
  FAX_PROGRAM_MISSING: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot read faxes by the program tesseract: it is not there, or may not be run (--allow-run=tesseract)",
  },
  FAX_PATH_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot use path: {path} names nothing of a fax",
  },
  FAX_PATH_FIXED: {
    blame: "operator",
    retry: "never",
    says: "Cannot write path: {path} follows from something else",
  },
  FAX_ROW_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot write path: {path} is in a row that the fax does not have",
  },
  FAX_TEMPLATES_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot read templates: {path} is not there, or may not be read",
  },
});
