import { readFileSync } from 'node:fs';
import { hostTensor } from '@internvl/backend';
import type { Prompt } from '../prompt.js';
import type { GoldenRecord } from './golden-records.js';

/**
 * The id that waits for visual tokens: the one that stands `tokensPerTile` times in a row. Records hold ids, not
 * what they mean.
 */
function slotIdOf(ids: readonly number[], tokensPerTile: number): number | undefined {
  return ids.find((id, start) => {
    const row = ids.slice(start, start + tokensPerTile);
    return row.length === tokensPerTile && row.every((each) => each === id);
  });
}

/** The prompts of a record, each with the visual tokens of its images. */
export function goldenPrompts(
  record: GoldenRecord,
  visualTokens: Float32Array | undefined,
  hidden: number,
): readonly Prompt[] {
  let start = 0;
  return (record.rows ?? [record]).map(({ prompt_ids: ids }) => {
    if (!visualTokens) return { ids };
    const slotId = slotIdOf(ids, record.tokens_per_tile);
    const end = start + ids.filter((id) => id === slotId).length * hidden;
    const rows = visualTokens.subarray(start, end);
    start = end;
    return { ids, slotId, visualTokens: hostTensor('float32', rows, [rows.length / hidden, hidden]) };
  });
}

/**
 * The ids that the reference's repetition penalty counts before the first new one: the whole prompt in
 * transformers' own classes; BOS in front of the new ids in transformers 4.37; nothing in 4.55, which 3.5 needs.
 */
export function goldenPenaltyIds(folder: string, record: GoldenRecord): readonly number[] {
  if (record.how === 'native') return record.prompt_ids;
  const { llm_config: llm } = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));
  return llm.model_type.startsWith('qwen3') ? [] : [llm.bos_token_id];
}
