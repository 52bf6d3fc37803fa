import { InternVLError } from '@internvl/backend';
import type { OutputFormat } from './terminal/output.js';
import { styleFor } from './terminal/style.js';
import type { Surroundings } from './terminal/surroundings.js';

/** Codes that mean the line was wrong, not the work. */
const WRONG_USAGE = new Set(['usage', 'invalid-option', 'schema-unsupported', 'grammar-invalid']);

/**
 * Tells what went wrong: one line on standard error, the same as data on standard output where JSON was asked for.
 *
 * @returns the exit status: 1 the work failed, 2 wrong usage, 130 interrupted.
 */
export function reportError(
  thrown: unknown,
  surroundings: Surroundings,
  { format, debug }: { readonly format: OutputFormat; readonly debug: boolean },
): number {
  const { stdout, stderr, env, signal } = surroundings;
  const { code, message, facts } = signal.aborted
    ? {
        code: 'interrupted',
        message: 'Stopped; files that were finished are kept, others are removed.',
        facts: {},
      }
    : describeError(thrown);
  const sentence = message.replaceAll(/\s*\n\s*/g, ' ');
  stderr.write(`${styleFor(stderr, env).red(`internvl: ${code}:`)} ${sentence}\n`);
  if (debug) stderr.write(`${traceOf(thrown)}\n`);
  if (format !== 'text') stdout.write(`${JSON.stringify({ error: { code, message: sentence, facts } })}\n`);
  if (signal.aborted) return 130;
  return WRONG_USAGE.has(code) ? 2 : 1;
}

/** Any error as one of ours. */
export function describeError(thrown: unknown): Pick<InternVLError, 'code' | 'message' | 'facts'> {
  if (InternVLError.is(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const errno = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  switch (errno) {
    case 'ENOENT':
      return { code: 'file-missing', message: `${message}; check the path.`, facts: { errno } };
    case 'EACCES':
    case 'EPERM':
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
      return {
        code: 'file-unusable',
        message: `${message}; check the path and its permissions.`,
        facts: { errno },
      };
    case 'ENOSPC':
      return {
        code: 'disk-full',
        message: `${message}; free some space and run the command again.`,
        facts: { errno },
      };
    default:
      return { code: 'internal', message: `${message} (--debug shows where this came from)`, facts: {} };
  }
}

function traceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause === undefined ? '' : `\ncaused by ${traceOf(thrown.cause)}`;
  return `${thrown.stack ?? thrown.message}${cause}`;
}
