import type { ConversationTemplate } from '@internvl/tokenizer/templates';

/** What stands around a turn in training: `before` ignored, `opening` and `stop` trained with an answer, `after` ignored. */
interface TrainingFrame {
  readonly before: string;
  /** Part of what the model has to say before its answer. */
  readonly opening: string;
  readonly stop: string;
  /** Instead of `stop` when the turn is the last one. */
  readonly lastStop: string;
  readonly after: string;
}

export interface TrainingFrames {
  readonly user: TrainingFrame;
  readonly assistant: TrainingFrame;
  /** Whether every message loses white space at both ends. */
  readonly strips: boolean;
}

/**
 * How a template is written for training. Source: `preprocess_*` in `internvl/train/dataset.py` of OpenGVLab/InternVL (2410d1d), and of
 * `internvl_chat_gpt_oss` for `internvl3_5_gpt_oss`, where the model learns to open its final channel.
 */
export function trainingFrames(template: ConversationTemplate): TrainingFrames {
  const { assistant, end, name, stop, user } = template;
  const harmony = name === 'internvl3_5_gpt_oss';
  const at = harmony ? assistant.after.length : assistant.after.indexOf(stop) + stop.length;
  return {
    user: { before: user.before, opening: '', stop: user.after, lastStop: user.after, after: '' },
    assistant: {
      before: assistant.before,
      opening: harmony ? '<|channel|>final<|message|>' : '',
      stop: assistant.after.slice(0, at),
      lastStop: harmony ? end : assistant.after.slice(0, at),
      after: assistant.after.slice(at),
    },
    strips: name === 'internlm2-chat',
  };
}
