import { type ExternalData, encodeModel } from '@internvl/backend/onnx';

export interface ChainOptions {
  readonly width: number;
  /** Products one behind the other. */
  readonly links: number;
}

/** A model of products one behind the other: `x` float32 `['rows', width]` → `y`, the same. Each mixes neighbours, and keeps the mean. */
export function chain(options: ChainOptions): Uint8Array {
  const bytes = weightsOf(options);
  return model(options, (link) => ({ data: bytes.subarray(link.from, link.to) }));
}

/** The same with its weights in a file of their own. */
chain.stored = (options: ChainOptions, location: string) => ({
  model: model(options, ({ from, to }) => ({ external: { location, offset: from, length: to - from } })),
  weights: weightsOf(options),
});

type Place = { readonly data: Uint8Array } | { readonly external: ExternalData };

function model(
  { width, links }: ChainOptions,
  place: (bytes: { from: number; to: number }) => Place,
): Uint8Array {
  const size = width * width * 4;
  const value = (link: number) => (link === 0 ? 'x' : link === links ? 'y' : `h${link}`);
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    producer: 'test',
    graph: {
      name: 'chain',
      nodes: Array.from({ length: links }, (_, link) => ({
        name: `product ${link}`,
        op: 'MatMul',
        domain: '',
        inputs: [value(link), `w${link}`],
        outputs: [value(link + 1)],
        attributes: {},
      })),
      initializers: Array.from({ length: links }, (_, link) => ({
        name: `w${link}`,
        type: 'float32',
        dims: [width, width],
        ...place({ from: link * size, to: (link + 1) * size }),
      })),
      inputs: [{ name: 'x', type: 'float32', dims: ['rows', width] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['rows', width] }],
    },
  });
}

function weightsOf({ width, links }: ChainOptions): Uint8Array {
  const weights = new Float32Array(links * width * width);
  for (let at = 0; at < links * width; at++) {
    weights[at * width + (at % width)] = 0.75;
    weights[at * width + ((at + 1) % width)] = 0.25;
  }
  return new Uint8Array(weights.buffer);
}
