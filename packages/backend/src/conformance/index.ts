export { conformanceCases } from './cases/index.js';
export type { ConformanceCase } from './conformance-case.js';
export {
  type ConformanceOptions,
  type ConformanceResult,
  type Divergence,
  runConformance,
} from './run-conformance.js';
