/*
 * The text form of protocol buffers, as far as a config.pbtxt has it. Every field is a list of what was written, because only the
 * message's definition says which ones repeat.
 */

export type TextValue = string | number | boolean | TextMessage;

/** Fields by name, each with all its values in order. */
export interface TextMessage {
  readonly [field: string]: readonly TextValue[];
}

const tokens =
  /\s+|#[^\n]*|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_][\w.]*|[-+]?[\d.][\w.+-]*|[{}[\]:,;<>])/y;

/** @throws when it is not well-formed, with what was found where. */
export function parseTextProto(text: string): TextMessage {
  const words: string[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.length) {
    const start = tokens.lastIndex;
    const match = tokens.exec(text);
    if (!match)
      throw new Error(`nothing that a text proto has at ${start}: ${text.slice(start, start + 20)}`);
    if (match[1] !== undefined) words.push(match[1]);
  }
  let at = 0;
  const take = (...wanted: readonly string[]): boolean => {
    if (!wanted.includes(words[at] ?? '')) return false;
    at++;
    return true;
  };
  const need = (...wanted: readonly string[]) => {
    if (!take(...wanted)) throw new Error(`${words[at] ?? 'the end'} instead of ${wanted.join(' or ')}`);
  };
  const message = (): TextMessage => {
    const fields: Record<string, TextValue[]> = {};
    while (at < words.length && words[at] !== '}') {
      const name = words[at++]!;
      if (!/^[A-Za-z_]/.test(name)) throw new Error(`${name} instead of the name of a field`);
      fields[name] ??= [];
      const colon = take(':');
      if (take('[')) {
        while (!take(']')) {
          fields[name].push(value());
          if (words[at] !== ']') need(',');
        }
      } else {
        if (!colon && words[at] !== '{') throw new Error(`${words[at]} instead of a colon behind ${name}`);
        fields[name].push(value());
      }
      take(',', ';');
    }
    return fields;
  };
  const value = (): TextValue => {
    if (take('{')) {
      const inner = message();
      need('}');
      return inner;
    }
    const word = words[at++];
    if (word === undefined) throw new Error('the end instead of a value');
    if (/^["']/.test(word)) {
      let whole = unescaped(word);
      // Strings beside each other are one.
      while (/^["']/.test(words[at] ?? '')) whole += unescaped(words[at++]!);
      return whole;
    }
    if (word === 'true' || word === 'false') return word === 'true';
    return /^[-+\d.]/.test(word) ? Number(word) : word;
  };
  const whole = message();
  if (at < words.length) throw new Error(`${words[at]} behind the end`);
  return whole;
}

function unescaped(literal: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return literal.slice(1, -1).replaceAll(/\\(.)/g, (_, letter: string) => named[letter] ?? letter);
}
