/** `cau version`. */
import type { Command } from 'commander';
import { findPackage } from '../../workers/package-root.js';
import { printResult } from '../output.js';
import { flagsOf } from '../session.js';

export function addVersionCommand(program: Command): void {
  program
    .command('version')
    .description('Show the version.')
    .action((_flags: object, self: Command) => {
      const version = { cau: findPackage().version, node: process.versions.node };
      printResult(version, flagsOf(self).json === true, () => `cau ${version.cau} (Node.js ${version.node})`);
    });
}
