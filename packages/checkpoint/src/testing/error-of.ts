import { InternVLError } from '@internvl/backend';

/** The typed error that `work` ends with; anything else fails the test. */
export async function errorOf(work: () => unknown): Promise<InternVLError> {
  try {
    await work();
  } catch (error) {
    if (InternVLError.is(error)) return error;
    throw error;
  }
  throw new Error('expected an error, got none');
}
