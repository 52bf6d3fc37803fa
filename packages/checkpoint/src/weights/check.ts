import { InternVLError } from '@internvl/backend';
import type { TensorSource } from '../safetensors/tensor-source.js';
import type { PlannedTensor, StoredTensor } from './planned-tensor.js';

/** How many missing tensors an error lists. */
const LISTED = 20;

/**
 * Checks that the file holds every planned tensor with its shape, before anything is read.
 *
 * @throws `tensor-missing`, `tensor-shape`, `dtype-unknown`, `architecture-unsupported` for unmerged adapters
 */
export function checkPlan(plan: readonly PlannedTensor[], stored: TensorSource): void {
  const needed = new Map<string, { tensor: StoredTensor; fields: readonly string[] }>();
  for (const { pieces, fields } of plan) {
    for (const piece of pieces) needed.set(piece.stored.name, { tensor: piece.stored, fields });
  }
  const adapter = stored.names().find((name) => /\.lora_[AB]\./.test(name));
  if (adapter !== undefined) {
    throw new InternVLError(
      'architecture-unsupported',
      `Found adapter weights (${adapter}) that are not merged into the model; merge them first, with OpenGVLab's tools/merge_lora.py for one.`,
      { tensor: adapter },
    );
  }
  const missing = [...needed.values()].filter(({ tensor }) => !stored.has(tensor.name));
  const [first] = missing;
  if (first !== undefined) {
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
    throw new InternVLError(
      'tensor-missing',
      `Expected a tensor ${first.tensor.name} [${first.tensor.shape.join(', ')}]${more}, found none among ${stored.names().length}; fetch the checkpoint again, or check that config.json belongs to these weights.`,
      {
        tensor: first.tensor.name,
        expected: first.tensor.shape,
        fields: first.fields,
        missing: missing.slice(0, LISTED).map(({ tensor }) => tensor.name),
        missingCount: missing.length,
      },
    );
  }
  for (const { tensor, fields } of needed.values()) {
    const { shape } = stored.info(tensor.name);
    if (shape.length === tensor.shape.length && shape.every((size, axis) => size === tensor.shape[axis]))
      continue;
    throw new InternVLError(
      'tensor-shape',
      `Expected ${tensor.name} to be [${tensor.shape.join(', ')}], as ${fields.join(', ')} of config.json say, found [${shape.join(', ')}]; check that config.json belongs to these weights.`,
      { tensor: tensor.name, expected: tensor.shape, found: shape, fields },
    );
  }
}
