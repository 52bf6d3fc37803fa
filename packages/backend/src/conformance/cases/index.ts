import type { ConformanceCase } from '../conformance-case.js';
import { abortCases } from './abort.js';
import { attentionCases } from './attention.js';
import { cacheAttentionCases } from './cache-attention.js';
import { capabilityCases } from './capabilities.js';
import { dtypeCases } from './dtypes.js';
import { expertCases } from './experts.js';
import { feedCases } from './feeds.js';
import { lifetimeCases } from './lifetime.js';
import { memoryCases } from './memory.js';
import { modelCases } from './models.js';
import { operatorCases } from './operators.js';
import { outputCases } from './outputs.js';
import { portCases } from './ports.js';
import { rotaryCases } from './rotary.js';

/** Every case, in the order in which they are easiest to mend. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...portCases,
  ...dtypeCases,
  ...outputCases,
  ...feedCases,
  ...modelCases,
  ...abortCases,
  ...lifetimeCases,
  ...capabilityCases,
  ...memoryCases,
  ...operatorCases,
  ...rotaryCases,
  ...attentionCases,
  ...cacheAttentionCases,
  ...expertCases,
];
