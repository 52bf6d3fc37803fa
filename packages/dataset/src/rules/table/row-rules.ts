import type { Rule } from '../rule.js';

/** Rules about the shape of a row: fields, turns, placeholders, budget. */
export const rowRules = {
  'row-shape': {
    severity: 'error',
    what: 'The row is not a JSON object.',
    fix: 'Write one object per line.',
  },
  'field-missing': {
    severity: 'error',
    what: 'A field that every row needs is missing.',
    fix: 'Add it; rows of another format become InternVL rows with internvl data convert.',
  },
  'field-type': {
    severity: 'error',
    what: 'A field has the wrong type.',
    fix: 'Write the type that the message names.',
  },
  'id-missing': {
    severity: 'note',
    what: 'The row has no id; reports, caches and pairing lean on one.',
    fix: 'Give each row an id of its own.',
  },
  'id-duplicate': {
    severity: 'error',
    what: 'Another row has the same id.',
    fix: 'Give each row an id of its own.',
  },
  'turns-none': {
    severity: 'error',
    what: 'The conversation has no turns.',
    fix: 'Remove the row.',
  },
  'role-unknown': {
    severity: 'error',
    what: 'A turn is from someone other than human, gpt or system.',
    fix: 'Write human, gpt or system.',
    repair: 'Writes human for user, gpt for assistant, bot and model.',
  },
  'role-order': {
    severity: 'error',
    what: 'Turns do not alternate between human and gpt.',
    fix: 'Join neighbouring turns of one side, or add the missing one.',
  },
  'system-misplaced': {
    severity: 'error',
    what: 'A system turn is not the first turn.',
    fix: 'Move it to the front; there may be one.',
  },
  'first-turn-not-human': {
    severity: 'error',
    what: 'The first turn behind the system turn is not from human; older templates drop it silently.',
    fix: 'Let the conversation start with a question.',
  },
  'last-turn-not-gpt': {
    severity: 'error',
    what: 'The conversation ends with a question: there is no answer to learn.',
    fix: 'Add the answer or remove the last turn.',
  },
  'turn-empty': {
    severity: 'error',
    what: 'A turn has no text.',
    fix: 'Write the text or remove the pair of turns.',
  },
  'placeholder-count': {
    severity: 'error',
    what: 'Placeholders (<image>, <video>) and files do not match in number.',
    fix: 'Write one placeholder per file into the human turns, in the order of the files.',
  },
  'placeholder-missing': {
    severity: 'warning',
    what: 'The one image (or video) has no placeholder; the trainer puts it in front of the first turn.',
    fix: 'Write <image> and a newline in front of the first question.',
    repair: 'Puts <image> (or <video>) and a newline in front of the first human turn.',
  },
  'placeholder-late': {
    severity: 'warning',
    what: "The one image's placeholder is not in turn 0; InternVL's loader would add a second one there.",
    fix: 'Move it to the first turn, or write image as a list of one.',
  },
  'placeholder-in-answer': {
    severity: 'error',
    what: 'A placeholder stands in a gpt or system turn, where it is never expanded and would be learned as text.',
    fix: 'Move it to a human turn, or take it out.',
  },
  'over-budget': {
    severity: 'error',
    what: 'The row needs more tokens than the sequence holds; the trainer would cut it or swap it for another row.',
    fix: 'Lower the tile limit (max_dynamic_patch), split the conversation, or raise the sequence length.',
  },
  'budget-unknown': {
    severity: 'note',
    what: 'The budget could not be computed: the size of an image is not known.',
    fix: 'Write width and height, or make the image file readable.',
  },
} as const satisfies Record<string, Rule>;
