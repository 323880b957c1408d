/** The update plug-ins that a node allows, used as one: what they find together, each doing its own part. */
import { heartbeat } from '@temporalio/activity';
import { CauError } from '../domain/errors.js';
import type { PluginContext, ScanResult, StageResult, UpdatePlugin, VerifyResult } from '../domain/ports/update-plugin.js';
import type { Installation, Records } from '../domain/records.js';
import type { Update, WantedUpdates } from '../domain/updates.js';

export interface PluginBench {
  scan(names: readonly string[], wanted: WantedUpdates): Promise<ScanResult>;
  stage(updates: readonly Update[]): Promise<StageResult>;
  verify(updates: readonly Update[]): Promise<VerifyResult>;
  /** What all allowed plug-ins have logged since then. */
  history(since: string): Promise<Records<Installation>>;
  /** @throws CauError `PluginUnavailable` */
  require(name: string): UpdatePlugin;
  stateDirectory(name: string): string;
}

/** @param stateDirectory the directory of a plug-in, by its name */
export function createPluginBench(
  own: { readonly cluster: string; readonly node: string },
  plugins: readonly UpdatePlugin[],
  stateDirectory: (plugin: string) => string,
): PluginBench {
  const bench: PluginBench = {
    async scan(names, wanted) {
      const scans = await inTurn(names, (name) => bench.require(name).scan(wanted, contextOf(name)));
      return {
        updates: scans.flatMap((scan) => scan.updates),
        keptBack: scans.flatMap((scan) => scan.keptBack),
        findings: scans.flatMap((scan) => scan.findings),
        restartNeed: { needed: scans.some((scan) => scan.restartNeed.needed), reasons: scans.flatMap((scan) => scan.restartNeed.reasons) },
        repairNeeded: scans.some((scan) => scan.repairNeeded),
      };
    },
    async stage(updates) {
      const staged = await inTurn(pluginsOf(updates), (name) => bench.require(name).stage(ofPlugin(updates, name), contextOf(name)));
      return { bytes: staged.reduce((sum, stage) => sum + stage.bytes, 0), gone: staged.flatMap((stage) => stage.gone) };
    },
    async verify(updates) {
      const verified = await inTurn(pluginsOf(updates), (name) => bench.require(name).verify(ofPlugin(updates, name), contextOf(name)));
      return { clean: verified.every((one) => one.clean), problems: verified.flatMap((one) => one.problems) };
    },
    async history(since) {
      const histories = await inTurn(
        plugins.map((plugin) => plugin.manifest.name),
        (name) => bench.require(name).history(since, contextOf(name)),
      );
      const gaps = histories.flatMap(({ gap }) => gap ?? []);
      return { records: histories.flatMap(({ records }) => records), gap: gaps.length === 0 ? null : gaps.join('; ') };
    },
    require(name) {
      const plugin = plugins.find((candidate) => candidate.manifest.name === name);
      if (plugin !== undefined) return plugin;
      throw new CauError(
        'PluginUnavailable',
        `The update plug-in "${name}" is not available on ${own.node}; it has: ${plugins.map((candidate) => candidate.manifest.name).join(', ')}.`,
        { where: 'plugins' },
      );
    },
    stateDirectory,
  };
  const contextOf = (name: string): PluginContext => ({ ...own, stateDirectory: stateDirectory(name), progress: (line) => heartbeat(line) });
  return bench;
}

const pluginsOf = (updates: readonly Update[]) => [...new Set(updates.map((update) => update.plugin))];
const ofPlugin = (updates: readonly Update[], name: string) => updates.filter((update) => update.plugin === name);

/** One after another: plug-ins may share a lock, such as that of dpkg. */
async function inTurn<T>(names: readonly string[], act: (name: string) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const name of names) results.push(await act(name));
  return results;
}
