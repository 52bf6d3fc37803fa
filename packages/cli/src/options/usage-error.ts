import { type ErrorFacts, InternVLError } from '@internvl/backend';

/** Wrong usage of the command line: exit status 2. */
export function usageError(message: string, facts: ErrorFacts = {}): InternVLError {
  return new InternVLError('usage', message, facts);
}
