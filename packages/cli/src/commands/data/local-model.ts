import { InternVLError } from '@internvl/backend';
import { type Chat, finishedAnswer, type Turn } from '@internvl/chat';
import { CallError, type LocalModel } from '@internvl/dataset';

/**
 * A loaded model as a translator: instructions are its system message, texts are all it gets.
 *
 * @param name as the command line says it; part of the key under which answers are kept
 */
export function localModel(name: string, chat: Chat, sampling: { readonly temperature: number }): LocalModel {
  const { precision } = chat.facts;
  return {
    id: JSON.stringify({ local: name, precision, ...sampling }),
    async answer(messages, { maxTokens, signal }) {
      const system = messages.find(({ role }) => role === 'system')?.content ?? '';
      const turns = messages.flatMap(({ role, content }): Turn[] =>
        role === 'system' ? [] : [{ role, parts: [{ type: 'text', text: content }] }],
      );
      try {
        const { text, finishReason, usage } = await finishedAnswer(
          chat.answer(turns, { system, maxNewTokens: maxTokens, ...sampling, labels: 'none', signal }),
        );
        return {
          text,
          finishReason,
          usage: { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens },
        };
      } catch (error) {
        if (!InternVLError.is(error, 'context-overflow')) throw error;
        throw new CallError('refused', error.message, error.facts, { cause: error });
      }
    },
  };
}
