/** The one runtime of the Temporal SDK in a process. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { CauError } from '../domain/errors.js';

let isInstalled = false;

/** Where a process offers its metrics to Prometheus, under `/metrics`, and the labels that each of them has. */
export interface MetricsSettings {
  /** `HOST:PORT` to listen on. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Lets the SDK say only what an operator must know, on standard error, and offer its metrics where that is asked for.
 * To be called before anything else of the SDK; later calls in the same process change nothing.
 * @throws CauError `PortBusy` when the address cannot be listened on
 */
export function installRuntime(metrics: MetricsSettings | null = null): void {
  if (isInstalled) return;
  try {
    install(metrics);
  } catch (cause) {
    if (metrics === null) throw cause;
    throw new CauError('PortBusy', `Metrics cannot be offered at ${metrics.address}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: metrics.address,
      remedy: 'Name another address in "metrics" of the configuration file or in CAU_METRICS, or end what listens there.',
      cause,
    });
  }
  isInstalled = true;
}

function install(metrics: MetricsSettings | null): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // Expected noise: a step that fails is told by its run, in better words; and a worker of steps alone is meant to be one.
      if (message.startsWith('Activity failed') || message.startsWith('No workflows registered')) return;
      const type = meta?.['workflowType'] ?? meta?.['activityType'];
      console.error(`${level}: ${message}${type === undefined ? '' : ` (${String(type)})`}`);
    }),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} },
      // Seconds and "_total", as Prometheus names such things.
      ...(metrics !== null && {
        metrics: {
          prometheus: { bindAddress: metrics.address, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
          globalTags: { ...metrics.labels },
        },
      }),
    },
  });
}
