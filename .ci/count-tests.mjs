// node count-tests.mjs REPORT: prints "PASSED FAILED" of a vitest JSON report.
import { readFileSync } from 'node:fs';

const [, , file] = process.argv;
const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
console.log(numPassedTests, numFailedTests);
