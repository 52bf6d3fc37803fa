import { dims, InternVLError, type Tensor } from '@internvl/backend';
import type { Prompt } from './prompt.js';

/** A prompt that makes sense, its slots found. */
export interface CheckedPrompt {
  /** Ids with 0 in the slots, `[tokens]`. */
  readonly ids: BigInt64Array;
  /** Positions of the slots, ascending. */
  readonly slots: readonly number[];
}

/** A prompt with a visual token for each slot. */
export interface FilledPrompt extends CheckedPrompt {
  /** `[hidden]` for each slot, in order. */
  readonly rows: readonly Float32Array[];
}

interface ModelSizes {
  readonly hidden: number;
  readonly vocabulary: number;
}

/**
 * Finds the slots of a prompt and checks that there is a visual token for each.
 *
 * @throws `slots-exceed-images` or `images-exceed-slots` when there are not as many slots as visual tokens,
 *   `shape-mismatch` when a tensor is not `[visualTokens, hidden]`, `invalid-option` for an empty prompt or an id
 *   outside the vocabulary.
 */
export function checkPrompt(prompt: Prompt, { hidden, vocabulary }: ModelSizes): CheckedPrompt {
  const slots = slotPositions(prompt);
  const counts = listed(prompt.visualTokens).map((tensor) => dims(tensor, 'visualTokens', hidden)[0]);
  const visualTokens = counts.reduce((sum, count) => sum + count, 0);
  assertCounts(slots.length, visualTokens);
  return { ids: checkedIds(prompt.ids, new Set(slots), vocabulary), slots };
}

/** Checks a prompt and takes the visual token of each slot. */
export async function fillSlots(prompt: Prompt, sizes: ModelSizes): Promise<FilledPrompt> {
  const checked = checkPrompt(prompt, sizes);
  const rows: Float32Array[] = [];
  for (const tensor of listed(prompt.visualTokens)) {
    const data = await tensor.getData();
    for (let start = 0; start < data.length; start += sizes.hidden) {
      rows.push(data.subarray(start, start + sizes.hidden));
    }
  }
  return { ...checked, rows };
}

/** Positions of the slots of a prompt, ascending. */
export function slotPositions({ ids, slotId, slots }: Prompt): readonly number[] {
  const positions: number[] = [];
  if (slotId === undefined) return positions;
  for (const { start, end } of slots ?? [{ start: 0, end: ids.length }]) {
    for (let position = start; position < end; position++) {
      if (ids[position] === slotId) positions.push(position);
    }
  }
  return positions;
}

/** Visual tokens as a list. */
export function listed(tensors: Prompt['visualTokens']): readonly Tensor<'float32'>[] {
  if (tensors === undefined) return [];
  return 'dims' in tensors ? [tensors] : tensors;
}

function assertCounts(slots: number, visualTokens: number): void {
  if (slots === visualTokens) return;
  const more = slots > visualTokens;
  throw new InternVLError(
    more ? 'slots-exceed-images' : 'images-exceed-slots',
    `Expected as many visual tokens as slots in the prompt, got ${visualTokens} for ${slots} slots; ${
      more ? 'pass the visual tokens of every image' : 'give every image its slots'
    }.`,
    { slots, visualTokens },
  );
}

function checkedIds(ids: ArrayLike<number>, slots: ReadonlySet<number>, vocabulary: number): BigInt64Array {
  if (ids.length === 0) {
    throw new InternVLError(
      'invalid-option',
      'Expected a prompt of at least one token, got none; pass ids.',
      {
        option: 'ids',
      },
    );
  }
  return BigInt64Array.from({ length: ids.length }, (_, position) =>
    slots.has(position) ? 0n : BigInt(checkedId(ids[position]!, vocabulary)),
  );
}

/** The id, or `invalid-option` when the model has no such token. */
export function checkedId(id: number, vocabulary: number): number {
  if (Number.isInteger(id) && id >= 0 && id < vocabulary) return id;
  throw new InternVLError(
    'invalid-option',
    `Expected ids from 0 to ${vocabulary - 1}, got ${id}; use the tokenizer of this model.`,
    { option: 'ids', id, vocabulary },
  );
}
