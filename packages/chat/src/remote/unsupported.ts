import { InternVLError } from '@internvl/backend';

/** What a chat over HTTP cannot give. */
export function unsupported(
  feature: string,
  server: string,
  remedy = 'leave it out, or load the model here',
): InternVLError {
  return new InternVLError(
    'remote-unsupported',
    `Expected what a ${server} server can be asked for over HTTP, got ${feature}; ${remedy}.`,
    { feature, server },
  );
}
