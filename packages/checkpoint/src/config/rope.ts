import type { Rope } from '../model-config.js';
import { refuseSetting } from './architectures.js';
import { configInvalid, type Fields } from './fields.js';

const types = [
  'default',
  'linear',
  'dynamic',
  'llama3',
  'longrope',
  'su',
  'yarn (with short and long factors)',
];

/**
 * Rotary settings, as transformers 4 writes them (`rope_theta` beside `rope_scaling`) and as transformers 5 does
 * (`rope_parameters`).
 *
 * Source: `modeling_rope_utils.py` of transformers; `modeling_phi3.py` and `modeling_internlm2.py` of OpenGVLab/InternVL.
 *
 * @throws `config-invalid`, `architecture-unsupported` for a type that is not implemented
 */
export function readRope(llm: Fields, maxPositions: number, headSize: number): Rope {
  const name = llm.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling';
  const settings = llm.object(name, {});
  for (const key of settings.keys()) {
    const value = settings.get(key);
    if (typeof value === 'object' && !Array.isArray(value)) {
      throw refuseSetting(settings.fieldPath(key), value, 'one set of rotary settings for all layers');
    }
  }
  for (const owner of [settings, llm]) {
    const share = owner.positive('partial_rotary_factor', 1);
    if (share !== 1)
      throw refuseSetting(owner.fieldPath('partial_rotary_factor'), share, 'rotation of whole heads');
  }
  const theta = settings.has('rope_theta')
    ? settings.positive('rope_theta')
    : llm.positive('rope_theta', 10000);
  const type = settings.has('rope_type') ? settings.text('rope_type') : settings.text('type', 'default');
  switch (type) {
    case 'default':
      return { type: 'default', theta };
    case 'linear':
      return { type: 'linear', theta, factor: factorOf(settings) };
    case 'dynamic':
      return { type: 'dynamic', theta, factor: factorOf(settings), maxPositions };
    case 'llama3':
      return {
        type: 'llama3',
        theta,
        factor: factorOf(settings),
        lowFreqFactor: settings.positive('low_freq_factor'),
        highFreqFactor: settings.positive('high_freq_factor'),
        originalMaxPositions: settings.count('original_max_position_embeddings'),
      };
    case 'longrope':
    case 'su':
    case 'yarn': {
      if (!settings.has('short_factor') && type === 'yarn') break;
      const owner = settings.has('original_max_position_embeddings') ? settings : llm;
      return {
        type: 'longrope',
        theta,
        shortFactor: settings.numbers('short_factor', headSize / 2),
        longFactor: settings.numbers('long_factor', headSize / 2),
        originalMaxPositions: owner.count('original_max_position_embeddings'),
        maxPositions,
        kind: type === 'yarn' ? 'yarn' : 'su',
      };
    }
  }
  throw refuseSetting(`${llm.fieldPath(name)} type`, type, types.join(', '));
}

function factorOf(settings: Fields): number {
  const factor = settings.positive('factor');
  if (factor < 1) throw configInvalid(settings.fieldPath('factor'), 'a number from 1', factor);
  return factor;
}
