import { readFile } from 'node:fs/promises';
import {
  type CheckCode,
  checkCodes,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type TokenPrice,
} from '@internvl/dataset';
import { usageError } from '../../options/usage-error.js';
import type { Surroundings } from '../../terminal/surroundings.js';

/** @throws `usage` for a variable that is named and not set */
export function keyOf(variable: string | undefined, env: Surroundings['env']): string | undefined {
  const key = env[variable ?? 'OPENAI_API_KEY'];
  if (variable === undefined || (key !== undefined && key !== '')) return key === '' ? undefined : key;
  throw usageError(`Expected the key in the environment variable ${variable}, got none; set it.`, {
    variable,
  });
}

export function extraOf(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const value = jsonOf(text);
  if (isJsonObject(value)) return value;
  throw usageError(`Expected --extra-body as a JSON object, got '${text}'; write {"top_k": 20}.`);
}

export async function glossaryOf(file: string | undefined): Promise<Record<string, string>> {
  if (file === undefined) return {};
  const value = jsonOf(await readFile(file, 'utf8'));
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  const terms = entries.flatMap(([term, text]) => (typeof text === 'string' ? [[term, text] as const] : []));
  if (isJsonObject(value) && terms.length === entries.length) return Object.fromEntries(terms);
  throw usageError(`Expected ${file} to hold {"term": "translation", …}, got something else; mend the file.`);
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function priceOf(text: string | undefined): TokenPrice | undefined {
  if (text === undefined) return undefined;
  const [inputPerMillion = Number.NaN, outputPerMillion = Number.NaN, ...more] = text.split(',').map(Number);
  if (inputPerMillion >= 0 && outputPerMillion >= 0 && more.length === 0)
    return { inputPerMillion, outputPerMillion };
  throw usageError(`Expected --price as two numbers, got '${text}'; write --price 0.15,0.6.`, {
    value: text,
  });
}

export function checkOf(name: string): CheckCode {
  const code = checkCodes.find((each) => each === name);
  if (code !== undefined) return code;
  throw usageError(
    `Expected --skip-check as one of ${checkCodes.join(', ')}, got '${name}'; name one of them.`,
    {
      value: name,
    },
  );
}
