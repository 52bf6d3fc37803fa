import { badRequest } from '../api-error.js';

/** Far beyond any schema that people write, far below what overflows a stack. */
const MOST_DEPTH = 64;

/**
 * Checks what must hold before a schema may go anywhere, into a worker or an answer: its depth, and that references are
 * texts. What its keywords mean is the model's business.
 *
 * @throws 400
 */
export function checkSchema(schema: unknown, param: string): void {
  // A list instead of recursion: a schema as deep as a body is long must not overflow the stack here, either.
  const left: { readonly value: unknown; readonly depth: number }[] = [{ value: schema, depth: 0 }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MOST_DEPTH) {
      throw badRequest(
        'invalid_json_schema',
        param,
        `Expected ${param} at most ${MOST_DEPTH} deep, got a deeper one.`,
      );
    }
    for (const [name, member] of Object.entries(value)) {
      if (name === '$ref' && typeof member === 'object') {
        throw badRequest(
          'invalid_json_schema',
          param,
          `Expected each $ref in ${param} as a string, got an object.`,
        );
      }
      left.push({ value: member, depth: depth + 1 });
    }
  }
}
