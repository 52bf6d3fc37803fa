import { DatasetError } from '../error.js';
import type { JsonObject, JsonValue } from '../sample/json.js';
import type { NamePolicy } from '../translate/prompt.js';
import { type FieldProblem, Fields } from './fields.js';

/** Translates conversations; see `translateSamples`. */
export interface TranslatePlan {
  readonly type: 'translate';
  readonly from: string;
  readonly to: string;
  /** Address of an OpenAI-compatible server, up to and with `/v1`; without one, each worker runs the model itself. */
  readonly endpoint?: string;
  /** The server's name of the model; without a server a folder, a Hub id or `nano`. */
  readonly model: string;
  /** Environment variable that holds the key: keys do not belong into plans. */
  readonly apiKeyVariable?: string;
  readonly names: NamePolicy;
  readonly glossary: Readonly<Record<string, string>>;
  readonly temperature: number;
  readonly seed?: number;
  readonly format: 'json_schema' | 'json_object' | 'none';
  readonly extraBody: JsonObject;
  readonly repairs: number;
  /** Calls in flight of one shard. */
  readonly concurrency: number;
  readonly price?: { readonly inputPerMillion: number; readonly outputPerMillion: number };
  /** Of the whole plan, checked against finished shards when a shard begins. */
  readonly budget?: { readonly tokens?: number; readonly money?: number };
}

/** Holds rows against the rules; see `validate`. */
export interface ValidatePlan {
  readonly type: 'validate';
  readonly language?: string;
  /** Whether image files are looked at. */
  readonly images: 'decode' | 'header' | 'exists' | 'none';
}

/** Answers the last question of each row anew, with a model. */
export interface InferPlan {
  readonly type: 'infer';
  /** A folder, a Hub id, or `nano`. */
  readonly model: string;
  /** Asked instead of the row's own last question. */
  readonly prompt?: string;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly seed?: number;
  readonly maxTiles?: number;
}

export type TaskPlan = TranslatePlan | ValidatePlan | InferPlan;

/** Work over shards, as `plan.json` says it. */
export interface Plan {
  /** Lower case letters, digits and hyphens: the folder below `output`, and the queue. */
  readonly name: string;
  /** JSON Lines in InternVL's format: paths or patterns, relative to the plan. */
  readonly input: readonly string[];
  /** Folder of relative image paths, relative to the plan; each file's own folder without it. */
  readonly root?: string;
  /** Folder that all workers see, relative to the plan. */
  readonly output: string;
  /** Rows of a shard. */
  readonly shardRows: number;
  /** Tries of a shard. */
  readonly attempts: number;
  readonly task: TaskPlan;
}

/**
 * Reads a plan.
 *
 * @param text JSON
 * @throws `plan-invalid` with every problem: `facts.problems` is a list of `{pointer, message}`
 */
export function parsePlan(text: string): Plan {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid([{ pointer: '', message: error instanceof Error ? error.message : String(error) }]);
  }
  const fields = new Fields(value);
  const name = fields.text('name');
  if (!/^[a-z\d][a-z\d-]{0,62}$/.test(name)) fields.wrong('name', 'lower case letters, digits and hyphens');
  const root = fields.optionalText('root');
  const plan: Plan = {
    name,
    input: fields.texts('input'),
    ...(root !== undefined && { root }),
    output: fields.text('output'),
    shardRows: fields.number('shardRows', 1, true) ?? 1000,
    attempts: fields.number('attempts', 1, true) ?? 3,
    task: parseTask(fields.fields('task')),
  };
  fields.end();
  if (fields.problems.length > 0) throw invalid(fields.problems);
  return plan;
}

const types = ['translate', 'validate', 'infer'] as const;

function parseTask(fields: Fields): TaskPlan {
  const type = fields.choice('type', types);
  if (type === undefined) {
    fields.wrong('type', `one of ${types.join(', ')}`);
    return { type: 'validate', images: 'none' };
  }
  const task = { translate: parseTranslate, validate: parseValidate, infer: parseInfer }[type](fields);
  fields.end();
  return task;
}

function parseTranslate(fields: Fields): TranslatePlan {
  const apiKeyVariable = fields.optionalText('apiKeyVariable');
  const seed = fields.number('seed', 0, true);
  const endpoint = fields.optionalText('endpoint');
  const price = parsePrice(fields.optionalFields('price'));
  const budget = parseBudget(fields.optionalFields('budget'));
  if (budget?.money !== undefined && price === undefined)
    fields.wrong('price', 'prices with a budget in money');
  return {
    type: 'translate',
    from: fields.text('from', 'en'),
    to: fields.text('to'),
    ...(endpoint !== undefined && { endpoint }),
    model: fields.text('model'),
    ...(apiKeyVariable !== undefined && { apiKeyVariable }),
    names: fields.choice('names', ['keep', 'transliterate']) ?? 'keep',
    glossary: fields.record('glossary') ?? {},
    temperature: fields.number('temperature', 0, false) ?? 0,
    ...(seed !== undefined && { seed }),
    format: fields.choice('format', ['json_schema', 'json_object', 'none']) ?? 'json_object',
    extraBody: fields.object('extraBody') ?? {},
    repairs: fields.number('repairs', 0, true) ?? 2,
    concurrency: fields.number('concurrency', 1, true) ?? 16,
    ...(price !== undefined && { price }),
    ...(budget !== undefined && { budget }),
  };
}

function parsePrice(fields: Fields | undefined): TranslatePlan['price'] {
  if (fields === undefined) return undefined;
  const inputPerMillion = fields.number('inputPerMillion', 0, false);
  const outputPerMillion = fields.number('outputPerMillion', 0, false);
  fields.end();
  if (inputPerMillion === undefined) fields.wrong('inputPerMillion', 'a number');
  if (outputPerMillion === undefined) fields.wrong('outputPerMillion', 'a number');
  return { inputPerMillion: inputPerMillion ?? 0, outputPerMillion: outputPerMillion ?? 0 };
}

function parseBudget(fields: Fields | undefined): TranslatePlan['budget'] {
  if (fields === undefined) return undefined;
  const tokens = fields.number('tokens', 1, true);
  const money = fields.number('money', 0, false);
  fields.end();
  return { ...(tokens !== undefined && { tokens }), ...(money !== undefined && { money }) };
}

function parseValidate(fields: Fields): ValidatePlan {
  const language = fields.optionalText('language');
  const images = fields.choice('images', ['decode', 'header', 'exists', 'none']) ?? 'decode';
  return { type: 'validate', ...(language !== undefined && { language }), images };
}

function parseInfer(fields: Fields): InferPlan {
  const prompt = fields.optionalText('prompt');
  const seed = fields.number('seed', 0, true);
  const maxTiles = fields.number('maxTiles', 1, true);
  return {
    type: 'infer',
    model: fields.text('model'),
    ...(prompt !== undefined && { prompt }),
    maxNewTokens: fields.number('maxNewTokens', 1, true) ?? 1024,
    temperature: fields.number('temperature', 0, false) ?? 0,
    ...(seed !== undefined && { seed }),
    ...(maxTiles !== undefined && { maxTiles }),
  };
}

function invalid(problems: readonly FieldProblem[]): DatasetError {
  const list = problems.map(({ pointer, message }) => `${pointer === '' ? 'the plan' : pointer}: ${message}`);
  return new DatasetError(
    'plan-invalid',
    `Expected a plan, got ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} (${list.join('; ')}); see docs/translation.md for its fields.`,
    { problems },
  );
}
