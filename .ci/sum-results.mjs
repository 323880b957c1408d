/**
 * Sums the results of test suites: `sum-results.mjs DIRECTORY SUITE=EXITCODE…`, where vitest's JSON reporter has left a
 * `SUITE.json` for each. The last line is the sum. Whatever hides tests counts as a failure: no result, no test, a file that
 * could not be run, an exit code that no failed test explains. What failed is said just above it, in case only the end is kept.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory = '', ...suites] = process.argv.slice(2);
const sums = suites.map((suite) => sumSuite(...suite.split('=')));
const sum = (kind) => sums.reduce((total, one) => total + one[kind], 0);
const failed = sum('failed') + (suites.length === 0 ? 1 : 0);
console.log(`${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`);
process.exit(failed === 0 ? 0 : 1);

function sumSuite(name, exitCode) {
  const files = readFiles(name);
  const tests = files.flatMap((file) => file.assertionResults);
  const count = (status) => tests.filter((test) => test.status === status).length;
  const complaints = files.flatMap(complaintsOf);
  if (files.length === 0) complaints.push('it left no result');
  else if (tests.length === 0) complaints.push('it found no tests');
  if (exitCode !== '0' && complaints.length + count('failed') === 0) complaints.push(`it ended with ${exitCode} although no test failed`);
  const result = { passed: count('passed'), failed: count('failed') + complaints.length, skipped: tests.length - count('passed') - count('failed') };
  console.log(`${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
  for (const complaint of complaints) console.log(`  ${complaint}`);
  for (const test of tests.filter(({ status }) => status === 'failed')) console.log(`  ${test.fullName}\n${quote(test.failureMessages)}`);
  return result;
}

/** The first lines of what a test failed with; short, so that the first failure is not pushed out of sight by those that follow from it. */
function quote(messages = []) {
  const lines = messages.flatMap((message) => message.split('\n')).filter((line) => !/^\s+at .*node_modules/.test(line));
  return lines
    .slice(0, 12)
    .map((line) => `    ${line.slice(0, 400)}`)
    .join('\n');
}

function readFiles(name) {
  try {
    return JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')).testResults;
  } catch {
    return [];
  }
}

/** A file that failed as a whole: it could not be loaded, or what is done before or after all of its tests failed. */
function complaintsOf({ name, status, message, assertionResults }) {
  if (status !== 'failed' || assertionResults.some((test) => test.status === 'failed')) return [];
  return [`${name} failed as a whole: ${String(message).split('\n')[0]}`];
}
