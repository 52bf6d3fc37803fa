/** Letters of a text by script. */
interface ScriptCounts {
  readonly letters: number;
  readonly counts: ReadonlyMap<string, number>;
}

const scripts = [
  ['Han', /\p{Script=Han}/gu],
  ['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['Hangul', /\p{Script=Hangul}/gu],
  ['Latin', /\p{Script=Latin}/gu],
  ['Cyrillic', /\p{Script=Cyrillic}/gu],
  ['Arabic', /\p{Script=Arabic}/gu],
  ['Hebrew', /\p{Script=Hebrew}/gu],
  ['Greek', /\p{Script=Greek}/gu],
  ['Thai', /\p{Script=Thai}/gu],
  ['Devanagari', /\p{Script=Devanagari}/gu],
] as const;

const scriptsOfLanguage: ReadonlyMap<string, readonly string[]> = new Map([
  ['zh', ['Han']],
  ['ja', ['Kana', 'Han']],
  ['ko', ['Hangul']],
  ['ru', ['Cyrillic']],
  ['uk', ['Cyrillic']],
  ['bg', ['Cyrillic']],
  ['sr', ['Cyrillic', 'Latin']],
  ['ar', ['Arabic']],
  ['fa', ['Arabic']],
  ['ur', ['Arabic']],
  ['he', ['Hebrew']],
  ['el', ['Greek']],
  ['th', ['Thai']],
  ['hi', ['Devanagari']],
  ['mr', ['Devanagari']],
  ['ne', ['Devanagari']],
]);

/** The scripts a language is written in; Latin for every language that is not listed. */
export function scriptsOf(language: string): readonly string[] {
  return scriptsOfLanguage.get(primaryTag(language)) ?? ['Latin'];
}

/** `zh` of `zh-Hans`. */
export function primaryTag(language: string): string {
  return language.split('-')[0]!.toLowerCase();
}

/** Whether words of a language stand without blanks between them. */
export function isUnspaced(language: string): boolean {
  return ['zh', 'ja', 'th'].includes(primaryTag(language));
}

function countScripts(text: string): ScriptCounts {
  const counts = new Map<string, number>();
  let letters = 0;
  for (const [script, pattern] of scripts) {
    const count = text.match(pattern)?.length ?? 0;
    if (count > 0) counts.set(script, count);
    letters += count;
  }
  return { letters, counts };
}

/**
 * The share of a text that is written in a language's scripts, 0..1, words of alphabets and syllables alike: a Han
 * character counts as much as an alphabet's four letters, about what they say.
 */
export function scriptShare(text: string, language: string): number {
  const { counts } = countScripts(text);
  const weigh = (script: string, count: number) =>
    script === 'Han' || script === 'Kana' || script === 'Hangul' ? count : count / 4;
  let own = 0;
  let all = 0;
  const scriptsHere = scriptsOf(language);
  for (const [script, count] of counts) {
    const weight = weigh(script, count);
    all += weight;
    if (scriptsHere.includes(script)) own += weight;
  }
  return all === 0 ? 1 : own / all;
}
