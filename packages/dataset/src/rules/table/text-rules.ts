import type { Rule } from '../rule.js';

/** Rules about the text of a turn: tags, boxes, characters, language. */
export const textRules = {
  'tag-unbalanced': {
    severity: 'error',
    what: '<ref>, <box>, <quad> or <img> and their ends do not match.',
    fix: 'Close each tag once, in order.',
  },
  'box-syntax': {
    severity: 'error',
    what: 'A box is not written as [[x1, y1, x2, y2]] (a quad as [[x1, y1, … x4, y4]]).',
    fix: 'Write the numbers in that form.',
  },
  'box-range': {
    severity: 'error',
    what: 'A box has numbers below 0 or above 1000.',
    fix: 'Write thousandths of the original image, 0 to 1000.',
  },
  'box-order': {
    severity: 'error',
    what: 'A box has x1 > x2 or y1 > y2.',
    fix: 'Write the upper left corner first.',
    repair: 'Swaps the numbers.',
  },
  'box-convention': {
    severity: 'error',
    what: 'A box is in fractions 0…1, in pixels (above 1000, and inside the declared width and height), or has decimals.',
    fix: 'Convert with internvl data convert, which states the convention it found.',
  },
  'box-empty': {
    severity: 'warning',
    what: 'A box has no area.',
    fix: 'Check the numbers.',
  },
  'special-token': {
    severity: 'error',
    what: 'The text spells a control token of the tokenizer; the trainer would read it as one.',
    fix: 'Take it out, or break it with a space.',
  },
  'control-character': {
    severity: 'warning',
    what: 'The text has control characters, or invisible ones that change direction or join nothing.',
    fix: 'Remove them.',
    repair: 'Removes them, and writes \\n for \\r\\n and \\r.',
  },
  'lone-surrogate': {
    severity: 'error',
    what: 'The text has half a surrogate pair, which is no character and cannot be written as UTF-8.',
    fix: 'Write the row again from its source.',
  },
  'replacement-character': {
    severity: 'warning',
    what: 'The text has U+FFFD: a character was lost when it was decoded.',
    fix: 'Write the row again from its source.',
  },
  mojibake: {
    severity: 'warning',
    what: 'The text was decoded with the wrong encoding.',
    fix: 'Write the row again from its source, decoding it as UTF-8.',
  },
  'digits-full-width': {
    severity: 'warning',
    what: 'The text has full-width digits, which tokenise and compare differently.',
    fix: 'Write ASCII digits.',
    repair: 'Writes ASCII digits.',
  },
  'chinese-mixed': {
    severity: 'warning',
    what: 'The text mixes simplified and traditional characters.',
    fix: 'Convert it to one of them.',
  },
  'language-mismatch': {
    severity: 'warning',
    what: 'An answer is not in the declared language.',
    fix: 'Correct lang, or translate the answer.',
  },
  repetition: {
    severity: 'warning',
    what: 'An answer repeats itself: more than 40 % of its n-grams have come before.',
    fix: 'Look at it; generated text loops like this.',
  },
} as const satisfies Record<string, Rule>;
