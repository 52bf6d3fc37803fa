import { markdownTable } from '../rivals/docs-section.js';
import type { Reading } from './fidelity.js';
import type { Agreement, LookupGain } from './measure-answers.js';
import type { FileSpeed } from './same-file-speed.js';

export interface RealWeightsReport {
  readonly machine: string;
  readonly pageTokens: number;
  readonly answerTokens: number;
  readonly readings: readonly (Pick<Reading, 'perplexity' | 'drift'> & { readonly name: string })[];
  readonly agreement: readonly Agreement[];
  readonly lookup: readonly LookupGain[];
  readonly speed: readonly FileSpeed[];
}

/** The report as Markdown, to be read by people. */
export function reportLines(report: RealWeightsReport): string[] {
  const { machine, pageTokens, answerTokens, readings, agreement, lookup, speed } = report;
  return [
    `${machine}. SmolLM2-135M-Instruct, out of a GGUF file whose matrices are Q4_1; \`fp32\` is that file widened.`,
    '',
    `A page of English, ${pageTokens} tokens: perplexity; how often the likeliest next token is fp32's; divergence from fp32's distribution; errors of the logits.`,
    '',
    ...markdownTable(
      ['weights', 'perplexity', 'same token', 'divergence, nats', 'logit error, RMS', 'largest'],
      readings.map(({ name, perplexity, drift }) => [
        name,
        perplexity.toFixed(3),
        drift ? `${(100 * drift.sameBest).toFixed(1)} %` : '',
        drift?.divergence.toExponential(1) ?? '',
        drift?.error.toPrecision(2) ?? '',
        drift?.largestError.toPrecision(2) ?? '',
      ]),
    ),
    '',
    `Greedy answers to ${agreement[0]?.asked} questions, up to ${answerTokens} tokens each, against fp32's.`,
    '',
    ...markdownTable(
      ['weights', 'same answers', 'tokens before the first other one', 'its answer to the first question'],
      agreement.map(({ preset, same, asked, before, all, sample }) => [
        preset,
        `${same} of ${asked}`,
        `${before} of ${all}`,
        sample.replaceAll('\n', ' ').replaceAll('|', '\\|').slice(0, 80),
      ]),
    ),
    '',
    'Prompt lookup, answers alone, tokens per second without and with it, question by question in turn. A guess is checked in a run of several tokens, whose sums are',
    'added in another order. Where activations are rounded, that may decide between two tokens that are about as likely: *apart* tells how likely at most.',
    '',
    ...markdownTable(
      ['weights', 'text', 'without', 'with', 'gain', 'guessed tokens', 'same ids', 'apart, nats'],
      lookup.map((gain) => [
        gain.preset,
        gain.text === 'copying' ? 'copies from its prompt' : 'free',
        gain.without.toFixed(1),
        gain.with.toFixed(1),
        (gain.with / gain.without).toFixed(2),
        `${(100 * gain.accepted).toFixed(0)} %`,
        `${gain.same} of ${gain.asked}`,
        gain.same === gain.asked ? '–' : gain.gap.toFixed(3),
      ]),
    ),
    ...(speed.length === 0
      ? []
      : [
          '',
          'llama.cpp on that very file, and ours on what was made of it, in turns: tokens per second at 256 tokens of context, and of a prompt of 512.',
          '',
          ...markdownTable(
            ['', 'decode', 'prompt', 'decode, times llama.cpp', 'prompt, times llama.cpp'],
            speed.map(({ name, decode, prefill }) => [
              name,
              decode.toFixed(1),
              prefill.toFixed(0),
              (decode / speed[0]!.decode).toFixed(2),
              (prefill / speed[0]!.prefill).toFixed(2),
            ]),
          ),
        ]),
  ];
}
