import { InternVLError } from '@internvl/backend';

/** A pointer one step further down. */
export function below(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A schema that cannot be kept to; `pointer` is a JSON pointer to what it fails at, empty for the schema itself. */
export function unsupported(pointer: string, expected: string, came: unknown): InternVLError {
  const shown = shownOf(came).slice(0, 100);
  return new InternVLError(
    'schema-unsupported',
    `Expected ${expected} at ${pointer === '' ? 'the top of the schema' : pointer}, got ${shown}; write the schema without it.`,
    { pointer, expected, came: shown },
  );
}

function shownOf(came: unknown): string {
  if (typeof came === 'string') return came;
  try {
    return JSON.stringify(came) ?? typeof came;
  } catch {
    return `a ${typeof came}`;
  }
}
