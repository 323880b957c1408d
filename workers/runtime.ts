/** The one runtime of the Temporal SDK in a process. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

let isInstalled = false;

/** Lets the SDK say only what an operator must know, on standard error. To be called before anything else of the SDK. */
export function quietRuntime(): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // Expected noise: a step that fails is told by its run, in better words; and a worker of steps alone is meant to be one.
      if (message.startsWith('Activity failed') || message.startsWith('No workflows registered')) return;
      const type = meta?.['workflowType'] ?? meta?.['activityType'];
      console.error(`${level}: ${message}${type === undefined ? '' : ` (${String(type)})`}`);
    }),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}
