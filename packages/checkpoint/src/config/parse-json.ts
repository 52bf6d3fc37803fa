import { InternVLError } from '@internvl/backend';

/**
 * JSON of a checkpoint's file.
 *
 * @throws `config-invalid`
 */
export function parseJson(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InternVLError(
      'config-invalid',
      `Expected ${name} to be JSON, found ${bytes.length} bytes that are not (${reason}); fetch the file again.`,
      { field: name, expected: 'JSON', bytes: bytes.length },
      { cause },
    );
  }
}
