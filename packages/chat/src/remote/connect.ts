import { InternVLError } from '@internvl/backend';
import { type Dialect, type DialectName, dialectOf, dialects, isDialect } from './dialect.js';
import type { Endpoint } from './endpoint.js';
import type { KnownFacts } from './remote-facts.js';

export interface Connected {
  readonly dialect: Dialect;
  readonly facts: KnownFacts;
}

/**
 * Finds out whose server it is and whether it has the model.
 *
 * @throws `remote-not-found`, `remote-unreadable`, `invalid-option`, and what requests throw
 */
export async function connect(
  endpoint: Endpoint,
  {
    model,
    dialect = 'auto',
    clock,
    signal,
  }: {
    readonly model: string;
    readonly dialect: DialectName | 'auto' | undefined;
    readonly clock: () => number;
    readonly signal: AbortSignal;
  },
): Promise<Connected> {
  if (dialect !== 'auto') {
    if (!isDialect(dialect)) {
      throw new InternVLError(
        'invalid-option',
        `Expected dialect as 'auto', ${Object.keys(dialects).join(', ')}, got '${dialect}'; change it.`,
        { option: 'dialect', value: dialect },
      );
    }
    return {
      dialect: dialects[dialect],
      facts: { backend: `remote:${dialect}`, precision: 'unknown', loadMs: 0 },
    };
  }
  const start = clock();
  const served = models(await endpoint.json('/models', signal));
  const entry = served.find(({ id }) => id === model);
  if (!entry) {
    const names = served.map(({ id }) => String(id));
    throw new InternVLError(
      'remote-not-found',
      `Expected a server that has '${model}', got one with ${names.join(', ') || 'none'}; take one of its names.`,
      { model, models: names },
    );
  }
  const found = dialectOf(entry.owned_by);
  const { backend, precision } = entry;
  return {
    dialect: found,
    facts: {
      backend: `remote:${typeof backend === 'string' ? backend : found.name}`,
      precision: typeof precision === 'string' ? precision : 'unknown',
      loadMs: clock() - start,
    },
  };
}

function models(list: unknown): Readonly<Record<string, unknown>>[] {
  if (typeof list === 'object' && list !== null && 'data' in list && Array.isArray(list.data)) {
    return list.data.map((entry: unknown) => ({ ...Object(entry) }));
  }
  throw new InternVLError(
    'remote-unreadable',
    'Expected a list of models, got something else; is this an OpenAI-compatible server? If it has no /models, name its dialect.',
  );
}
