import { markErrors } from '../mark-errors.js';
import type { Check, CheckCode, Checked } from './check.js';
import { numbersOf, saysNumber } from './numbers.js';
import { isUnspaced, primaryTag, scriptShare, scriptsOf } from './scripts.js';

/** A translation into Chinese may keep names and terms in English, so a good part of it may be Latin. */
const LEAST_SHARE = 0.3;
/** Source words in a row that a translation may still hold: names and titles are seldom longer. */
const LONGEST_REST = 7;
const LONGEST_REST_CHARACTERS = 5;
/** Below so many source units, lengths say nothing. */
const LEAST_UNITS = 8;

const refusals =
  /\b(?:I(?:'m| am) (?:sorry|unable)|I (?:can(?:no|')t|cannot) (?:assist|help|translate|comply|provide|fulfil)|as an? (?:AI|language) (?:language )?(?:model|assistant))|(?:抱歉|对不起)[，,]?\s*(?:我|但)[^。]{0,12}(?:不能|无法)|作为(?:一个|一名)?(?:人工智能|AI|语言模型)|我(?:无法|不能)(?:翻译|协助|提供)/iu;

function empty({ targetWords, target }: Checked): string | undefined {
  return /[\p{L}\p{N}]/u.test(targetWords)
    ? undefined
    : `the translation is ${target.trim() === '' ? 'empty' : 'without words'}`;
}

function refusal({ sourceWords, targetWords }: Checked): string | undefined {
  const match = refusals.exec(targetWords);
  if (
    match === null ||
    refusals.test(sourceWords) ||
    /\b(?:sorry|language model)\b|抱歉|对不起|语言模型/i.test(sourceWords)
  )
    return;
  return `'${match[0]}' is a refusal, not a translation`;
}

function placeholders({ target, segment }: Checked): string | undefined {
  const errors = markErrors(target, segment);
  return errors.length === 0 ? undefined : errors.join('; ');
}

/** Below so many words, nothing tells languages of one script apart. */
const LEAST_WORDS = 5;

function language({
  targetWords,
  sourceWords,
  sourceUnits,
  targetUnits,
  from,
  to,
  identified,
}: Checked): string | undefined {
  if (/^\P{L}*$/u.test(targetWords)) return;
  const variant = variantOf(to);
  if (variant !== undefined && identified.variant !== undefined && identified.variant !== variant) {
    return `it is written in ${identified.variant} characters, not in ${variant} ones`;
  }
  if (scriptsOf(from).join() === scriptsOf(to).join()) {
    const came = identified.language;
    if (came === undefined || came === primaryTag(to) || targetUnits.length < LEAST_WORDS) return;
    return `it is in the language '${came}', not in '${to}'`;
  }
  const share = scriptShare(targetWords, to);
  // Much of a text of names may stay as it is.
  if (share >= LEAST_SHARE || (sourceUnits.length <= 2 && share > 0)) return;
  if (sourceUnits.length <= 2 && isName(sourceWords)) return;
  return `only ${Math.round(share * 100)} % of it is in the script of the language '${to}'`;
}

function variantOf(to: string): 'simplified' | 'traditional' | undefined {
  if (primaryTag(to) !== 'zh') return undefined;
  return /-(?:Hant|TW|HK|MO)\b/i.test(to) ? 'traditional' : 'simplified';
}

/** Answers that look like names, capital first, and are none. */
const plainAnswers =
  /^(?:yes|no|true|false|none|nothing|left|right|top|bottom|center|middle|above|below|inside|outside|red|green|blue|yellow|black|white|gr[ae]y|orange|purple|pink|brown|man|woman|boy|girl|people|person|dog|cat|car|bus|circle|square|triangle|unanswerable|unknown)\b/i;

/** A word or two in capitals is a name or an acronym, which stays as it is by the first rule of the prompt. */
function isName(text: string): boolean {
  const words = text.trim();
  return !plainAnswers.test(words) && words.split(/\s+/).every((word) => /^\p{Lu}/u.test(word));
}

function untranslated({ sourceUnits: source, targetUnits: target, from }: Checked): string | undefined {
  const unspaced = isUnspaced(from);
  const most = unspaced ? LONGEST_REST_CHARACTERS : LONGEST_REST;
  if (source.length >= 4 && source.join(' ') === target.join(' ')) return 'it is the source itself';
  if (target.length <= most) return;
  const length = most + 1;
  const known = new Set<string>();
  for (let at = 0; at + most < source.length; at++) known.add(source.slice(at, at + length).join(' '));
  const own = unspaced
    ? /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
    : /^\p{L}/u;
  for (let at = 0; at + most < target.length; at++) {
    const rest = target.slice(at, at + length);
    if (rest.every((unit) => own.test(unit)) && known.has(rest.join(' '))) {
      return `'${rest.join(unspaced ? '' : ' ')}' is left untranslated`;
    }
  }
  return;
}

function length({ sourceUnits, targetUnits, lengthBand: [least, most] }: Checked): string | undefined {
  if (sourceUnits.length < LEAST_UNITS) return;
  const ratio = targetUnits.length / sourceUnits.length;
  if (ratio >= least && ratio <= most) return;
  return `it is too ${ratio < least ? 'short' : 'long'}: ${ratio.toFixed(2)} units per unit of the source, expected ${least.toFixed(2)} to ${most.toFixed(2)}`;
}

function digitsKept({ sourceWords, targetWords }: Checked): string | undefined {
  const missing = numbersOf(sourceWords);
  const extra: string[] = [];
  for (const number of numbersOf(targetWords)) {
    const at = missing.indexOf(number);
    if (at >= 0) missing.splice(at, 1);
    else extra.push(number);
  }
  const lost = missing.filter((number) => !saysNumber(targetWords, number));
  const gained = extra.filter((number) => !saysNumber(sourceWords, number));
  if (lost.length === 0 && gained.length === 0) return;
  const pieces = [
    lost.length > 0 ? `the numbers ${lost.join(', ')} are missing` : '',
    gained.length > 0 ? `the numbers ${gained.join(', ')} are not in the source` : '',
  ];
  return pieces.filter((piece) => piece !== '').join('; ');
}

/** Units that a loop must cover before it counts, and how often its period must come. */
const LOOP_UNITS = 12;
const LOOP_TIMES = 4;

function repetition({ sourceUnits, targetUnits }: Checked): string | undefined {
  const loop = longestLoop(targetUnits);
  if (loop === undefined || longestLoop(sourceUnits) !== undefined) return;
  return `'${loop.period.join(' ')}' comes ${loop.times} times in a row`;
}

function longestLoop(units: readonly string[]): { period: readonly string[]; times: number } | undefined {
  for (let period = 1; period <= 20; period++) {
    let run = 0;
    for (let at = period; at < units.length; at++) {
      run = units[at] === units[at - period] ? run + 1 : 0;
      const times = Math.floor((run + period) / period);
      if (run + period >= LOOP_UNITS && times >= LOOP_TIMES) {
        return { period: units.slice(at - period + 1, at + 1), times };
      }
    }
  }
  return undefined;
}

/** Every quality check by its code. */
export const checks: Readonly<Record<CheckCode, Check>> = {
  empty,
  refusal,
  placeholders,
  language,
  untranslated,
  length,
  digits: digitsKept,
  repetition,
};
