import { effectiveOptions } from '../../domain/options.js';
import type { Report } from '../../domain/report.js';
import { exampleRun } from './example-cluster.js';

const at = '2026-01-01T00:00:00.000Z';

/** The report of a run over the example cluster that succeeded and had nothing to do. */
export function exampleReport(changes: Partial<Report> = {}): Report {
  return {
    version: 1,
    cluster: 'example',
    run: exampleRun,
    requestedBy: 'a test',
    reason: null,
    outcome: 'Succeeded',
    failure: null,
    startedAt: at,
    endedAt: at,
    options: effectiveOptions({}, {}),
    driver: 'simulated',
    software: [],
    readiness: [],
    nodes: [],
    roles: [],
    commands: [],
    ...changes,
  };
}
