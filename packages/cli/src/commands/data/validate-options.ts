import { readFile } from 'node:fs/promises';
import {
  formats,
  isRuleCode,
  type JsonValue,
  type PairBy,
  type RuleCode,
  readAlignment,
  readInternvlRow,
  repairable,
  Tallier,
  type Tally,
  type ValidateMode,
} from '@internvl/dataset';
import { budgetOptions } from '../../input/budget.js';
import { globalOptions, streamingOption } from '../../options/common-options.js';
import { usageError } from '../../options/usage-error.js';

/** What the command takes. */
export const validateOptions = {
  root: {
    type: 'string',
    value: 'DIR',
    help: "Folder of the images. Default: the file's own folder; a meta file says its own.",
  },
  images: {
    type: 'string',
    value: 'decode|header|exists|none',
    help: 'How closely image files are looked at. Default: decode, which finds damage.',
  },
  format: {
    type: 'string',
    value: 'NAME',
    help: `Format of the files: ${[...formats.keys()].join(', ')}. Default: by the name; .jsonl is internvl.`,
  },
  languages: {
    type: 'boolean',
    help: 'Tell languages of one script apart (with the package eld): English from French.',
  },
  lang: {
    type: 'string',
    value: 'TAG',
    help: 'Language of the answers of rows without lang: zh, en, zh-Hant, …',
  },
  mode: {
    type: 'string',
    value: 'strict|quarantine|repair',
    help: 'strict reports. quarantine writes sound rows to --out and the others to --quarantine. repair mends what --fix lists first. Default: strict.',
  },
  out: {
    type: 'string',
    value: 'FILE',
    help: 'Where sound and repaired rows go, byte for byte unless repaired.',
  },
  quarantine: {
    type: 'string',
    value: 'FILE',
    help: 'Where rows with errors go, as {"file","line","codes","text"} per line (and "base64" where it is not UTF-8). Default: the name of --out with .bad.jsonl.',
  },
  fix: {
    type: 'string',
    value: 'LIST',
    help: `Rules that may be mended, or all: ${repairable.join(', ')}.`,
  },
  pair: {
    type: 'string',
    value: 'FILE',
    help: 'The same rows in another language: images, turns, boxes, numbers, options and kinds of answers have to agree.',
  },
  'pair-by': {
    type: 'string',
    value: 'id|image|FILE.json',
    help: 'How rows find their partners: by id, by image and order, or by a list {"id here": "id there"}. Default: id.',
  },
  eval: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Evaluation data that must not be in FILE: the same image, or the same question and answer, in any language.',
  },
  'max-errors': { type: 'string', value: 'N', help: 'Stop after this many errors. Default: 0, no limit.' },
  'per-rule': {
    type: 'string',
    value: 'N',
    help: 'Findings of each rule that are given in full; the others are counted. Default: 1000.',
  },
  'max-line-bytes': { type: 'string', value: 'N', help: 'Longest line that is read. Default: 16777216.' },
  report: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'Write the report as well: FILE.html, FILE.jsonl or FILE.txt. May be given several times.',
  },
  rules: { type: 'boolean', help: 'Print the rules with their codes, and end.' },
  ...budgetOptions,
  ...globalOptions,
  ...streamingOption,
} as const;

/** Counts the rows that are written, for their lineage. */
export function rowTallier(): { add(text: string, file: string, line: number): void; tally(): Tally } {
  const tallier = new Tallier();
  return {
    add(text, file, line) {
      const { sample } = readInternvlRow(JSON.parse(text.replace(/^\ufeff/, '')), { file, line });
      if (sample !== undefined) tallier.add(sample);
    },
    tally: () => tallier.tally,
  };
}

/** @throws `usage` for --pair-by without --pair; what reading and parsing an alignment file throws */
export async function pairByOf(text: string | undefined, pairFile: string | undefined): Promise<PairBy> {
  if (text === undefined) return 'id';
  if (pairFile === undefined)
    throw usageError('Expected --pair with --pair-by, got none; name the file with the partners.');
  if (text === 'id' || text === 'image') return text;
  return readAlignment(parseJson(await readFile(text, 'utf8'), text), text);
}

function parseJson(text: string, file: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(
      `Expected --pair-by as id, image or a JSON file, got ${file}, which is no JSON; mend it.`,
      { file },
    );
  }
}

/** @throws `usage` for fixes without mode repair, and for rules that have none */
export function fixesOf(list: string | undefined, mode: ValidateMode): readonly RuleCode[] {
  if (mode !== 'repair') {
    if (list === undefined) return [];
    throw usageError(
      'Expected --fix with --mode repair, got another mode; add --mode repair or leave --fix out.',
    );
  }
  if (list === undefined) {
    throw usageError(
      `Expected --fix with what may be mended, got none; list rules of ${repairable.join(', ')}, or write all.`,
    );
  }
  if (list === 'all') return repairable;
  return list.split(',').map((name) => {
    const code = name.trim();
    if (isRuleCode(code) && repairable.includes(code)) return code;
    throw usageError(`Expected --fix with rules of ${repairable.join(', ')}, got '${code}'; leave it out.`, {
      value: code,
      choices: repairable,
    });
  });
}

/** @throws `usage` for files in mode strict, and for none in the others */
export function outputsOf(mode: ValidateMode, out: string | undefined, quarantine: string | undefined) {
  if (mode === 'strict') {
    if (out === undefined && quarantine === undefined) return undefined;
    throw usageError(
      'Expected --mode quarantine or repair with --out and --quarantine, got strict; strict writes no rows.',
    );
  }
  if (out === undefined)
    throw usageError(`Expected --out FILE with --mode ${mode}, got none; name the file for good rows.`);
  return { out, quarantine: quarantine ?? `${out.replace(/\.jsonl$/i, '')}.bad.jsonl` };
}
