import { resolve } from 'node:path';
import { load } from '@internvl/chat/node';
import {
  cardFacts,
  checkCodes,
  DatasetError,
  formatNamed,
  formatOfName,
  latinLanguages,
  localTranslator,
  openaiTranslator,
  type Reading,
  type Translator,
  translationCard,
  translationCardMarkdown,
} from '@internvl/dataset';
import { derivedLineage, fileCallLog, openSources, translateRows } from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { modelPath } from '../../input/model.js';
import { showProgress } from '../../input/progress.js';
import { writeWhole } from '../../input/write-file.js';
import { globalOptions, runtimeOf, runtimeOptions, streamingOption } from '../../options/common-options.js';
import type { OptionsOf } from '../../options/options.js';
import { usageError } from '../../options/usage-error.js';
import type { Output } from '../../terminal/output.js';
import type { Surroundings } from '../../terminal/surroundings.js';
import { localModel } from './local-model.js';
import { tellProblem, writeLineage } from './rows.js';
import { checkOf, extraOf, glossaryOf, keyOf, priceOf } from './translate-options.js';

const options = {
  to: { type: 'string', value: 'TAG', help: 'Language to translate into: zh, en, zh-Hant, ja, …' },
  from: { type: 'string', value: 'TAG', help: 'Language of rows that do not say theirs. Default: en.' },
  out: { type: 'string', value: 'FILE', help: "Where translated rows go, in InternVL's format, in order." },
  quarantine: {
    type: 'string',
    value: 'FILE',
    help: 'Where rows go that could not be read or translated, with the reasons. Default: the name of --out with .bad.jsonl.',
  },
  calls: {
    type: 'string',
    value: 'DIR',
    help: 'Folder that keeps every answer as it came. Run again with it and nothing is paid for twice. Default: the name of --out with .calls.',
  },
  endpoint: {
    type: 'string',
    value: 'URL',
    help: 'An OpenAI-compatible server, up to and with /v1: OpenAI, vLLM, LMDeploy, SGLang, llama.cpp, Ollama.',
  },
  model: { type: 'string', value: 'NAME', help: 'The model of the server.' },
  'api-key-variable': {
    type: 'string',
    value: 'NAME',
    help: 'Environment variable that holds the key. Default: OPENAI_API_KEY, where there is one.',
  },
  local: {
    type: 'string',
    value: 'MODEL',
    help: 'Translate with a checkpoint on this machine instead: a folder, a Hub id or nano.',
  },
  format: {
    type: 'string',
    value: 'NAME',
    help: 'Format of the input. Default: by its name; .jsonl is internvl.',
  },
  names: {
    type: 'string',
    value: 'keep|transliterate',
    help: "Proper nouns, brands and places: keep them in English, the InternVL paper's rule and the default, or not.",
  },
  glossary: {
    type: 'string',
    value: 'FILE.json',
    help: 'Terms and what to call them: {"term": "translation"}.',
  },
  'skip-check': {
    type: 'string',
    multiple: true,
    value: 'CODE',
    help: `Leave out a quality check: ${checkCodes.join(', ')}.`,
  },
  repairs: {
    type: 'string',
    value: 'N',
    help: 'How often a translation that fails checks is asked for again. Default: 2.',
  },
  concurrency: {
    type: 'string',
    value: 'N',
    help: 'Most calls at once; fewer while the server has too much. Default: 16.',
  },
  'max-new-tokens': {
    type: 'string',
    value: 'N',
    help: 'Most tokens of an answer. Default: by the length of the text.',
  },
  temperature: { type: 'string', value: 'X', help: 'Default: 0.' },
  seed: { type: 'string', value: 'N', help: 'Sent to the server.' },
  'json-mode': {
    type: 'string',
    value: 'json_schema|json_object|none',
    help: 'How the server is asked for JSON. Default: json_object.',
  },
  'extra-body': { type: 'string', value: 'JSON', help: 'More fields for every request: {"top_k": 20}.' },
  timeout: { type: 'string', value: 'SECONDS', help: 'Until an answer must be there. Default: 120.' },
  price: {
    type: 'string',
    value: 'IN,OUT',
    help: 'Prices of a million tokens in and out, in any currency: 0.15,0.6.',
  },
  'budget-tokens': { type: 'string', value: 'N', help: 'Stop before this many tokens, over all runs.' },
  'budget-money': {
    type: 'string',
    value: 'X',
    help: 'Stop before this much money, over all runs; takes --price.',
  },
  'budget-minutes': { type: 'string', value: 'N', help: 'Stop after this time.' },
  ...runtimeOptions,
  ...globalOptions,
  ...streamingOption,
} as const;

type Parsed = OptionsOf<typeof options>;

