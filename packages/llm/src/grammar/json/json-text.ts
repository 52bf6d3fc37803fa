import { type CharacterRanges, characters, commonCharacters, lastCodePoint } from '../characters.js';
import { bytes, choice, type GrammarNode, literal, optional, repeat, rule, sequence } from '../node.js';

const many = Number.POSITIVE_INFINITY;

/**
 * Space between the parts of JSON: none, one, or a new line with as much as twenty. A model that may write space without
 * end sometimes does.
 */
export const space = optional(
  choice(literal(' '), sequence(literal('\n'), repeat(bytes(0x20, 0x20, 0x09, 0x09), 0, 20))),
);

/** What a string may hold as it is. */
export const plainCharacters: CharacterRanges = [0x20, 0x21, 0x23, 0x5b, 0x5d, lastCodePoint];

const hex = bytes(0x30, 0x39, 0x41, 0x46, 0x61, 0x66);
const hexes = (count: number) => repeat(hex, count, count);

/** One character of a string, in any spelling but that of two surrogates. */
export const anyCharacter = choice(
  characters(plainCharacters),
  sequence(
    literal('\\'),
    choice(
      characters([...'"\\/bfnrt'].flatMap((letter) => [letter.charCodeAt(0), letter.charCodeAt(0)])),
      sequence(
        literal('u'),
        choice(
          sequence(bytes(0x30, 0x39, 0x41, 0x43, 0x45, 0x46, 0x61, 0x63, 0x65, 0x66), hexes(3)),
          sequence(bytes(0x44, 0x44, 0x64, 0x64), bytes(0x30, 0x37), hexes(2)),
        ),
      ),
    ),
  ),
);

/** One character out of ranges as it stands in a string: as it is, or escaped where it has to be. */
export function stringCharacter(ranges: CharacterRanges): GrammarNode {
  const options = [characters(commonCharacters(ranges, plainCharacters))];
  for (const code of [...Array(0x20).keys(), 0x22, 0x5c]) {
    const escaped = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
    if (commonCharacters(ranges, [code, code]).length > 0) options.push(literal(escaped));
  }
  return choice(...options);
}

export function quoted(content: GrammarNode): GrammarNode {
  return sequence(literal('"'), content, literal('"'));
}

export const anyString = quoted(repeat(anyCharacter, 0, many));

const digit = bytes(0x30, 0x39);

/** As many digits as a double can tell apart. */
const wholeNumber = sequence(
  optional(literal('-')),
  choice(literal('0'), sequence(bytes(0x31, 0x39), repeat(digit, 0, 14))),
);

export const anyNumber = sequence(
  wholeNumber,
  optional(sequence(literal('.'), repeat(digit, 1, 16))),
  optional(
    sequence(bytes(0x45, 0x45, 0x65, 0x65), optional(bytes(0x2b, 0x2b, 0x2d, 0x2d)), repeat(digit, 1, 2)),
  ),
);

export const anyBoolean = choice(literal('true'), literal('false'));
export const nothing = literal('null');

/** A comma between two things. */
export const comma = sequence(literal(','), space);

/** `open … close` around items with commas between them; `min` to `max` of them. */
export function listed(
  open: string,
  close: string,
  item: GrammarNode,
  min: number,
  max: number,
): GrammarNode {
  const further = repeat(sequence(comma, item), Math.max(0, min - 1), max - 1);
  const items = max > 0 ? sequence(item, further) : min > 0 ? choice() : sequence();
  return sequence(literal(open), space, min === 0 ? optional(items) : items, space, literal(close));
}

/** `name: value`. */
export function property(name: GrammarNode, value: GrammarNode): GrammarNode {
  return sequence(name, literal(':'), space, value);
}

const value = rule('value');

/** Any object, any array, any JSON: they occur in each other. */
export const anyObject = listed('{', '}', property(anyString, value), 0, many);
export const anyArray = listed('[', ']', value, 0, many);
export const anyValue = choice(anyString, anyNumber, anyObject, anyArray, anyBoolean, nothing);
value.body = anyValue;
