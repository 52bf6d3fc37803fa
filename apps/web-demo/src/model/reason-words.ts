import type { RuntimeChoice } from '@internvl/backend-web';
import type { Say } from '../page/language.js';

/** Why a device and a precision were chosen, or why none fits. */
export function reasonWords({ reasons }: RuntimeChoice): Say[] {
  return reasons.map(
    ({ code }) =>
      (words) =>
        words.reasons[code],
  );
}
