import { join } from 'node:path';
import { DatasetError } from '../error.js';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import type { Clock } from '../translate/clock.js';
import { fileCallLog } from '../translate/node/file-call-log.js';
import { translateRows } from '../translate/node/translate-rows.js';
import { promptVersion } from '../translate/prompt.js';
import { cardFacts } from '../translate/translate-samples.js';
import {
  type CardCounts,
  sumCounts,
  translationCard,
  translationCardMarkdown,
} from '../translate/translation-card.js';
import type { Translator } from '../translate/translator.js';
import type { TranslatePlan } from './plan.js';
import { shardRows } from './shard-rows.js';
import type { ShardTask } from './shard-task.js';

export interface TranslateTaskOptions {
  readonly translator: Translator;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * Translation of a plan's shards. Each shard has a call log of its own, in a folder that stays when a worker dies, so
 * whoever takes the shard over pays for nothing twice.
 */
export function translateTask(
  plan: TranslatePlan,
  { translator, clock, random, onNote }: TranslateTaskOptions,
): ShardTask {
  const { from, to, names, glossary, repairs, concurrency, price, budget } = plan;
  return {
    version: `${promptVersion} ${translator.id}`,
    outputs: ['translated.jsonl', 'quarantine.jsonl'],
    async run({ shard, bytes, outputs, scratch, reports, signal, onRows }) {
      const left = budget && leftOf(budget, (await reports()).map(countsOf));
      const log = await fileCallLog(join(scratch, 'calls'), { signal, onNote });
      try {
        const { counts, unreadable, unwritable } = await translateRows(shardRows(shard, bytes, signal), {
          out: join(outputs, 'translated.jsonl'),
          quarantine: join(outputs, 'quarantine.jsonl'),
          translator,
          log,
          from,
          to,
          names,
          glossary,
          repairs,
          concurrency,
          price,
          budget: left,
          clock,
          random,
          signal,
          onProgress: ({ samples }) => onRows(samples),
        });
        const { quarantined } = counts.samples;
        return { counts: jsonOf(counts), quarantined, unreadable, unwritable };
      } finally {
        await log.close();
      }
    },
    summarise(list) {
      const facts = cardFacts({ translator, from, to, names, glossary });
      const card = translationCard(facts, sumCounts(list.map(countsOf)));
      const sum = (name: string) => list.reduce((total, report) => total + numberOf(report[name]), 0);
      const document = { ...card, unreadable: sum('unreadable'), unwritable: sum('unwritable') };
      return {
        'card.json': `${JSON.stringify(document, null, 2)}\n`,
        'card.md': translationCardMarkdown(card),
      };
    },
  };
}

/** What a budget has left after the shards that are done. */
function leftOf(
  { tokens, money }: NonNullable<TranslatePlan['budget']>,
  done: readonly CardCounts[],
): NonNullable<TranslatePlan['budget']> {
  const { usage } = sumCounts(done);
  return {
    ...(tokens !== undefined && { tokens: Math.max(0, tokens - usage.inputTokens - usage.outputTokens) }),
    ...(money !== undefined && { money: Math.max(0, money - usage.money) }),
  };
}

function jsonOf(counts: CardCounts): JsonObject {
  return { ...counts, samples: { ...counts.samples }, usage: { ...counts.usage } };
}

/** The counts in a report of ours. @throws `shards-damaged` */
function countsOf({ counts }: JsonObject): CardCounts {
  if (!isJsonObject(counts) || !isJsonObject(counts.samples) || !isJsonObject(counts.usage)) {
    throw new DatasetError(
      'shards-damaged',
      "Expected the counts of a translation in the report of a shard, got something else; remove the plan's folder and run again.",
    );
  }
  const { samples, usage } = counts;
  const accepted = counts.acceptedAfterRepairs;
  return {
    samples: {
      read: numberOf(samples.read),
      translated: numberOf(samples.translated),
      copied: numberOf(samples.copied),
      quarantined: numberOf(samples.quarantined),
    },
    segments: numberOf(counts.segments),
    acceptedAfterRepairs: isJsonList(accepted) ? accepted.map(numberOf) : [],
    mendedReplies: numberOf(counts.mendedReplies),
    failures: numbersOf(counts.failures),
    quarantined: numbersOf(counts.quarantined),
    protectedSpans: numbersOf(counts.protectedSpans),
    ratios: numbersOf(counts.ratios),
    usage: {
      calls: numberOf(usage.calls),
      inputTokens: numberOf(usage.inputTokens),
      outputTokens: numberOf(usage.outputTokens),
      money: numberOf(usage.money),
    },
  };
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function numbersOf(value: JsonValue | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(isJsonObject(value) ? value : {}).map(([name, count]) => [name, numberOf(count)]),
  );
}
