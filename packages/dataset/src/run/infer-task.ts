import { join } from 'node:path';
import { DatasetError } from '../error.js';
import { LineFile } from '../rules/node/line-file.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import type { Reading } from '../sample/reading.js';
import type { Sample } from '../sample/sample.js';
import { digestOf } from '../translate/call-key.js';
import type { CallLog } from '../translate/call-log.js';
import { fileCallLog } from '../translate/node/file-call-log.js';
import { orderedMap } from '../translate/ordered-map.js';
import { shardRows } from './shard-rows.js';
import type { ShardTask } from './shard-task.js';

/** Who answers: a model of ours, or anything else. */
export interface Answerer {
  /** Names the model and how it answers: part of the key under which answers are kept. */
  readonly id: string;
  /** Rows at once; 1 by default. */
  readonly concurrency?: number;
  /**
   * @param file the data set's file, for paths relative to it
   * @returns what is written beside the row's id: `{text, finishReason, …}`
   * @throws `row-unanswerable` for this row alone; anything else ends the shard; `signal.reason` when aborted
   */
  answer(sample: Sample, file: string, signal: AbortSignal): Promise<JsonObject>;
}

/** Batch inference over a plan's shards. Answers are logged as they come, so a worker that dies loses only those in work. */
export function inferTask(
  answerer: Answerer,
  { onNote }: { readonly onNote?: ((note: string) => void) | undefined } = {},
): ShardTask {
  return {
    version: answerer.id,
    outputs: ['answers.jsonl', 'quarantine.jsonl'],
    async run({ shard, bytes, outputs, scratch, signal, onRows }) {
      const log = await fileCallLog(join(scratch, 'calls'), { signal, onNote });
      const good = await LineFile.open(join(outputs, 'answers.jsonl'));
      const bad = await LineFile.open(join(outputs, 'quarantine.jsonl'));
      const leave = new AbortController();
      try {
        const both = AbortSignal.any([signal, leave.signal]);
        const answers = orderedMap(
          shardRows(shard, bytes, signal),
          (reading) => answerRow(reading, answerer, log, both),
          {
            window: Math.max(1, answerer.concurrency ?? 1),
            onFailure: (reason) => leave.abort(reason),
            onLeave: () => leave.abort(),
          },
        );
        const counts = { read: 0, answered: 0, quarantined: 0 };
        for await (const { answered, line } of answers) {
          signal.throwIfAborted();
          await (answered ? good : bad).write(JSON.stringify(line));
          counts.read++;
          counts[answered ? 'answered' : 'quarantined']++;
          onRows(counts.read);
        }
        await good.finish();
        await bad.finish();
        return counts;
      } finally {
        await good.discard();
        await bad.discard();
        await log.close();
      }
    },
    summarise(reports) {
      const sum = (name: string) =>
        reports.reduce((total, { [name]: count }) => total + (typeof count === 'number' ? count : 0), 0);
      const document = {
        answerer: answerer.id,
        read: sum('read'),
        answered: sum('answered'),
        quarantined: sum('quarantined'),
      };
      return { 'summary.json': `${JSON.stringify(document, null, 2)}\n` };
    },
  };
}

async function answerRow(
  { place, sample, problems }: Reading,
  answerer: Answerer,
  log: CallLog,
  signal: AbortSignal,
): Promise<{ readonly answered: boolean; readonly line: unknown }> {
  if (sample === undefined) return { answered: false, line: { place, problems } };
  const key = await digestOf(JSON.stringify([answerer.id, place.file, sample]));
  const logged = await log.get(key);
  if (logged !== undefined) {
    const answer: JsonValue = JSON.parse(logged);
    return { answered: true, line: { id: sample.id, ...(isJsonObject(answer) && answer) } };
  }
  try {
    const answer = await answerer.answer(sample, place.file, signal);
    await log.put({ key, translator: answerer.id, raw: JSON.stringify(answer) });
    return { answered: true, line: { id: sample.id, ...answer } };
  } catch (error) {
    if (!DatasetError.is(error, 'row-unanswerable')) throw error;
    const { code, message, facts } = error;
    return { answered: false, line: { place, id: sample.id, error: { code, message, facts } } };
  }
}
