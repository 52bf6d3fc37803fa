export { type BlindScore, blindBaseline } from './synth/blind-baseline.js';
export { type Canvas, type FontFiles, openCanvas } from './synth/canvas.js';
export { makeScene, sceneKinds } from './synth/make-scene.js';
export { type Random, randomStream } from './synth/random.js';
export type {
  Corners,
  Drawing,
  Font,
  Language,
  Scene,
  SceneContext,
  SceneKind,
  SceneQuestion,
  SceneSplit,
  Stroke,
} from './synth/scene.js';
export {
  type AskedQuestion,
  type SynthesisOptions,
  type SyntheticSample,
  synthesise,
} from './synth/synthesise.js';
