import type { PartPrecisions } from '../onnx/precision.js';
import { readText, type StoreDirectory, writeText } from './store-directory.js';

const aboutName = 'about.json';

/** What the store notes of a model before anything else of it is there. */
export interface About {
  readonly name: string;
  readonly precision: PartPrecisions;
  /** What it will take when complete, bytes. */
  readonly totalBytes: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** `Checkpoint.digest()`, once it is known. */
  readonly digest?: string | undefined;
}

/** Undefined when there is no note, or half of one. */
export async function readAbout(directory: StoreDirectory): Promise<About | undefined> {
  try {
    const value: unknown = JSON.parse((await readText(directory, aboutName)) ?? '');
    return isAbout(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export async function writeAbout(directory: StoreDirectory, about: About): Promise<void> {
  await writeText(directory, aboutName, JSON.stringify(about));
}

function isAbout(value: unknown): value is About {
  if (typeof value !== 'object' || value === null) return false;
  const { name, precision, totalBytes, createdAt }: Partial<Record<keyof About, unknown>> = value;
  return (
    typeof name === 'string' &&
    typeof precision === 'object' &&
    precision !== null &&
    typeof totalBytes === 'number' &&
    typeof createdAt === 'number'
  );
}
