import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** True when a path is a pattern: it holds `*`, `?`, `[…]` or `{a,b}`. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * Files that a pattern names, sorted by path (code units), so that the order is the same everywhere. `*` and `?` stay
 * within a folder, `**` does not; folders that are links are not entered; names with a leading dot need one in the
 * pattern.
 */
export async function glob(pattern: string): Promise<string[]> {
  const found = new Set<string>();
  for (const alternative of braces(pattern)) {
    const steps = alternative.split('/');
    const root = steps[0] === '' ? '/' : '';
    await walk(root, root === '' ? steps : steps.slice(1), found);
  }
  return [...found].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

async function walk(folder: string, [step, ...rest]: readonly string[], found: Set<string>): Promise<void> {
  if (step === undefined) return;
  if (!isGlob(step)) {
    const path = folder === '' ? step : join(folder, step);
    if (rest.length > 0) return walk(step === '' ? folder : path, rest, found);
    const names = await entries(folder);
    if (names.some(({ name, isFolder }) => name === step && !isFolder)) found.add(path);
    return;
  }
  if (step === '**') {
    await walk(folder, rest.length === 0 ? ['*'] : rest, found);
    for (const { name, isFolder } of await entries(folder)) {
      if (isFolder && !name.startsWith('.')) await walk(join(folder, name), [step, ...rest], found);
    }
    return;
  }
  const matches = pattern(step);
  for (const { name, isFolder } of await entries(folder)) {
    if (name.startsWith('.') && !step.startsWith('.')) continue;
    if (!matches.test(name)) continue;
    const path = join(folder, name);
    if (rest.length === 0) {
      if (!isFolder) found.add(path);
    } else if (isFolder) await walk(path, rest, found);
  }
}

async function entries(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  const list = await readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(() => []);
  return list.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

function pattern(step: string): RegExp {
  return new RegExp(`^${source(step)}$`, 'su');
}

function source(step: string): string {
  return step.replaceAll(/\[!?[^\]]+\]|[\\^$.*+?()|{}[\]]/g, (piece) => {
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.length > 1) return piece.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return `\\${piece}`;
  });
}

/** A pattern for whole paths, where there are no folders to walk: names in a store. */
export function globPattern(path: string): RegExp {
  const alternatives = braces(path).map((alternative) => {
    const steps = alternative.split('/').map((step) => (step === '**' ? '**' : source(step)));
    return steps.join('/').replaceAll('**/', '(?:[^/]+/)*').replaceAll('**', '.*');
  });
  return new RegExp(`^(?:${alternatives.join('|')})$`, 'su');
}

/** `a{b,c}d` → `abd`, `acd`. */
function braces(text: string): string[] {
  const match = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(text);
  if (match === null) return [text];
  const [, before = '', inside = '', after = ''] = match;
  return inside.split(',').flatMap((choice) => braces(`${before}${choice}${after}`));
}
