import { expect, test } from 'vitest';
import { systemMessageIn } from './conversation-file.js';

const source = `
register_conv_template(
    Conversation(
        name='Hermes-2',
        system_template='<|im_start|>system\\n{system_message}',
        # note: The new system prompt was not used here to avoid changes in benchmark performance.
        # system_message='我是书生·万象。',
        system_message='你是由上海人工智能实验室开发的, 英文名叫InternVL.',
        roles=('<|im_start|>user\\n', '<|im_start|>assistant\\n'),
    )
)
register_conv_template(
    Conversation(
        name="quoted.one",
        system_message = "It\\'s \\"fine\\".\\nYes.",
    )
)
register_conv_template(Conversation(name='none', roles=('a', 'b')))
register_conv_template(Conversation(name='last', system_message=''))
`;

test('is read out of the block of its template', () => {
  expect(systemMessageIn(source, 'Hermes-2')).toBe('你是由上海人工智能实验室开发的, 英文名叫InternVL.');
});

test('with its escapes', () => {
  expect(systemMessageIn(source, 'quoted.one')).toBe('It\'s "fine".\nYes.');
});

test('a block without one, an unknown template and another file say nothing', () => {
  expect(systemMessageIn(source, 'none')).toBeUndefined();
  expect(systemMessageIn(source, 'quotedXone')).toBeUndefined();
  expect(systemMessageIn('', 'Hermes-2')).toBeUndefined();
});
