import type { ModelConfig } from '@internvl/checkpoint';

/** What computes a model, as far as precisions differ on it. */
export type Processor = 'cpu' | 'wasm' | 'gpu' | 'gpu-with-halves';

/**
 * Precisions for a model on a processor, the best first and each of the next for less memory: where `auto` looks. Why, with figures: docs/quantisation.md.
 *
 * Experts in blocks are computed rightly on the CPU alone, so that a GPU gets them as floats.
 */
export function precisionOrder(processor: Processor, { llm }: Pick<ModelConfig, 'llm'>): readonly string[] {
  switch (processor) {
    case 'cpu':
      return ['int8', 'int8+q4'];
    case 'wasm':
      return ['int8', 'fp32'];
    case 'gpu':
      return llm?.experts ? ['fp32'] : ['q4', 'fp32'];
    case 'gpu-with-halves':
      return llm?.experts ? ['fp16', 'fp32'] : ['q4f16', 'q4', 'fp16', 'fp32'];
  }
}
