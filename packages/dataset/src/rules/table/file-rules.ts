import type { Rule } from '../rule.js';

/** Rules about the file and its lines, before a row is seen. */
export const fileRules = {
  'file-empty': {
    severity: 'error',
    what: 'The file has no rows.',
    fix: 'Write the rows, or take the file out of the list.',
  },
  'file-unreadable': {
    severity: 'error',
    what: 'The file is missing, is no regular file, or cannot be read to its end.',
    fix: 'Check the path, its permissions and, for a compressed file, that it was written to its end.',
  },
  'encoding-utf16': {
    severity: 'error',
    what: 'The file starts with the mark of UTF-16 or UTF-32; JSON Lines are UTF-8.',
    fix: 'Save it as UTF-8.',
  },
  'utf8-invalid': {
    severity: 'error',
    what: 'The line has bytes that are not UTF-8 (a cut character, or another encoding such as GB18030).',
    fix: 'Save the file as UTF-8; where it is GB18030, convert it from that.',
  },
  'byte-order-mark': {
    severity: 'warning',
    what: 'The file or a line starts with a byte order mark, on which a JSON reader fails.',
    fix: 'Save the file without it.',
    repair: 'Removes the mark.',
  },
  'line-too-long': {
    severity: 'error',
    what: 'The line is longer than the limit and was passed over unread.',
    fix: 'Look for a lost newline or an embedded file; raise the limit (--max-line-bytes) if the line is right.',
  },
  'line-empty': {
    severity: 'warning',
    what: 'The line is empty.',
    fix: 'Remove it.',
    repair: 'Removes the line.',
  },
  'json-cut': {
    severity: 'error',
    what: 'The JSON ends too early: the line was cut.',
    fix: 'Write the row again from its source.',
  },
  'json-invalid': {
    severity: 'error',
    what: 'The line is not JSON.',
    fix: 'Write rows with a JSON library, one object per line.',
  },
  'json-nan': {
    severity: 'error',
    what: 'The line holds NaN or Infinity, which Python writes and JSON does not have.',
    fix: 'Write null, or leave the key out (Python: allow_nan=False).',
  },
  'json-too-deep': {
    severity: 'error',
    what: 'Brackets are nested deeper than any row needs.',
    fix: 'Flatten the row; the limit is 100.',
  },
  'json-duplicate-key': {
    severity: 'error',
    what: 'An object has the same key twice; readers keep one and drop the other silently.',
    fix: 'Decide which value is meant and remove the other.',
  },
  'compression-bomb': {
    severity: 'error',
    what: 'The compressed file grows out of all proportion; reading stopped.',
    fix: 'Do not unpack it; get the file from its source again.',
  },
  'archive-bomb': {
    severity: 'error',
    what: 'An archive entry declares more bytes than the limit; reading stopped.',
    fix: 'Do not unpack it; get the archive from its source again.',
  },
  'archive-path': {
    severity: 'error',
    what: 'An archive entry would be written outside of the folder it is unpacked to.',
    fix: 'Do not unpack it; write the archive again with plain relative names.',
  },
  'archive-link': {
    severity: 'error',
    what: 'An archive entry is a link or a device, no file.',
    fix: 'Write the archive again with the files themselves.',
  },
  'archive-damaged': {
    severity: 'error',
    what: 'The archive is cut or damaged.',
    fix: 'Write or fetch it again.',
  },
  'source-problem': {
    severity: 'error',
    what: 'The reader of this format could not make a row of what is there; its sentence says why.',
    fix: 'Mend the place it names.',
  },
  'source-warning': {
    severity: 'warning',
    what: 'The reader of this format made a row of what is there, but remarks on it.',
    fix: 'Look at the place it names.',
  },
  'meta-invalid': {
    severity: 'error',
    what: 'A data set in the meta file is not described as InternVL reads it.',
    fix: 'Give each data set root, annotation (a name ending in jsonl), data_augment, repeat_time and length.',
  },
  'meta-repeat': {
    severity: 'error',
    what: 'repeat_time above 1 is not whole: fine-tuning refuses it, pre-training silently truncates it.',
    fix: 'Write a whole number, or one below 1 to take the first part of the file.',
  },
  'meta-length': {
    severity: 'warning',
    what: 'length in the meta file is not the number of rows.',
    fix: 'Write the number of rows.',
  },
} as const satisfies Record<string, Rule>;
