import { internvl2Size1B, type ModelShape } from '../full-size/shape.js';
import { markdownTable } from '../rivals/docs-section.js';
import { type Costs, costsOf } from './costs.js';
import type { MeasuredTimes } from './measured-times.js';
import { publishedShapes } from './published-shapes.js';

/** The request that everything is computed for. */
const tiles = 7;
const words = 52;
const answer = 100;
const conversation = 4096;

/** How fast a machine is, as a measured run shows it. */
interface Rates {
  /** Operations in a second. */
  readonly vision: number;
  readonly prefill: number;
  /** Bytes of weights in a second. */
  readonly decode: number;
}

function ratesOf(measured: MeasuredTimes): Rates {
  const costs = costsOf(internvl2Size1B);
  return {
    vision: (measured.tiles * costs.tileOperations) / measured.visionSeconds,
    prefill: costs.promptOperations(measured.promptTokens) / measured.prefillSeconds,
    decode: (measured.decodedTokens * 4 * costs.decodedParameters) / measured.decodeSeconds,
  };
}

/** The tables of docs/scale.md, from shapes and one measured run. */
export function capacityTables(measured: MeasuredTimes): string {
  const models = Object.entries(publishedShapes).map(([name, shape]) => ({
    name,
    ...costOfRequest(shape, ratesOf(measured)),
  }));
  return [
    '### What a request costs, by shape',
    '',
    `An image of ${tiles} tiles (${tiles * 256} visual tokens) and ${words} tokens of text, an answer of ${answer} tokens.`,
    '',
    ...markdownTable(
      [
        'model',
        'weights, fp32',
        'operations, vision',
        'operations, prompt',
        'weights read per token',
        'KV cache per token, fp32',
        `KV cache of ${conversation} tokens`,
      ],
      models.map(({ name, costs }) => [
        name,
        bytes(4 * (costs.visionParameters + costs.languageParameters)),
        `${tera(tiles * costs.tileOperations)} T`,
        `${tera(costs.promptOperations(promptTokens(costs)))} T`,
        bytes(4 * costs.decodedParameters),
        bytes(4 * costs.cacheElements),
        bytes(4 * costs.cacheElements * conversation),
      ]),
    ),
    '',
    '### One process on the measured machine',
    '',
    `InternVL2-1B is measured (two cores, fp32: ${measured.visionSeconds} s for ${measured.tiles} tiles, ${measured.promptTokens} tokens in ${measured.prefillSeconds} s, ${measured.decodedTokens} in ${measured.decodeSeconds} s, [performance.md](performance.md)); the others are`,
    'computed from it by operations and by bytes of weights, one answer at a time, nothing cached.',
    '',
    ...markdownTable(
      [
        'model',
        'vision',
        'prefill',
        'first token',
        'each token',
        'answer',
        'requests per hour',
        'largest share',
      ],
      models.map(({ name, vision, prefill, token, whole, share }) => [
        name,
        seconds(vision),
        seconds(prefill),
        seconds(vision + prefill),
        seconds(token),
        seconds(whole),
        String(Math.round(3600 / whole)),
        share,
      ]),
    ),
    '',
    '### Processes behind a router',
    '',
    'Images answered in a day, each process alone on such a machine; processes share nothing, so they add up. Below it, what all of them take from the network',
    'when clients send JPEG of 0.5 MB.',
    '',
    ...markdownTable(
      [
        'model',
        ...[1, 4, 16, 64].map((count) => `${count} process${count > 1 ? 'es' : ''}`),
        'in, 64 processes',
      ],
      models.map(({ name, whole }) => [
        name,
        ...[1, 4, 16, 64].map((count) => grouped((count * 86_400) / whole)),
        `${bytes((64 / whole) * 0.5e6)}/s`,
      ]),
    ),
    '',
    '### Over the wire of a remote backend',
    '',
    `Vision on a server: pixel values go up, visual tokens come back, once per image. Language on a server: every token takes the whole cache up, here of ${conversation} tokens,`,
    'because the protocol has no tensors that stay there.',
    '',
    ...markdownTable(
      [
        'model',
        'vision: up',
        'vision: down',
        'images/s through 1 Gbit/s',
        'language: up per token',
        'tokens/s through 1 Gbit/s',
        'and 10 Gbit/s',
      ],
      models.map(({ name, costs }) => {
        const step = 4 * costs.cacheElements * conversation;
        return [
          name,
          bytes(tiles * costs.tileBytes),
          bytes(tiles * costs.visualTokenBytes),
          (125e6 / (tiles * costs.tileBytes)).toFixed(1),
          bytes(step),
          (125e6 / step).toFixed(2),
          (1250e6 / step).toFixed(1),
        ];
      }),
    ),
    '',
    '### Conversations beside the weights of a GPU',
    '',
    `How many conversations of ${conversation} tokens fit at once, weights and cache in 16 bits, with a tenth of the memory left for everything else.`,
    '',
    ...markdownTable(
      ['model', 'weights, 16 bits', '24 GiB', '40 GiB', '80 GiB'],
      models.map(({ name, costs }) => {
        const weights = 2 * (costs.visionParameters + costs.languageParameters);
        return [
          name,
          bytes(weights),
          ...[24, 40, 80].map((gib) => {
            const room = 0.9 * gib * 2 ** 30 - weights;
            return room < 0
              ? 'too large'
              : grouped(Math.floor(room / (2 * costs.cacheElements * conversation)));
          }),
        ];
      }),
    ),
    '',
  ].join('\n');
}

function costOfRequest(shape: ModelShape, rates: Rates) {
  const costs = costsOf(shape);
  const vision = (tiles * costs.tileOperations) / rates.vision;
  const prefill = costs.promptOperations(promptTokens(costs)) / rates.prefill;
  const token = (4 * costs.decodedParameters) / rates.decode;
  const stages = { vision, prefill, decode: answer * token };
  const whole = vision + prefill + answer * token;
  const [name, largest] = Object.entries(stages).toSorted((a, b) => b[1] - a[1])[0]!;
  return { costs, vision, prefill, token, whole, share: `${name}, ${Math.round((100 * largest) / whole)} %` };
}

function promptTokens({ visualTokensPerTile }: Costs): number {
  return tiles * visualTokensPerTile + words;
}

function bytes(count: number): string {
  const [unit, name] = count >= 1e9 ? [1e9, 'GB'] : count >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  const amount = count / unit;
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${name}`;
}

function tera(operations: number): string {
  return (operations / 1e12).toFixed(1);
}

function seconds(time: number): string {
  return time < 10 ? `${time.toFixed(2)} s` : `${Math.round(time)} s`;
}

function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
