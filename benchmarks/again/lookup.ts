import { nodeBackend } from '@internvl/backend-node';
import { cacheDirectory, convertCached, openCheckpoint } from '@internvl/checkpoint/node';
import { LanguageModel, RunningBatch, seededRandom, type TokenConstraint } from '@internvl/llm';
import { median } from '../tokenizer/median.js';

/** What one kind of answer takes with guesses and without, Ms. */
export interface LookupRow {
  readonly answer: string;
  readonly withoutMs: number;
  readonly withMs: number;
  readonly guessedRight: number;
}

const PAGE_TOKENS = 300;
const ANSWER_TOKENS = 200;

/** Answers that are forced upon a model, token by token, with prompt lookup and without in turns. */
export async function lookupRows(model: string, precision: string, rounds: number): Promise<LookupRow[]> {
  const checkpoint = await openCheckpoint(model);
  const converted = await convertCached(checkpoint, {
    cacheDirectory: cacheDirectory(),
    precision: precision === 'q4' ? 'q4' : precision === 'int8' ? 'int8' : 'fp32',
  });
  await checkpoint.close();
  const { llm } = converted.config;
  if (!llm || !converted.embed || !converted.decoder) throw new Error('a language model is needed');
  const backend = await nodeBackend({ device: 'cpu', prepack: precision !== 'fp32' });
  const language = new LanguageModel({
    capabilities: backend.capabilities,
    embed: await backend.load({ path: converted.embed }),
    decoder: await backend.load({ path: converted.decoder }),
    spec: llm,
  });
  try {
    const { page, answers } = texts(llm.vocabulary);
    const rows: LookupRow[] = [];
    for (const [answer, ids] of Object.entries(answers)) {
      const [without, withGuesses]: [number[], number[]] = [[], []];
      let guessedRight = 0;
      await told(language, page, ids, true);
      for (let round = 0; round < rounds; round++) {
        without.push((await told(language, page, ids, false)).ms);
        const ahead = await told(language, page, ids, true);
        withGuesses.push(ahead.ms);
        guessedRight = ahead.guessed;
      }
      rows.push({ answer, withoutMs: median(without), withMs: median(withGuesses), guessedRight });
    }
    return rows;
  } finally {
    await language.dispose();
  }
}

function texts(vocabulary: number) {
  const random = seededRandom(9);
  const id = () => Math.floor(vocabulary * (0.2 + 0.6 * random()));
  const page = Array.from({ length: PAGE_TOKENS }, id);
  const copy = page.slice(0, ANSWER_TOKENS);
  const traps = Array.from({ length: ANSWER_TOKENS / 4 }, () => {
    const at = Math.floor(random() * (PAGE_TOKENS - 3));
    return [...page.slice(at, at + 3), id()];
  });
  const answers = {
    'a copy of the prompt': copy,
    'a copy, one token in ten another': copy.map((same) => (random() < 0.1 ? id() : same)),
    'twelve tokens again and again': copy.map((_, at) => page[at % 12]!),
    'nothing that was there before': copy.map(id),
    'beginnings as in the prompt, other ends': traps.flat(),
  };
  return { page, answers };
}

/** Ms from the first token of an answer to its last. */
async function told(
  model: LanguageModel,
  ids: readonly number[],
  answer: readonly number[],
  promptLookup: boolean,
): Promise<{ readonly ms: number; readonly guessed: number }> {
  const running = new RunningBatch(model, { promptLookup, prefixCacheBytes: 0 });
  let start = 0;
  let guessed = 0;
  const events = running.generate({ ids }, { maxNewTokens: answer.length, constraint: () => forced(answer) });
  for await (const event of events) {
    if (event.type !== 'token') continue;
    if (event.index === 0) start = performance.now();
    if (event.guessed) guessed++;
  }
  return { ms: performance.now() - start, guessed };
}

/** Lets through one text alone. */
function forced(answer: readonly number[]): TokenConstraint {
  let at = 0;
  return {
    mask(scores) {
      scores.fill(Number.NEGATIVE_INFINITY);
      scores[answer[at]!] = 0;
    },
    accept() {
      at++;
    },
    get done() {
      return at >= answer.length;
    },
  };
}
