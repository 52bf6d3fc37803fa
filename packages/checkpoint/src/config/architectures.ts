import { InternVLError } from '@internvl/backend';
import type { LlmFamily } from '../model-config.js';

/** Language models this project runs, by the class name in `architectures`. */
const families: ReadonlyMap<string, LlmFamily> = new Map([
  ['InternLM2ForCausalLM', 'internlm2'],
  ['LlamaForCausalLM', 'llama'],
  ['Phi3ForCausalLM', 'phi3'],
  ['Qwen2ForCausalLM', 'qwen2'],
  ['Qwen3ForCausalLM', 'qwen3'],
  ['Qwen3MoeForCausalLM', 'qwen3-moe'],
]);

/** transformers' `model_type` to class name. */
const modelTypes: ReadonlyMap<string, string> = new Map([
  ['internlm2', 'InternLM2ForCausalLM'],
  ['llama', 'LlamaForCausalLM'],
  ['phi3', 'Phi3ForCausalLM'],
  ['qwen2', 'Qwen2ForCausalLM'],
  ['qwen3', 'Qwen3ForCausalLM'],
  ['qwen3_moe', 'Qwen3MoeForCausalLM'],
  ['gpt_oss', 'GptOssForCausalLM'],
  ['internlm3', 'InternLM3ForCausalLM'],
  ['gemma2', 'Gemma2ForCausalLM'],
]);

/** Published with InternVL, known here, and not run. */
const unsupported: ReadonlyMap<string, string> = new Map([
  ['GptOssForCausalLM', 'gpt-oss, in InternVL3_5-GPT-OSS-20B-A4B'],
  ['InternLM3ForCausalLM', 'InternLM3, in InternVL3-9B; its -hf version is stored as Llama and works'],
  ['Gemma2ForCausalLM', 'Gemma 2'],
  [
    'InternVLModel',
    'an InternVL without a head that speaks: the contrastive one of 2023, or a bare base model',
  ],
]);

/** Whole models this project reads. */
const models = ['InternVLChatModel', 'InternVLForConditionalGeneration', 'InternVisionModel'] as const;

/** Class names that `readConfig` accepts: `models` stand at the top of `config.json`, `languageModels` inside. */
export const knownArchitectures: {
  readonly models: readonly string[];
  readonly languageModels: readonly string[];
} = { models, languageModels: [...families.keys()] };

/** The class name for a `model_type`; the type itself where it is unknown, so that errors can name it. */
export function architectureOf(modelType: string): string {
  return modelTypes.get(modelType) ?? modelType;
}

/** @throws `architecture-unsupported`, `architecture-unknown` with the list of known ones */
export function familyOf(architecture: string, field: string): LlmFamily {
  const family = families.get(architecture);
  if (family !== undefined) return family;
  throw refuseArchitecture(architecture, field, knownArchitectures.languageModels);
}

/** The error for an architecture that is not run. */
export function refuseArchitecture(
  architecture: string,
  field: string,
  known: readonly string[],
): InternVLError {
  const name = unsupported.get(architecture);
  if (name !== undefined) {
    return new InternVLError(
      'architecture-unsupported',
      `${field} is ${architecture} (${name}), which is known and not supported; supported are ${known.join(', ')}.`,
      { architecture, field, known, unsupported: [...unsupported.keys()] },
    );
  }
  return new InternVLError(
    'architecture-unknown',
    `Expected ${field} to be one of ${known.join(', ')}, found ${architecture}; choose a checkpoint of the InternVL family.`,
    { architecture, field, known, unsupported: [...unsupported.keys()] },
  );
}

/** The error for a setting inside a known architecture that changes its arithmetic and is not implemented. */
export function refuseSetting(field: string, value: unknown, supported: string): InternVLError {
  return new InternVLError(
    'architecture-unsupported',
    `${field} is ${JSON.stringify(value)}, which changes the arithmetic and is not supported; supported is ${supported}.`,
    { field, value, supported },
  );
}
