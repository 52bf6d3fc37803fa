import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { InternVLError } from '@internvl/backend';
import { listDevices } from '@internvl/backend-node';
import { nativeBackend } from '@internvl/backend-node/native';
import { cacheDirectory } from '@internvl/checkpoint/node';
import { pdfPages } from '@internvl/tiling/pdf';
import { defineCommand } from '../command.js';
import { modelPath } from '../input/model.js';
import { cacheOption, globalOptions } from '../options/common-options.js';
import { formatBytes } from '../terminal/progress-bar.js';

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Whether the command can't do its work without it. */
  readonly needed: boolean;
  readonly detail: string;
  /** What to install or change. */
  readonly remedy?: string;
}

const options = { ...cacheOption, ...globalOptions } as const;

export const doctor = defineCommand({
  usage: 'doctor',
  summary:
    'Tries what works here and says what to install. Fails when something is missing that every answer needs.',
  options,
  async run({ options, surroundings, output }) {
    const checks = [
      node(),
      machine(),
      await imageDecoder(),
      await pdfDecoder(),
      ...(await devices()),
      await cache(cacheDirectory({ cache: options.text('cache'), env: surroundings.env })),
      hub(surroundings.env),
      await nano(),
    ];
    const ok = checks.every((check) => check.ok || !check.needed);
    const { green, red, dim } = output.style;
    const lines = checks.flatMap((check) => [
      `${check.ok ? green('ok     ') : (check.needed ? red : dim)('missing')}  ${check.name.padEnd(16)}${check.detail}`,
      ...(check.remedy === undefined ? [] : [`${' '.repeat(25)}${dim(check.remedy)}`]),
    ]);
    output.result({ ok, checks }, lines.join('\n'));
    return ok ? 0 : 1;
  },
});

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'node',
    ok,
    needed: true,
    detail: `${process.version} on ${process.platform}-${process.arch}`,
    ...(!ok && { remedy: 'install Node 20.19 or newer' }),
  };
}

function machine(): Check {
  const detail = `${formatBytes(totalmem())} of memory, ${formatBytes(freemem())} free, ${availableParallelism()} cores`;
  return { name: 'machine', ok: true, needed: false, detail };
}

async function imageDecoder(): Promise<Check> {
  const name = 'images';
  try {
    const { default: sharp } = await import('sharp');
    const formats = Object.values(sharp.format).filter(({ input }) => input.buffer);
    const known = formats.map(({ id }) => id).filter((id) => WANTED_FORMATS.has(id));
    return {
      name,
      ok: true,
      needed: true,
      detail: `sharp ${sharp.versions.sharp} reads ${known.join(', ')}`,
    };
  } catch (error) {
    const remedy = 'run npm install sharp, on this platform';
    return { name, ok: false, needed: true, detail: reason(error), remedy };
  }
}

/** A document that is none tells whether there is something to read one. */
async function pdfDecoder(): Promise<Check> {
  const name = 'pdf';
  const found = await pdfPages(new TextEncoder().encode('%PDF-'))
    .next()
    .catch((error: unknown) => error);
  if (InternVLError.is(found, 'decoder-missing')) {
    const remedy = 'run npm install @hyzyla/pdfium';
    return { name, ok: false, needed: false, detail: '@hyzyla/pdfium is not installed', remedy };
  }
  return { name, ok: true, needed: false, detail: '@hyzyla/pdfium draws pages' };
}

/** As sharp names what the command line promises; AVIF comes under `heif`. */
const WANTED_FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'heif', 'gif', 'tiff']);

async function devices(): Promise<Check[]> {
  const reports = await listDevices();
  const checks = reports.map((report): Check => {
    const name = `backend ${report.device}`;
    const needed = report.device === 'cpu';
    if (report.works) return { name, ok: true, needed, detail: 'works' };
    return { name, ok: false, needed, detail: reason(report.reason), remedy: report.remedy };
  });
  return [...checks, await native()];
}

/** The CPU past onnxruntime-node's binding. */
async function native(): Promise<Check> {
  const name = 'backend native';
  try {
    await nativeBackend();
    return { name, ok: true, needed: false, detail: 'works' };
  } catch (error) {
    if (!InternVLError.is(error, 'device-missing')) throw error;
    const remedy = String(error.facts.remedy);
    return { name, ok: false, needed: false, detail: reason(error.facts.reason), remedy };
  }
}

async function cache(path: string): Promise<Check> {
  const name = 'cache';
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
    const { bavail, bsize } = await statfs(path);
    return { name, ok: true, needed: true, detail: `${path}, ${formatBytes(bavail * bsize)} free` };
  } catch (error) {
    const remedy = 'name a folder you may write to with --cache or INTERNVL_CACHE';
    return { name, ok: false, needed: true, detail: reason(error), remedy };
  }
}

/** Settings of the Hub client; nothing is asked over the network. */
function hub(env: Readonly<Record<string, string | undefined>>): Check {
  const offline = env.HF_HUB_OFFLINE ? 'offline, as HF_HUB_OFFLINE says' : 'used when MODEL is a Hub id';
  const token = env.HF_TOKEN ? 'with HF_TOKEN' : 'without HF_TOKEN';
  return { name: 'hub', ok: true, needed: false, detail: `${offline}, ${token}` };
}

async function nano(): Promise<Check> {
  const path = modelPath('nano');
  try {
    await access(path, constants.R_OK);
    return { name: 'nano', ok: true, needed: false, detail: path };
  } catch (error) {
    const remedy = 'run npm install @internvl/nano';
    return { name: 'nano', ok: false, needed: false, detail: reason(error), remedy };
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [first = ''] = text.trim().split('\n', 1);
  // The runtime puts its own source location and condition before what it has to say.
  return first.replace(/^.*\bwas false\.\s*/, '');
}
