// Prints the tarball name of every package that exports code, one a line: only those have types to check.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

for (const folder of readdirSync('packages')) {
  const file = `packages/${folder}/package.json`;
  if (!existsSync(file)) continue;
  const { name, version, exports } = JSON.parse(readFileSync(file, 'utf8'));
  const typed = Object.values(exports).some((entry) => typeof entry === 'object' && 'types' in entry);
  if (typed) console.log(`${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}
