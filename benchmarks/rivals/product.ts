import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openConverted } from '@internvl/checkpoint/node';

const run = promisify(execFile);
const internvl = fileURLToPath(new URL('../../packages/cli/src/internvl.ts', import.meta.url));

/** What `internvl bench --json` gives. */
export interface Product {
  readonly backend: string;
  readonly precision: string;
  /** Bytes of its weights as they are stored. */
  readonly weightBytes: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly of: string;
    readonly median: number;
    readonly low: number;
    readonly high: number;
  }[];
}

/** The product on onnxruntime-node's binding, and on its library through the C interface. */
export interface Products {
  readonly cpu: Product;
  readonly native: Product;
}

/** Measures the product itself, worker and all, each way in a process of its own. */
export async function measureProducts(model: string, threads: number, quick: boolean): Promise<Products> {
  const measure = (backend: string) => measureProduct(model, backend, threads, quick);
  return { cpu: await measure('cpu'), native: await measure('native') };
}

async function measureProduct(
  model: string,
  backend: string,
  threads: number,
  quick: boolean,
): Promise<Product> {
  const small = [
    '--runs',
    '1',
    '--tokens',
    '4',
    '--context',
    '64',
    '--prompt-tokens',
    '100',
    '--max-tiles',
    '2',
  ];
  const args = ['bench', model, '--json', '--backend', backend, '--threads', String(threads)];
  const { stdout } = await run(
    process.execPath,
    [
      '--conditions=@internvl/source',
      '--import',
      'tsx',
      internvl,
      ...args,
      ...(quick ? small : ['--runs', '2']),
    ],
    { maxBuffer: 16 << 20 },
  );
  const { manifest } = await openConverted(model);
  const { size } = await stat(join(model, manifest.data));
  return { ...JSON.parse(stdout), weightBytes: size };
}
