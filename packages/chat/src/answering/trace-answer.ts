import { hostTensor, type Tensor } from '@internvl/backend';
import { RunningBatch } from '@internvl/llm';
import type { Answer } from '../answer.js';
import { breath } from '../breath.js';
import type { Trace } from '../chat.js';
import type { ChatModel } from '../chat-model.js';
import type { AnswerOptions } from '../options.js';
import type { Turn } from '../turn.js';
import { modelPrompt } from './generate-answer.js';
import { Memory } from './memory.js';
import { languageSide, streamAnswer } from './stream-answer.js';

/** Answers and keeps every stage. */
export async function traceAnswer(
  chatModel: ChatModel,
  turns: readonly Turn[],
  options: AnswerOptions,
): Promise<Trace> {
  const { model } = languageSide(chatModel);
  const stages = new Map<string, Tensor<'float32'>[]>();
  const keep = (name: string, tensor: Tensor<'float32'>) => {
    stages.set(name, [...(stages.get(name) ?? []), tensor]);
  };
  // Every stage goes through the model, whatever was answered before.
  const running = new RunningBatch(model, {
    parallelAnswers: 1,
    prefixCacheBytes: 0,
    promptLookup: false,
    pause: breath,
  });
  const memory = new Memory({ running });
  const { tileSize } = chatModel.config;
  let answer: Answer | undefined;
  try {
    const events = streamAnswer(chatModel, turns, options, memory, {
      onTile(pixels, { lastHiddenState, selectedHiddenState, visualTokens }) {
        keep('pixel_values', hostTensor('float32', pixels, [3, tileSize, tileSize]));
        keep('vit_last_hidden_state', lastHiddenState);
        if (selectedHiddenState) keep('vit_selected_hidden_state', selectedHiddenState);
        if (visualTokens) keep('visual_tokens', visualTokens);
      },
      async onPrompt(prompt, shown) {
        const embeddings = await model.embed(modelPrompt(prompt, shown), options);
        const { hidden } = model.spec;
        keep('inputs_embeds', hostTensor('float32', embeddings, [embeddings.length / hidden, hidden]));
      },
      onScores({ logits }) {
        keep('logits', hostTensor('float32', logits.slice(), [logits.length]));
      },
    });
    for await (const event of events) if (event.type === 'answer-finished') answer = event.answer;
  } finally {
    memory.dispose();
    await running.close();
  }
  const tensors = Object.fromEntries([...stages].map(([name, parts]) => [name, stacked(parts)]));
  return { answer: answer!, tensors };
}

/** Tensors of one shape as one tensor with a further dimension in front. */
function stacked(parts: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const { dims } = parts[0]!;
  const size = dims.reduce((product, side) => product * side, 1);
  const data = new Float32Array(parts.length * size);
  parts.forEach((part, index) => {
    data.set(part.data, index * size);
  });
  return hostTensor('float32', data, [parts.length, ...dims]);
}
