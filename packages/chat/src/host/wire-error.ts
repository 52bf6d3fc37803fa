import { type ErrorFacts, InternVLError } from '@internvl/backend';

/** An error on its way: ours in parts, anything else as structured clone keeps it. */
export type WireError =
  | {
      readonly kind: 'internvl';
      readonly code: string;
      readonly message: string;
      readonly facts: ErrorFacts;
      readonly stack: string | undefined;
      readonly cause: WireError | undefined;
    }
  | { readonly kind: 'other'; readonly value: unknown };

/** Takes apart what was thrown, so that it survives a message. */
export function toWireError(thrown: unknown): WireError {
  if (InternVLError.is(thrown)) {
    const { code, message, stack } = thrown;
    const facts = cloneable(thrown.facts) ? thrown.facts : {};
    const cause = thrown.cause === undefined ? undefined : toWireError(thrown.cause);
    return { kind: 'internvl', code, message, facts, stack, cause };
  }
  if (cloneable(thrown)) return { kind: 'other', value: thrown };
  return { kind: 'other', value: new Error(String(thrown)) };
}

/** Puts it together again: an `InternVLError` with the same code, facts and sentence, or the very value. */
export function fromWireError(error: WireError): unknown {
  if (error.kind === 'other') return error.value;
  const { code, message, facts, stack, cause } = error;
  const made = new InternVLError(
    code,
    message,
    facts,
    cause === undefined ? undefined : { cause: fromWireError(cause) },
  );
  if (stack !== undefined) Object.defineProperty(made, 'stack', { value: stack, configurable: true });
  return made;
}

function cloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
