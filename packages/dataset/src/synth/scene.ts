import type { JsonObject } from '../sample/json.js';
import type { Random } from './random.js';
import type { Rgb, Word } from './words.js';

export type Language = 'en' | 'zh';

/** What a scene shows. */
export type SceneKind = 'shapes' | 'sign' | 'chart' | 'receipt' | 'page';

/** Which words and combinations may come: a test set's are never in training. */
export type SceneSplit = 'train' | 'held-out';

/** A typeface, by its place among those of its script, and a size in pixels. */
export interface Font {
  readonly script: 'latin' | 'cjk';
  /** Any whole number; taken modulo the number of typefaces there are. */
  readonly face: number;
  readonly size: number;
}

/** One thing to draw; lengths in pixels, y downwards. */
export type Stroke =
  | {
      readonly type: 'ellipse';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly fill: Rgb;
    }
  | {
      readonly type: 'polygon';
      readonly points: readonly (readonly [x: number, y: number])[];
      readonly fill: Rgb;
    }
  | {
      readonly type: 'line';
      readonly from: readonly [x: number, y: number];
      readonly to: readonly [x: number, y: number];
      readonly width: number;
      readonly stroke: Rgb;
    }
  | { readonly type: 'frame'; readonly box: Corners; readonly width: number; readonly stroke: Rgb }
  /** `y` is the base line. */
  | {
      readonly type: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly font: Font;
      readonly fill: Rgb;
    };

/** Left, top, right, bottom in pixels. */
export type Corners = readonly [x1: number, y1: number, x2: number, y2: number];

/** A picture as a list of strokes, so that it is the same wherever it is drawn with the same fonts. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly background: Rgb;
  readonly strokes: readonly Stroke[];
}

/** A question in both languages. `answer` may be the same in both: what stands in the picture stays as it is. */
export interface SceneQuestion {
  /** Which question it is, apart from its words: `shapes.colour`. */
  readonly template: string;
  readonly question: Word;
  readonly answer: Word;
  /** What the question asks for a box of, and where it is, in fractions of the picture. */
  readonly region?: { readonly name: Word; readonly box: Corners };
}

export interface Scene {
  readonly kind: SceneKind;
  /** Of what is written in the picture; the questions may be asked in either. */
  readonly language: Language;
  readonly drawing: Drawing;
  /** What is in it, as data: the truth that the questions were made from. */
  readonly graph: JsonObject;
  readonly questions: readonly SceneQuestion[];
}

/** What a scene is made with. */
export interface SceneContext {
  readonly random: Random;
  readonly split: SceneSplit;
  /** Width of a text in pixels, in the fonts it will be drawn with. */
  measure(text: string, font: Font): number;
}