export const translate = defineCommand({
  usage: 'data translate FILE… --to TAG --out FILE.jsonl (--endpoint URL --model NAME | --local MODEL)',
  summary:
    'Translates conversations with a language model: images, regions, formulas, code, numbers and quoted text are kept out of its reach and put back, every answer is checked, and what fails is asked for again or set apart. Stopped at any point, it goes on where it was. Ends with status 1 where rows were set apart.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const { to, out, inputs } = requiredOf(options, positionals);
    const format = options.text('format');
    const quarantine = options.text('quarantine') ?? `${out.replace(/\.jsonl$/i, '')}.bad.jsonl`;
    const calls = options.text('calls') ?? `${out.replace(/\.jsonl$/i, '')}.calls`;
    const glossary = await glossaryOf(options.text('glossary'));
    const price = priceOf(options.text('price'));
    const minutes = options.number('budget-minutes', { least: 0 });
    const sources = await openSources(inputs, { stdin: surroundings.stdin, signal });
    const { translator, dispose } = await translatorOf(options, surroundings, output);
    const log = await fileCallLog(calls, { signal, onNote: (note) => output.note(note) });
    try {
      const task = {
        translator,
        from: options.text('from') ?? 'en',
        to,
        names: options.choice('names', ['keep', 'transliterate']) ?? ('keep' as const),
        glossary,
      };
      async function* readings(): AsyncGenerator<Reading, void, undefined> {
        for (const source of sources) {
          const read = (format === undefined ? formatOfName(source.name) : formatNamed(format))?.read;
          if (read === undefined) {
            throw usageError(`Expected --format for ${source.name}, got none; name the format of the input.`);
          }
          yield* read(source, { signal });
        }
      }
      const { counts, unreadable, unwritable, tally } = await translateRows(readings(), {
        ...task,
        log,
        out,
        quarantine,
        identify: await identifierOf(task.from, to, output),
        skipChecks: options.texts('skip-check').map(checkOf),
        repairs: options.number('repairs', { least: 0, whole: true }),
        concurrency: options.number('concurrency', { least: 1, whole: true }),
        maxTokens: options.number('max-new-tokens', { least: 1, whole: true }),
        price,
        budget: {
          tokens: options.number('budget-tokens', { least: 1, whole: true }),
          money: options.number('budget-money', { least: 0 }),
          timeMs: minutes === undefined ? undefined : minutes * 60_000,
        },
        signal,
        onProblem: (problem) => tellProblem(problem, output),
        onProgress: ({ samples, quarantined, calls: made, concurrency }) => {
          output.progress(
            `translating, ${made.paid} calls, ${made.cached} from before, ${concurrency} at once, ${quarantined} set apart`,
            samples,
            0,
          );
          output.event({ progress: { samples, quarantined, ...made, concurrency } });
        },
      });
      const card = translationCard(cardFacts(task), counts);
      const document = { ...card, unreadable, unwritable };
      const base = out.replace(/\.jsonl$/i, '');
      const text = (content: string) => [new TextEncoder().encode(content)];
      await writeWhole(`${base}.card.json`, text(`${JSON.stringify(document, null, 2)}\n`), signal);
      await writeWhole(`${base}.card.md`, text(translationCardMarkdown(card)), signal);
      const { promptVersion, glossaryTerms, samples } = card;
      const lineage = await derivedLineage({
        step: 'translate',
        options: {
          from: task.from,
          to,
          names: task.names,
          translator: translator.id,
          promptVersion,
          glossaryTerms,
        },
        inputs: sources
          .map(({ name }) => name)
          .filter((name) => name !== '-' && !/^[a-z\d]+:\/\//i.test(name)),
        outputs: [
          { path: out, samples: samples.translated + samples.copied - unwritable },
          { path: quarantine, samples: samples.quarantined + unreadable + unwritable },
        ],
        counts: tally,
        signal,
      });
      await writeLineage(lineage, out, undefined, signal);
      const whole = { ...document, out, quarantine, calls };
      output.result(output.format === 'jsonl' ? { summary: whole } : whole, translationCardMarkdown(card));
      return card.samples.quarantined + unreadable + unwritable === 0 ? 0 : 1;
    } finally {
      await log.close();
      await dispose();
    }
  },
});

function requiredOf(options: Parsed, positionals: readonly string[]) {
  const to = options.text('to');
  const out = options.text('out');
  if (positionals.length === 0)
    throw usageError('Expected at least one FILE, got none; name the rows to translate.');
  if (to === undefined) throw usageError('Expected --to TAG, got none; name the language to translate into.');
  if (out === undefined)
    throw usageError('Expected --out FILE, got none; name the file for translated rows.');
  return { to, out: resolve(out), inputs: positionals };
}

async function translatorOf(
  options: Parsed,
  surroundings: Surroundings,
  output: Output,
): Promise<{ readonly translator: Translator; dispose(): Promise<void> }> {
  const endpoint = options.text('endpoint');
  const local = options.text('local');
  const temperature = options.number('temperature', { least: 0 }) ?? 0;
  if ((endpoint === undefined) === (local === undefined)) {
    const came = local === undefined ? 'neither' : 'both';
    throw usageError(`Expected --endpoint or --local, got ${came}; say who translates.`);
  }
  if (local !== undefined) {
    const chat = await load(modelPath(local), {
      ...runtimeOf(options),
      env: surroundings.env,
      signal: surroundings.signal,
      onProgress: showProgress(output),
      onNote: (note) => output.note(note),
    });
    output.progressDone();
    const translator = localTranslator(localModel(local, chat, { temperature }));
    return { translator, dispose: () => chat.dispose() };
  }
  const model = options.text('model');
  if (model === undefined)
    throw usageError('Expected --model NAME with --endpoint, got none; name the model.');
  const timeout = options.number('timeout', { least: 0.001 });
  const translator = openaiTranslator({
    baseUrl: endpoint ?? '',
    model,
    apiKey: keyOf(options.text('api-key-variable'), surroundings.env),
    temperature,
    seed: options.number('seed', { least: 0, whole: true }),
    format: options.choice('json-mode', ['json_schema', 'json_object', 'none']),
    extraBody: extraOf(options.text('extra-body')),
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
  });
  return { translator, dispose: async () => {} };
}

/** Between Chinese, Japanese, Korean and the rest the script tells; else a detector has to. */
async function identifierOf(
  from: string,
  to: string,
  output: Output,
): Promise<((text: string) => string | undefined) | undefined> {
  if ([from, to].some((tag) => /^(?:zh|ja|ko)\b/i.test(tag))) return undefined;
  try {
    return await latinLanguages();
  } catch (error) {
    if (!DatasetError.is(error, 'language-detector-missing')) throw error;
    output.note(`${error.message} Texts left in '${from}' may pass.`);
    return undefined;
  }
}
