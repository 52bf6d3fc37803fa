export * from './index.js';
export {
  type CalibrateOptions,
  type Calibration,
  calibrate,
  type LayerDrift,
} from './node/calibrate.js';
export { load } from './node/load.js';
