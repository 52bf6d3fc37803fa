// node consumer.mjs PACKED FOLDER: in FOLDER, a fresh project installs the tarballs in PACKED as a user would, without
// any install script, type-checks an import of every entry point of ours, runs the same imports, and runs the command.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [packed, folder] = process.argv.slice(2).map((path) => resolve(path));
const root = resolve(import.meta.dirname, '..');
const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');

const packages = ['packages', 'models'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) =>
    JSON.parse(readFileSync(join(root, group, name, 'package.json'), 'utf8')),
  ),
);
const tarball = ({ name, version }) =>
  `file:${packed}/${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
const entries = packages.flatMap(({ name, exports }) =>
  Object.entries(exports)
    .filter(([, target]) => typeof target === 'object' && 'types' in target)
    .map(([path]) => name + path.slice(1)),
);

mkdirSync(folder, { recursive: true });
write('package.json', {
  private: true,
  type: 'module',
  dependencies: Object.fromEntries(packages.map((entry) => [entry.name, tarball(entry)])),
  devDependencies: { typescript: catalog('typescript'), '@types/node': catalog('@types/node') },
});
write('tsconfig.json', {
  compilerOptions: {
    strict: true,
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    noEmit: true,
    types: ['node'],
    // Left on: our declarations are checked themselves, not only what is imported of them.
    skipLibCheck: false,
  },
  files: ['imports.ts'],
});
const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
const names = entries.map((_, index) => `entry${index}`);
writeFileSync(
  join(folder, 'imports.ts'),
  `${imports.join('\n')}\n\nfor (const entry of [${names.join(', ')}]) {\n  if (Object.keys(entry).length === 0) throw new Error('an entry point exports nothing');\n}\n`,
);

run('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
run('npx', 'tsc', '-p', '.');
writeFileSync(join(folder, 'imports.mjs'), readFileSync(join(folder, 'imports.ts')));
run('node', 'imports.mjs');
console.log(`${entries.length} entry points type-check and load`);
const image = join('node_modules', '@internvl/nano/samples/shapes-1.png');
run('npx', 'internvl', 'tile', image, '--json');
run('npx', 'internvl', 'chat', 'nano', '--image', image, '--prompt', 'How many shapes are there?', '--json');

function run(command, ...args) {
  console.log(`$ ${command} ${args.join(' ')}`);
  execFileSync(command, args, { cwd: folder, stdio: 'inherit' });
}

function write(name, data) {
  writeFileSync(join(folder, name), JSON.stringify(data, null, 2));
}

// The version that the workspace pins for a package.
function catalog(name) {
  const lines = workspace.replaceAll('"', '').split('\n');
  const line = lines.find((entry) => entry.trim().startsWith(`${name}: `));
  if (line === undefined) throw new Error(`${name} is not in the catalog of pnpm-workspace.yaml`);
  return line.split(': ')[1].trim();
}
