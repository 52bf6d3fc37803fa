import { hostTensor, type Tensor } from '@internvl/backend';
import type { Prompt } from '../prompt.js';
import { listed, slotPositions } from '../slots.js';

/** What follows the first `cached` tokens of a prompt, with the visual tokens of the slots that are left. */
export async function behind(prompt: Prompt, cached: number): Promise<Prompt> {
  if (cached === 0) return prompt;
  const positions = slotPositions(prompt);
  const left = positions.filter((position) => position >= cached);
  let filled = positions.length - left.length;
  const visualTokens: Tensor<'float32'>[] = [];
  for (const tensor of listed(prompt.visualTokens)) {
    const [rows, width] = tensor.dims as readonly [number, number];
    if (filled === 0) visualTokens.push(tensor);
    else if (filled < rows) {
      const data = await tensor.getData();
      visualTokens.push(hostTensor('float32', data.subarray(filled * width), [rows - filled, width]));
    }
    filled = Math.max(0, filled - rows);
  }
  return {
    ids: Array.from(prompt.ids).slice(cached),
    slotId: prompt.slotId,
    slots: left.map((position) => ({ start: position - cached, end: position - cached + 1 })),
    visualTokens,
  };
}
