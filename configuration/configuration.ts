/**
 * The configuration of every process: flag, else environment, else file, else default; each value with its origin.
 * Temporal's own settings are read as the Temporal CLI reads them (`TEMPORAL_ADDRESS`, `temporal.toml`, …) below ours.
 */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { existsSync, readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { allowedWords } from '../domain/allowed-words.js';
import { CauError } from '../domain/errors.js';
import { coordinatorQueue, nameSchema } from '../domain/names.js';
import { describeProblems } from '../domain/parse-input.js';
import { fitText } from '../domain/payload-size.js';
import { targetSettingsSchema, type TargetSettings } from '../domain/target-settings.js';
import { whyOfFile } from './file-trouble.js';
import { defaultProfileDirectory } from './profile-files.js';

/** Where a process listens for Prometheus. */
const metricsSchema = z.string().regex(/^(\[[\da-f:.]+\]|[\d.]+):\d{1,5}$/i, 'an address and a port, such as 127.0.0.1:9464');

/** Temporal takes no longer name (unless it is set otherwise), and what calls carry in their headers must be ASCII. */
const namespacePattern = /^[ -~]{1,1000}$/;

/** What the file may say. */
const fileSchema = z.strictObject({
  cluster: nameSchema.optional(),
  node: nameSchema.optional(),
  temporal: z
    .strictObject({
      address: z.string().min(1).optional(),
      namespace: z.string().min(1).optional(),
      /** A profile of `temporal.toml`. */
      profile: z.string().min(1).optional(),
    })
    .optional(),
  coordinator: z
    .strictObject({
      taskQueue: z.string().min(1).max(200).optional(),
      /** Directories with profiles; the first that has a name counts. */
      profiles: z.array(z.string().startsWith('/')).min(1).max(20).optional(),
      /** The targets of notifications, by name. */
      notify: z.record(nameSchema, targetSettingsSchema).optional(),
      /** Where the scripts of targets are. */
      notifyScripts: z.string().startsWith('/').optional(),
      metrics: metricsSchema.optional(),
    })
    .optional(),
  nodeWorker: z
    .strictObject({
      driver: z.enum(['pacemaker', 'simulated']).optional(),
      machineFile: z.string().min(1).optional(),
      stateDirectory: z.string().startsWith('/').optional(),
      /** The node's own policy: the plug-ins that may be used on it. */
      plugins: z.array(nameSchema).min(1).optional(),
      /** Where the scripts are that runs may name as hooks or in gates. */
      scriptsDirectory: z.string().startsWith('/').optional(),
      /** The node's own policy: the scripts that may be run on it; all of that directory when it is left out. */
      scripts: z.array(nameSchema).max(100).optional(),
      /** The node's own policy: whether a run may restart it. */
      allowRestart: z.boolean().optional(),
      metrics: metricsSchema.optional(),
    })
    .optional(),
});
type ConfigurationFile = z.infer<typeof fileSchema>;

/** Flags that any command may be given. */
export interface ConfigurationFlags {
  readonly config?: string | undefined;
  readonly temporalAddress?: string | undefined;
  readonly namespace?: string | undefined;
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
  readonly machineFile?: string | undefined;
}

/** A value and where it comes from: `flag`, `environment NAME`, `file PATH`, `temporal configuration`, `default`. */
export interface Setting<T> {
  readonly value: T;
  readonly origin: string;
}

export interface Configuration {
  readonly file: string | null;
  readonly cluster: Setting<string | null>;
  readonly node: Setting<string | null>;
  readonly address: Setting<string>;
  readonly namespace: Setting<string>;
  readonly taskQueue: Setting<string>;
  readonly profiles: Setting<readonly string[]>;
  /** Secret in parts: addresses and headers. */
  readonly notify: Setting<Readonly<Record<string, TargetSettings>>>;
  readonly notifyScripts: Setting<string>;
  /** Where an Update Coordinator offers its metrics to Prometheus; null: nowhere. */
  readonly coordinatorMetrics: Setting<string | null>;
  readonly driver: Setting<'pacemaker' | 'simulated'>;
  readonly machineFile: Setting<string | null>;
  readonly stateDirectory: Setting<string>;
  readonly plugins: Setting<readonly string[] | null>;
  readonly scriptsDirectory: Setting<string>;
  readonly scripts: Setting<readonly string[] | null>;
  readonly allowRestart: Setting<boolean>;
  /** Where the node worker offers its metrics to Prometheus; null: nowhere. */
  readonly nodeWorkerMetrics: Setting<string | null>;
  readonly requestedBy: Setting<string>;
  /** TLS and credentials, as the Temporal CLI has them; secret. */
  readonly connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
}

/**
 * The configuration that applies now.
 * @throws CauError `ConfigurationInvalid` naming file, field and what is allowed
 */
export function loadConfiguration(flags: ConfigurationFlags): Configuration {
  const path = findFile(flags.config);
  const file = path === null ? {} : readFile(path);
  const fromFile = `file ${path ?? ''}`;
  const pick = <T>(...candidates: readonly (readonly [T | undefined, string])[]): Setting<T> => {
    const found = candidates.find(([value]) => value !== undefined);
    return { value: found?.[0] as T, origin: found?.[1] ?? 'default' };
  };
  const env = (name: string): readonly [string | undefined, string] => [process.env[name] === '' ? undefined : process.env[name], `environment ${name}`];
  const temporal = readTemporalConfiguration(file.temporal?.profile);
  const ownMetrics = readMetricsAddress();
  return {
    file: path,
    cluster: requireName('cluster', pick<string | null>([flags.cluster, 'flag'], env('CAU_CLUSTER'), [file.cluster, fromFile], [null, 'default'])),
    node: requireName('node', pick<string | null>([flags.node, 'flag'], env('CAU_NODE'), [file.node, fromFile], [null, 'default'])),
    address: pick(
      [flags.temporalAddress, 'flag'],
      env('TEMPORAL_ADDRESS'),
      [file.temporal?.address, fromFile],
      [temporal.connectionOptions.address, 'temporal configuration'],
      ['127.0.0.1:7233', 'default'],
    ),
    namespace: requireNamespace(
      pick(
        [flags.namespace, 'flag'],
        env('TEMPORAL_NAMESPACE'),
        [file.temporal?.namespace, fromFile],
        [temporal.namespace, 'temporal configuration'],
        ['default', 'default'],
      ),
    ),
    taskQueue: pick(env('CAU_TASK_QUEUE'), [file.coordinator?.taskQueue, fromFile], [coordinatorQueue, 'default']),
    profiles: pick<readonly string[]>(readProfilePath(), [file.coordinator?.profiles, fromFile], [[defaultProfileDirectory], 'default']),
    notify: pick<Readonly<Record<string, TargetSettings>>>([file.coordinator?.notify, fromFile], [{}, 'default']),
    notifyScripts: pick([file.coordinator?.notifyScripts, fromFile], ['/etc/cau/notify', 'default']),
    coordinatorMetrics: pick<string | null>(ownMetrics, [file.coordinator?.metrics, fromFile], [null, 'default']),
    driver: pick<'pacemaker' | 'simulated'>(
      [flags.machineFile === undefined ? undefined : 'simulated', 'flag'],
      [file.nodeWorker?.driver, fromFile],
      ['pacemaker', 'default'],
    ),
    machineFile: pick<string | null>([flags.machineFile, 'flag'], [file.nodeWorker?.machineFile, fromFile], [null, 'default']),
    stateDirectory: pick(env('CAU_STATE_DIRECTORY'), [file.nodeWorker?.stateDirectory, fromFile], ['/var/lib/cau', 'default']),
    plugins: pick<readonly string[] | null>([file.nodeWorker?.plugins, fromFile], [null, 'default']),
    scriptsDirectory: pick([file.nodeWorker?.scriptsDirectory, fromFile], ['/etc/cau/scripts', 'default']),
    scripts: pick<readonly string[] | null>([file.nodeWorker?.scripts, fromFile], [null, 'default']),
    allowRestart: pick([file.nodeWorker?.allowRestart, fromFile], [true, 'default']),
    nodeWorkerMetrics: pick<string | null>(ownMetrics, [file.nodeWorker?.metrics, fromFile], [null, 'default']),
    requestedBy: pick(env('CAU_REQUESTED_BY'), [`${userInfo().username}@${hostname()}`, 'default']),
    connection: temporal.connectionOptions,
  };
}

/** The file is checked as a whole; flags and environment are not. */
function requireName(what: 'cluster' | 'node', name: Setting<string | null>): Setting<string | null> {
  if (name.value === null || nameSchema.safeParse(name.value).success) return name;
  const given = JSON.stringify(fitText(name.value, 100));
  throw new CauError('ConfigurationInvalid', `${what} (${name.origin}): must be ${allowedWords(nameSchema)} (given: ${given}).`, { where: what });
}

/** A call with another one fails before Temporal can say why. */
function requireNamespace(namespace: Setting<string>): Setting<string> {
  if (namespacePattern.test(namespace.value)) return namespace;
  throw new CauError('ConfigurationInvalid', `The namespace of Temporal (${namespace.origin}) must be 1 to 1000 letters, digits and signs of ASCII.`, {
    where: 'temporal.namespace',
  });
}

/** `CAU_PROFILES`: directories, separated by colons as in `PATH`. */
function readProfilePath(): readonly [readonly string[] | undefined, string] {
  const directories = (process.env['CAU_PROFILES'] ?? '').split(':').filter((directory) => directory !== '');
  const relative = directories.find((directory) => !directory.startsWith('/'));
  if (relative !== undefined) {
    throw new CauError('ConfigurationInvalid', `CAU_PROFILES: "${relative}" is no absolute path; allowed are absolute paths, separated by ":".`, {
      where: 'CAU_PROFILES',
    });
  }
  return [directories.length === 0 ? undefined : directories, 'environment CAU_PROFILES'];
}

/** `CAU_METRICS` is meant for whichever process has it in its environment. */
function readMetricsAddress(): readonly [string | undefined, string] {
  const given = process.env['CAU_METRICS'];
  if (given === undefined || given === '') return [undefined, 'environment CAU_METRICS'];
  const parsed = metricsSchema.safeParse(given);
  if (parsed.success) return [parsed.data, 'environment CAU_METRICS'];
  throw new CauError('ConfigurationInvalid', `CAU_METRICS: must be ${allowedWords(metricsSchema)} (given: ${JSON.stringify(fitText(given, 200))}).`, {
    where: 'CAU_METRICS',
  });
}

function findFile(named: string | undefined): string | null {
  const given = named ?? process.env['CAU_CONFIG'];
  if (given !== undefined && given !== '') {
    if (!existsSync(given)) throw new CauError('ConfigurationInvalid', `There is no configuration file ${given}.`, { where: given });
    return given;
  }
  const base = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  return [join(base, 'cau', 'config.yaml'), '/etc/cau/config.yaml'].find((path) => existsSync(path)) ?? null;
}

function readFile(path: string): ConfigurationFile {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'), { logLevel: 'error', maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    throw new CauError('ConfigurationInvalid', `${path} cannot be read: ${whyOfFile(cause)}.`, {
      where: path,
      cause,
    });
  }
  const parsed = fileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = describeProblems(fileSchema, content, parsed.error, { whole: 'the file', isSecret: true });
  throw new CauError('ConfigurationInvalid', `${path}: ${problems.map(({ text }) => text).join('; ')}.`, { where: path });
}

function readTemporalConfiguration(profile: string | undefined): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig(profile === undefined ? {} : { profile });
  } catch (cause) {
    throw new CauError('ConfigurationInvalid', `The Temporal client configuration cannot be used: ${whyOfFile(cause)}.`, {
      where: 'temporal',
      cause,
    });
  }
}
