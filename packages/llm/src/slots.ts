import { dims, InternVLError, type Tensor } from '@internvl/backend';
import type { Prompt } from './prompt.js';

/** A prompt with its slots found and counted. */
export interface FilledPrompt {
  /** Ids with 0 in the slots, `[tokens]`. */
  readonly ids: BigInt64Array;
  /** Positions of the slots, ascending. */
  readonly slots: readonly number[];
  /** Rows for the slots, in order. */
  readonly rows: readonly Float32Array[];
}

/**
 * Finds the slots of a prompt and the visual token for each.
 *
 * @throws `slots-exceed-images` or `images-exceed-slots` when there are not as many slots as visual tokens,
 *   `shape-mismatch` when a tensor is not `[visualTokens, hidden]`, `invalid-option` for an empty prompt or an id
 *   outside the vocabulary.
 */
export async function fillSlots(
  prompt: Prompt,
  { hidden, vocabulary }: { readonly hidden: number; readonly vocabulary: number },
): Promise<FilledPrompt> {
  const slots = slotPositions(prompt);
  const tensors = listed(prompt.visualTokens);
  const counts = tensors.map((tensor) => dims(tensor, 'visualTokens', hidden)[0]);
  assertCounts(
    slots.length,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const ids = checkedIds(prompt.ids, new Set(slots), vocabulary);
  const rows: Float32Array[] = [];
  for (const tensor of tensors) {
    const data = await tensor.getData();
    for (let row = 0; row < tensor.dims[0]!; row++) {
      rows.push(data.subarray(row * hidden, (row + 1) * hidden));
    }
  }
  return { ids, slots, rows };
}

function slotPositions({ ids, slotId, slots }: Prompt): readonly number[] {
  const positions: number[] = [];
  if (slotId === undefined) return positions;
  for (const { start, end } of slots ?? [{ start: 0, end: ids.length }]) {
    for (let position = start; position < end; position++) {
      if (ids[position] === slotId) positions.push(position);
    }
  }
  return positions;
}

function listed(tensors: Prompt['visualTokens']): readonly Tensor<'float32'>[] {
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
