import { expect, it } from 'vitest';
import { resolveChoice } from '../sampling/choice.js';
import { recorded } from '../testing/recorded.js';
import { BeamState } from './beam-state.js';

const { vocabulary, stopIds, maxNewTokens, table, runs } = recorded('beams');
const logits = Float32Array.from(table);

/** Logits by the last two ids, as the recorded model has them. */
function rowOf(ids: readonly number[]): Float32Array {
  const [before, last] = [ids.at(-2) ?? 0, ids.at(-1)!];
  const start = (before * vocabulary + last) * vocabulary;
  return logits.subarray(start, start + vocabulary);
}

it.each(runs.filter(({ beams }) => beams > 1))(
  'prompt $prompt, $beams beams, length $lengthPenalty, early $earlyStopping, repetition $repetitionPenalty, at least $minNewTokens',
  (run) => {
    const { prompt, repetitionPenalty, minNewTokens } = run;
    const choice = resolveChoice(
      { stopIds, repetitionPenalty, minNewTokens, penaltyIds: prompt },
      vocabulary,
    );
    const state = new BeamState(choice, {
      count: run.beams,
      lengthPenalty: run.lengthPenalty,
      earlyStopping: run.earlyStopping,
      maxLength: maxNewTokens,
      atMaxLength: 'length',
    });
    let paths = [[...prompt]];
    let parents = state.advance(paths.map(rowOf));
    while (parents !== undefined) {
      const lastIds = state.lastIds;
      paths = parents.map((parent, row) => [...paths[parent]!, lastIds[row]!]);
      parents = state.advance(paths.map(rowOf));
    }
    expect(state.finished.map(({ ids }) => ids)).toEqual(run.ids);
    state.finished.forEach(({ score }, index) => {
      const expected = run.scores![index]!;
      expect(Math.abs(score - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
    });
  },
);
