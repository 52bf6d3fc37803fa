export type { Beam } from './beam/beam.js';
export { beamSearch } from './beam/beam-search.js';
export { generate } from './generate.js';
export { type BatchRow, generateBatch } from './generate-batch.js';
export type {
  BatchEvent,
  FinishEvent,
  FinishReason,
  GenerateEvent,
  PrefillProgressEvent,
  TokenEvent,
  TokenLogprob,
} from './generate-event.js';
export type {
  BeamOptions,
  ChoiceOptions,
  GenerateOptions,
  PrefillOptions,
  ScoredStep,
} from './generate-options.js';
export { LanguageModel, type LanguageModelParts } from './language-model.js';
export type { LanguageModelSpec } from './language-model-spec.js';
export type { Prompt, SlotRange } from './prompt.js';
export type { Rope } from './rope/rope.js';
export type { Stretch } from './rope/row-reach.js';
export type { Filling } from './running/content-key.js';
export type { KeptPrefix } from './running/kept-prefix.js';
export type { RunningEvent, StartedEvent } from './running/lane.js';
export type { PrefixHold } from './running/prefix-store.js';
export { RunningBatch } from './running/running-batch.js';
export type { RunningBatchOptions, RunningOptions } from './running/running-options.js';
export { seededRandom } from './sampling/seeded-random.js';
export { Sequence } from './sequence.js';
export { SequenceBatch } from './sequence-batch.js';
export type { ConstraintContext, ConstraintFactory, TokenConstraint } from './token-constraint.js';
