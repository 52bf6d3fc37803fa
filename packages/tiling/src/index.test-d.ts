import { describe, expectTypeOf, it } from 'vitest';
import type * as main from './index.js';
import {
  normalisations,
  type PlanOptions,
  pixelValues,
  pixelValuesFloat16,
  planTiles,
  type RgbImage,
  type Tile,
  type TilePlan,
  type TilingError,
  type Triple,
  tiles,
} from './index.js';
import type * as node from './node.js';
import type * as pdf from './pdf/index.js';
import type * as web from './web.js';

describe('images', () => {
  it('are structural: ImageData is one, and so is a decoded image, wherever it was decoded', () => {
    expectTypeOf<ImageData>().toExtend<RgbImage>();
    expectTypeOf<node.DecodedImage>().toExtend<RgbImage>();
    expectTypeOf<Tile>().toExtend<RgbImage>();
  });

  it('decode alike in Node and in browsers', () => {
    type Decoded = Awaited<ReturnType<typeof web.decodeImage>>;
    expectTypeOf<Awaited<ReturnType<typeof node.decodeImage>>>().toEqualTypeOf<Decoded>();
    expectTypeOf<Parameters<typeof web.decodeImage>[1]>().toEqualTypeOf<
      Parameters<typeof node.decodeImage>[1]
    >();
    expectTypeOf<Parameters<typeof web.decodeImage>[0]>().toEqualTypeOf<Blob | Uint8Array<ArrayBuffer>>();
    expectTypeOf<Parameters<typeof node.decodeImage>[0]>().toEqualTypeOf<string | URL | Uint8Array>();
  });
});

describe('plans', () => {
  it('come from sizes alone and take a checkpoint’s configuration as it is', () => {
    const config = {
      tileSize: 448,
      minTiles: 1,
      maxTiles: 12,
      thumbnail: true,
      dynamicTiles: true,
      tokensPerTile: 256,
      mean: [0, 0, 0],
    };
    expectTypeOf(config).toExtend<PlanOptions>();
    expectTypeOf(planTiles).parameter(0).toEqualTypeOf<{ readonly width: number; readonly height: number }>();
    expectTypeOf(planTiles({ width: 1, height: 1 }, config)).toEqualTypeOf<TilePlan>();
  });
});

describe('tiles', () => {
  it('are an async generator over a plan or over options', () => {
    expectTypeOf(tiles).returns.toEqualTypeOf<AsyncGenerator<Tile, void, undefined>>();
    expectTypeOf(tiles).parameter(1).toEqualTypeOf<TilePlan | PlanOptions | undefined>();
    expectTypeOf<ReturnType<node.TilePool['tiles']>>().toEqualTypeOf<ReturnType<typeof tiles>>();
  });

  it('become arrays that a tensor can own', () => {
    expectTypeOf(pixelValues).returns.toEqualTypeOf<Float32Array<ArrayBuffer>>();
    expectTypeOf(pixelValuesFloat16).returns.toEqualTypeOf<Uint16Array<ArrayBuffer>>();
    expectTypeOf(normalisations.imagenet.mean).toExtend<Triple>();
    expectTypeOf<keyof typeof normalisations>().toEqualTypeOf<'imagenet' | 'clip' | 'siglip'>();
  });
});

describe('errors', () => {
  it('have the members of an InternVLError', () => {
    expectTypeOf<TilingError['code']>().toExtend<string>();
    expectTypeOf<TilingError['facts']>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
    expectTypeOf<main.TilingErrorCode>().toExtend<string>();
  });
});

it('pages of a PDF are images', () => {
  expectTypeOf<pdf.PdfPage['image']>().toEqualTypeOf<RgbImage>();
  expectTypeOf<typeof pdf.pdfPages>().returns.toEqualTypeOf<AsyncGenerator<pdf.PdfPage, void, undefined>>();
});
