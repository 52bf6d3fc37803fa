import { InternVLError } from '@internvl/backend';

/** The error of whoever waits for a host that is gone. */
export function hostLost(cause: unknown): InternVLError {
  return new InternVLError(
    'host-lost',
    'Expected the host of the model to answer, but it is gone; load the model again.',
    {},
    { cause },
  );
}
