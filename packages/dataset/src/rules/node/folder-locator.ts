import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { ImageRemark } from '../image-port.js';

/** A file under a folder, or why there is none. */
export interface Located {
  /** Where it is on this machine; undefined where nothing may be opened. */
  readonly file?: string;
  readonly bytes: number;
  readonly remarks: readonly ImageRemark[];
}

/** A folder images are in. */
interface Folder {
  readonly path: string;
  readonly there: boolean;
  /** False where a link on the way leads out of root. */
  readonly inside: boolean;
}

/** Names in a folder, findable also by what they are but for case and Unicode form. */
interface Listing {
  readonly names: ReadonlySet<string>;
  readonly folded: ReadonlyMap<string, string>;
}

/** Folders whose real place and listing are remembered. */
const REMEMBERED = 512;

/**
 * Finds files under a folder without following a link out of it. Synchronous on purpose: a row costs a few microseconds of looking up,
 * ten times less than a promise of `fs`.
 *
 * @param platform where file systems forgive a wrong case or Unicode form (`darwin`, `win32`), names are compared with the folder's listing
 */
export function folderLocator(root: string, platform: string = process.platform): (path: string) => Located {
  const absolute = resolve(root);
  const forgiving = platform === 'darwin' || platform === 'win32';
  let realRoot: string | undefined;
  const folders = new Map<string, Folder>();
  const listings = new Map<string, Listing>();

  const inside = (path: string): boolean => {
    realRoot ??= realpathSync(absolute);
    return path === realRoot || path.startsWith(realRoot.endsWith(sep) ? realRoot : `${realRoot}${sep}`);
  };
  const folderOf = (path: string): Folder =>
    remembered(folders, path, () => {
      const folder = join(absolute, path);
      try {
        return { path: folder, there: true, inside: inside(realpathSync(folder)) };
      } catch (error) {
        if (!isMissing(error)) throw error;
        return { path: folder, there: false, inside: true };
      }
    });
  const listing = (folder: string): Listing => remembered(listings, folder, () => list(folder));

  const locate = (path: string, remarks: readonly ImageRemark[]): Located => {
    const slash = path.lastIndexOf('/');
    const folder = folderOf(slash < 0 ? '' : path.slice(0, slash));
    const file = `${folder.path}${sep}${path.slice(slash + 1)}`;
    const facts = folder.there ? lstatSync(file, { throwIfNoEntry: false }) : undefined;
    if (facts === undefined) {
      const near = remarks.length === 0 ? nearName(absolute, path, listing) : undefined;
      if (near !== undefined && near.path !== path) return locate(near.path, [near.remark]);
      return remarks.length === 0 ? missing : refused(remarks, 'image-missing', NO_FILE);
    }
    if (!folder.inside) return outside(remarks);
    if (forgiving && remarks.length === 0) {
      const near = nearName(absolute, path, listing);
      if (near !== undefined && near.path !== withoutDots(path)) return locate(near.path, [near.remark]);
    }
    let real: Stats | undefined = facts;
    if (facts.isSymbolicLink()) {
      real = statSync(file, { throwIfNoEntry: false });
      if (real === undefined) {
        return refused(remarks, 'image-missing', 'Expected a file, got a link to one that is not there.');
      }
      if (!inside(realpathSync(file))) return outside(remarks);
    }
    if (!real.isFile()) {
      const came = real.isDirectory() ? 'a folder' : 'no regular file';
      return refused(remarks, 'image-unreadable', `Expected a file, got ${came}.`);
    }
    return { file, bytes: real.size, remarks };
  };

  return (path) => {
    try {
      return locate(path, []);
    } catch (error) {
      if (isMissing(error)) return missing;
      const said = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return refused([], 'image-unreadable', `Expected a readable file, got ${said}.`);
    }
  };
}

const NO_FILE = 'Expected a file of this name under root, there is none.';
const missing: Located = refused([], 'image-missing', NO_FILE);

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}

function refused(before: readonly ImageRemark[], code: ImageRemark['code'], message: string): Located {
  return { bytes: 0, remarks: [...before, { code, message }] };
}

function outside(before: readonly ImageRemark[]): Located {
  return refused(
    before,
    'image-path-symlink',
    'Expected a file under root, a link on the way leads out of it.',
  );
}

function withoutDots(path: string): string {
  return relative('.', path).replaceAll(sep, '/');
}

/** The same name in another case or Unicode form, step by step from the root. */
function nearName(
  root: string,
  path: string,
  listing: (folder: string) => Listing,
): { readonly path: string; readonly remark: ImageRemark } | undefined {
  let folder = root;
  let cased = false;
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    const { names, folded } = listing(folder);
    const found = step === '..' || names.has(step) ? step : folded.get(foldedName(step));
    if (found === undefined) return undefined;
    if (found.normalize() !== step.normalize()) cased = true;
    folder = join(folder, found);
  }
  const near = relative(root, folder).replaceAll(sep, '/');
  return {
    path: near,
    remark: {
      code: cased ? 'image-path-case' : 'image-path-unicode',
      message: cased
        ? `Expected the name as it is on disk, ${near}; it differs in case.`
        : 'Expected the name as it is on disk; its Unicode form differs (NFC, NFD).',
      facts: { found: near },
    },
  };
}

function list(folder: string): Listing {
  let names: readonly string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // A folder that is not there, or may not be read, has no names to offer.
  }
  return { names: new Set(names), folded: new Map(names.map((name) => [foldedName(name), name])) };
}

function foldedName(name: string): string {
  return name.normalize().toLowerCase();
}

function remembered<T>(known: Map<string, T>, key: string, find: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = find();
  if (known.size >= REMEMBERED) {
    for (const oldest of known.keys()) {
      known.delete(oldest);
      break;
    }
  }
  known.set(key, found);
  return found;
}
