import type { Rule } from '../rule.js';

/** Rules about two language versions of one row, and about a training and an evaluation set. */
export const pairRules = {
  'pair-missing': {
    severity: 'error',
    what: 'A row has no partner in the other file.',
    fix: 'Add it, or drop the row.',
  },
  'pair-ambiguous': {
    severity: 'error',
    what: 'Two rows of one file have the same key, so partners cannot be told apart.',
    fix: 'Pair by another key, or with an alignment file.',
  },
  'pair-images': {
    severity: 'error',
    what: 'The two versions do not have the same images.',
    fix: 'Correct the one that is wrong.',
  },
  'pair-turns': {
    severity: 'error',
    what: 'The two versions do not have the same number of turns from the same sides.',
    fix: 'Correct the one that is wrong.',
  },
  'pair-placeholders': {
    severity: 'error',
    what: 'A turn has other placeholders in the two versions.',
    fix: 'Put the same <image> into both.',
  },
  'pair-numbers': {
    severity: 'warning',
    what: 'A turn has other numbers in the two versions.',
    fix: 'Check the translation.',
  },
  'pair-boxes': {
    severity: 'error',
    what: 'A turn has other boxes in the two versions.',
    fix: 'Copy the boxes; they do not depend on the language.',
  },
  'pair-options': {
    severity: 'error',
    what: 'A question has other option letters in the two versions.',
    fix: 'Write the same options in the same order.',
  },
  'pair-answer-type': {
    severity: 'error',
    what: 'An answer is of another kind in the two versions (yes or no, option letter, number, text), or says the opposite.',
    fix: 'Check the translation.',
  },
  'leakage-image': {
    severity: 'error',
    what: 'The same image is in the training and in the evaluation set.',
    fix: 'Move the row, in all its languages, to one side.',
  },
  'leakage-text': {
    severity: 'warning',
    what: 'The same question and answer are in the training and in the evaluation set.',
    fix: 'Move the row to one side.',
  },
} as const satisfies Record<string, Rule>;
