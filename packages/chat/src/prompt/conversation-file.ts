/**
 * The system message that a checkpoint's own `conversation.py` gives a template; undefined when the file does not say.
 * Published checkpoints carry this file, and generations differ in nothing else. The file is searched, never run.
 */
export function systemMessageIn(source: string, template: string): string | undefined {
  const start = source.search(new RegExp(`name\\s*=\\s*(['"])${escaped(template)}\\1`));
  if (start < 0) return undefined;
  const next = source.indexOf('register_conv_template', start);
  const block = source.slice(start, next < 0 ? undefined : next);
  const found = /^[ \t]*system_message\s*=\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/m.exec(block);
  const text = found?.[1] ?? found?.[2];
  return text?.replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
