/** The update plug-ins that a node allows, used as one: what they find together, each doing its own part. */
import { CauError } from '../domain/errors.js';
import type { PluginContext, ScanResult, StageResult, UpdatePlugin, VerifyResult } from '../domain/ports/update-plugin.js';
import type { Installation, Records } from '../domain/records.js';
import type { Update, WantedUpdates } from '../domain/updates.js';
import { whileBeating } from './while-beating.js';

/** The allowed plug-ins as one; each of them works on the updates that it offered itself. */
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
      const scans = await eachInTurn(names, 'scanning', (plugin, context) => plugin.scan(wanted, context));
      return {
        updates: scans.flatMap((scan) => scan.updates),
        keptBack: scans.flatMap((scan) => scan.keptBack),
        findings: scans.flatMap((scan) => scan.findings),
        restartNeed: { needed: scans.some((scan) => scan.restartNeed.needed), reasons: scans.flatMap((scan) => scan.restartNeed.reasons) },
        repairNeeded: scans.some((scan) => scan.repairNeeded),
      };
    },
    async stage(updates) {
      const staged = await eachInTurn(pluginsOf(updates), 'staging', (plugin, context) => plugin.stage(ofPlugin(updates, plugin.manifest.name), context));
      return { bytes: staged.reduce((sum, stage) => sum + stage.bytes, 0), gone: staged.flatMap((stage) => stage.gone) };
    },
    async verify(updates) {
      const verified = await eachInTurn(pluginsOf(updates), 'verifying', (plugin, context) => plugin.verify(ofPlugin(updates, plugin.manifest.name), context));
      return { clean: verified.every((one) => one.clean), problems: verified.flatMap((one) => one.problems) };
    },
    async history(since) {
      const names = plugins.map((plugin) => plugin.manifest.name);
      const histories = await eachInTurn(names, 'reading', (plugin, context) => plugin.history(since, context));
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
  /**
   * One after another: plug-ins may share a lock, such as that of dpkg. What one does may take minutes without a word, as a download does; a worker
   * that is silent for so long would be taken for dead, and the work be begun again beside itself.
   */
  async function eachInTurn<T>(names: readonly string[], doing: string, act: (plugin: UpdatePlugin, context: PluginContext) => Promise<T>): Promise<T[]> {
    const results: T[] = [];
    for (const name of names) {
      const plugin = bench.require(name);
      results.push(await whileBeating(`${name}: ${doing}`, (progress) => act(plugin, { ...own, stateDirectory: stateDirectory(name), progress })));
    }
    return results;
  }
  return bench;
}

const pluginsOf = (updates: readonly Update[]) => [...new Set(updates.map((update) => update.plugin))];
const ofPlugin = (updates: readonly Update[], name: string) => updates.filter((update) => update.plugin === name);
