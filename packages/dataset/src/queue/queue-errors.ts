import { DatasetError } from '../error.js';

/** The server of a queue doesn't answer. The address may hold a password and is told without it. */
export function unreachable(kind: string, address: string, cause: unknown): DatasetError {
  const reason = reasonOf(cause);
  const place = withoutPassword(address);
  return new DatasetError(
    'queue-unreachable',
    `Expected ${kind} at ${place}, got ${reason}; check that the server runs and that the address is right.`,
    { address: place },
    { cause },
  );
}

export function packageMissing(code: string, name: string, cause: unknown): DatasetError {
  return new DatasetError(
    code,
    `Expected the package ${name} for this queue, got none; install it with npm install ${name}.`,
    { package: name },
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** An address as it may be printed. */
function withoutPassword(address: string): string {
  try {
    const url = new URL(address);
    if (url.password !== '') url.password = '***';
    return url.href;
  } catch {
    return address;
  }
}
