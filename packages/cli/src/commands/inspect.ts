import { availableParallelism, totalmem } from 'node:os';
import { InternVLError } from '@internvl/backend';
import { listDevices } from '@internvl/backend-node';
import { type MemoryPlan, memoryWords } from '@internvl/chat';
import { freeMemory, memoryPlans } from '@internvl/chat/node';
import {
  type ModelConfig,
  type PrecisionName,
  plannedBytes,
  precisionNames,
  readConfigFiles,
} from '@internvl/checkpoint';
import { folderFiles, openFolder, resolveModel } from '@internvl/checkpoint/node';
import { defineCommand } from '../command.js';
import { modelArgument } from '../input/model.js';
import { showProgress } from '../input/progress.js';
import { cacheOption, globalOptions } from '../options/common-options.js';
import { formatBytes } from '../terminal/progress-bar.js';
import { cacheBytesPerToken, countParameters, type ParameterCounts } from './parameters.js';

const options = { ...cacheOption, ...globalOptions } as const;

export const inspect = defineCommand({
  usage: 'inspect MODEL',
  summary:
    'Says what a checkpoint is, how much memory it takes, and what this machine can run. Fetches no weights.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const { env } = surroundings;
    const model = modelArgument(positionals, 'inspect');
    const found = await resolveModel(model, {
      weights: false,
      env,
      signal,
      onProgress: showProgress(output),
    });
    const config = await readConfigFiles(await folderFiles(found.path));
    const cache = options.text('cache');
    const weights = await storedWeights(found.path, found.hub !== undefined, { cache, env, signal });
    const parameters = countParameters(config);
    const free = await freeMemory();
    const memory = await memoryOf(config, await memoryPlans(config, free));
    const document = {
      model,
      path: found.path,
      ...(found.hub && { hub: found.hub }),
      config,
      parameters,
      weights,
      visualTokens: visualTokens(config),
      memory,
      machine: await machine(memory, free),
    };
    output.result(document, describe(document));
    return 0;
  },
});

/** What lies on disk; a Hub model may not be there yet, a folder must be whole. */
async function storedWeights(
  path: string,
  mayBeAbsent: boolean,
  options: {
    readonly cache: string | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
  },
) {
  try {
    const checkpoint = await openFolder(path, options);
    try {
      const { tensors } = checkpoint;
      const infos = tensors.names().map((name) => tensors.info(name));
      return {
        present: true as const,
        tensors: infos.length,
        bytes: infos.reduce((sum, { bytes }) => sum + bytes, 0),
        dtypes: [...new Set(infos.map(({ dtype }) => dtype))],
      };
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    const absent = InternVLError.is(error, 'file-missing') || InternVLError.is(error, 'shard-missing');
    if (mayBeAbsent && absent) return { present: false as const };
    throw error;
  }
}

function visualTokens({ tokensPerTile, dynamicTiles, maxTiles, thumbnail, llm }: ModelConfig) {
  if (llm === undefined) return { perTile: 0, most: 0 };
  const tiles = dynamicTiles ? maxTiles + (thumbnail && maxTiles > 1 ? 1 : 0) : 1;
  return { perTile: tokensPerTile, most: tiles * tokensPerTile };
}

/** Bytes. Weights as they are stored in each precision; the cache by 1000 tokens; what a run on the processor takes. */
async function memoryOf(config: ModelConfig, plans: readonly MemoryPlan[]) {
  const weights: Partial<Record<PrecisionName, number>> = {};
  for (const name of precisionNames) weights[name] = await plannedBytes(config, name);
  const { llm } = config;
  return { weights, ...(llm && { cachePer1000Tokens: cacheBytesPerToken(llm) * 1000 }), plans };
}

type Memory = Awaited<ReturnType<typeof memoryOf>>;

async function machine({ plans }: Memory, freeMemory: number) {
  const devices = await listDevices();
  return {
    cores: availableParallelism(),
    memory: totalmem(),
    freeMemory,
    devices: devices.filter(({ works }) => works).map(({ device }) => device),
    fits: Object.fromEntries(plans.map(({ precision, fits }) => [precision, fits])),
  };
}

type Inspection = {
  readonly model: string;
  readonly path: string;
  readonly config: ModelConfig;
  readonly parameters: ParameterCounts;
  readonly weights: Awaited<ReturnType<typeof storedWeights>>;
  readonly visualTokens: ReturnType<typeof visualTokens>;
  readonly memory: Memory;
  readonly machine: Awaited<ReturnType<typeof machine>>;
};

function describe({ path, config, parameters, weights, visualTokens, memory, machine }: Inspection): string {
  const { vision, llm } = config;
  const million = (count: number) => `${(count / 1e6).toFixed(1)} M`;
  const rows: [string, string][] = [
    ['folder', path],
    ['layout', `${config.layout}, ${config.architecture}`],
    [
      'vision',
      `width ${vision.width}, ${vision.layers} layers, ${vision.heads} heads, patches of ${vision.patchSize} px, ${million(parameters.vision)} parameters`,
    ],
  ];
  if (llm) {
    const cache = formatBytes(cacheBytesPerToken(llm) * 1000);
    rows.push(
      ['projector', `${million(parameters.projector)} parameters`],
      [
        'language',
        `${llm.family}, width ${llm.hidden}, ${llm.layers} layers, ${llm.heads} heads (${llm.kvHeads} key-value), ${llm.vocabulary} tokens, ${million(parameters.language)} parameters`,
      ],
      ['context', `${llm.maxPositions} tokens, ${cache} of cache per 1000`],
      ['template', config.template ?? "the checkpoint's own chat template"],
      ['tokens', `${visualTokens.perTile} per tile, at most ${visualTokens.most} per image`],
    );
  }
  const size = config.dynamicTiles ? `${config.minTiles} to ${config.maxTiles} tiles of` : 'one tile of';
  rows.push(
    [
      'tiles',
      `${size} ${config.tileSize} px${config.thumbnail && config.dynamicTiles ? ' and a thumbnail' : ''}`,
    ],
    [
      'on disk',
      weights.present
        ? `${weights.tensors} tensors, ${weights.dtypes.join(' and ')}, ${formatBytes(weights.bytes)}`
        : 'weights are not fetched yet',
    ],
    [
      'memory',
      `of weights: ${precisionNames.map((name) => `${formatBytes(memory.weights[name] ?? 0)} in ${name}`).join(', ')}`,
    ],
    [
      'to run',
      `${config.llm ? `${memory.plans[0]!.contextTokens} tokens of context take` : 'one image takes'} ${needed(memory)}`,
    ],
    [
      'this machine',
      `${formatBytes(machine.memory)} of memory, ${formatBytes(machine.freeMemory)} free, ${machine.cores} cores, runs on ${machine.devices.join(', ') || 'the reference backend alone'}; ${fitting(memory)}`,
    ],
  );
  return rows.map(([label, value]) => `${label.padEnd(14)}${value}`).join('\n');
}

function needed({ plans }: Memory): string {
  return plans.map(({ precision, neededBytes }) => `${formatBytes(neededBytes)} in ${precision}`).join(', ');
}

function fitting({ plans }: Memory): string {
  const refused = plans.find(({ fits }) => !fits);
  return refused ? memoryWords(refused, plans) : 'it fits in every precision';
}
