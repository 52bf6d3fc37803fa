import { randomStream } from './random.js';
import type { Scene, SceneContext, SceneKind, SceneSplit } from './scene.js';
import { chartScene } from './scenes/chart.js';
import { pageScene } from './scenes/page.js';
import { receiptScene } from './scenes/receipt.js';
import { shapesScene } from './scenes/shapes.js';
import { signScene } from './scenes/sign.js';

const makers: Readonly<Record<SceneKind, (context: SceneContext) => Scene>> = {
  shapes: shapesScene,
  sign: signScene,
  chart: chartScene,
  receipt: receiptScene,
  page: pageScene,
};

/** Every kind of scene. */
export const sceneKinds: readonly SceneKind[] = ['shapes', 'sign', 'chart', 'receipt', 'page'];

/** The scene that a seed, a split and a number determine, whatever was made before. */
export function makeScene(
  kind: SceneKind,
  index: number,
  { seed, split, measure }: { seed: number; split: SceneSplit; measure: SceneContext['measure'] },
): Scene {
  return makers[kind]({ random: randomStream(seed, `${split}/${kind}/${index}`), split, measure });
}
