import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { excerptAt, type FindingSink } from './finding.js';

/** Who speaks, in InternVL's words. */
export type Speaker = 'human' | 'gpt' | 'system';

/** Words other formats use, and what they mean here. */
export const speakerAliases: ReadonlyMap<string, Speaker> = new Map<string, Speaker>([
  ['user', 'human'],
  ['assistant', 'gpt'],
  ['bot', 'gpt'],
  ['model', 'gpt'],
]);

/** Gets each turn whose text can be looked at. */
export type TurnVisitor = (text: string, speaker: Speaker, index: number) => void;

const pointer = (index: number, field?: string): string =>
  `/conversations/${index}${field === undefined ? '' : `/${field}`}`;

/** Shape of the conversation: fields, roles, their order, empty turns. */
export function checkTurns(row: JsonObject, sink: FindingSink, visit: TurnVisitor): void {
  const turns = row.conversations;
  if (turns === undefined) {
    missing(row, sink);
    return;
  }
  if (!isJsonList(turns)) {
    sink.add('field-type', '/conversations', `Expected a list of turns, got ${kindOf(turns)}.`, shown(turns));
    return;
  }
  if (turns.length === 0) {
    sink.add(
      'turns-none',
      '/conversations',
      'Expected at least a question and an answer, got an empty list.',
      '[]',
    );
    return;
  }
  let previous: Speaker | undefined;
  for (let index = 0; index < turns.length; index++) {
    const turn = turns[index];
    if (!isJsonObject(turn)) {
      sink.add(
        'field-type',
        pointer(index),
        `Expected a turn {"from", "value"}, got ${kindOf(turn)}.`,
        shown(turn),
      );
      continue;
    }
    const speaker = speakerOf(turn, index, sink);
    if (speaker !== undefined) {
      checkOrder(speaker, previous, index, sink);
      if (speaker !== 'system') previous = speaker;
    }
    const text = turn.value;
    if (text === undefined) {
      sink.add(
        'field-missing',
        pointer(index),
        'Expected value with the text of the turn, there is none.',
        shown(turn),
        {
          field: 'value',
        },
      );
    } else if (typeof text !== 'string') {
      sink.add('field-type', pointer(index, 'value'), `Expected text, got ${kindOf(text)}.`, shown(text));
    } else {
      if (text.trim() === '') {
        sink.add('turn-empty', pointer(index, 'value'), 'Expected text, got none.', excerptAt(text));
      }
      visit(text, speaker ?? (index % 2 === 0 ? 'human' : 'gpt'), index);
    }
  }
  if (previous === 'human') {
    const last = turns.length - 1;
    sink.add(
      'last-turn-not-gpt',
      pointer(last),
      'Expected an answer at the end, got a question.',
      shown(turns[last]),
    );
  }
}

function speakerOf(turn: JsonObject, index: number, sink: FindingSink): Speaker | undefined {
  const from = turn.from;
  if (from === 'human' || from === 'gpt' || from === 'system') return from;
  if (from === undefined) {
    sink.add(
      'field-missing',
      pointer(index),
      'Expected from with human, gpt or system, there is none.',
      shown(turn),
      {
        field: 'from',
      },
    );
    return undefined;
  }
  if (typeof from !== 'string') {
    sink.add(
      'field-type',
      pointer(index, 'from'),
      `Expected human, gpt or system, got ${kindOf(from)}.`,
      shown(from),
    );
    return undefined;
  }
  sink.add(
    'role-unknown',
    pointer(index, 'from'),
    `Expected human, gpt or system, got ${JSON.stringify(excerptAt(from))}.`,
    excerptAt(from),
  );
  return speakerAliases.get(from.toLowerCase());
}

function checkOrder(speaker: Speaker, previous: Speaker | undefined, index: number, sink: FindingSink): void {
  if (speaker === 'system') {
    if (index > 0)
      sink.add(
        'system-misplaced',
        pointer(index),
        `Expected the system turn first, it is turn ${index}.`,
        'system',
      );
    return;
  }
  if (previous === undefined) {
    if (speaker !== 'human') {
      sink.add(
        'first-turn-not-human',
        pointer(index),
        `Expected the first turn from human, it is from ${speaker}.`,
        speaker,
      );
    }
    return;
  }
  if (speaker === previous) {
    sink.add('role-order', pointer(index), `Expected human and gpt in turn, got ${speaker} twice.`, speaker);
  }
}

function missing(row: JsonObject, sink: FindingSink): void {
  const other = ['messages', 'conversation', 'question', 'texts'].find((name) => row[name] !== undefined);
  sink.add(
    'field-missing',
    '',
    `Expected conversations with a list of turns, there is none${other === undefined ? '' : `, but ${other}`}.`,
    shown(row),
    { field: 'conversations', ...(other !== undefined && { found: other }) },
  );
}

/** What kind of value it is, for a sentence. */
export function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A value as an excerpt. */
export function shown(value: JsonValue | undefined): string {
  return value === undefined ? '' : excerptAt(typeof value === 'string' ? value : JSON.stringify(value));
}
