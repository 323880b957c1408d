/** How workflows are spoken to: declared once, for workflows, clients and tests. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { KnownReport } from '../domain/known-report.js';
import type { NodeProgress, Progress } from '../domain/progress.js';
import type { Plan } from '../domain/plan.js';

/** Payloads are checked by the run against `domain/commands.ts`: a bad one is refused in the answers, never thrown. */
export const pauseSignal = defineSignal<[unknown]>('pause');
export const resumeSignal = defineSignal<[unknown]>('resume');
export const stopSignal = defineSignal<[unknown]>('stop');
export const approveSignal = defineSignal<[unknown]>('approve');
export const skipSignal = defineSignal<[unknown]>('skip');

export const progressQuery = defineQuery<Progress>('progress');
/** What a report would say now; null before there is a plan. For whoever cleans up after a run that was ended from outside. */
export const knownQuery = defineQuery<KnownReport | null>('known');
export const planQuery = defineQuery<Plan | null>('plan');
export const nodeProgressQuery = defineQuery<NodeProgress>('progress');

/** Told to the guard by its run: which nodes there are, so that it can clean up after it. */
export const guardNodesSignal = defineSignal<[string[]]>('nodes');
/** Told to the guard by its run: everything is cleaned up, close. */
export const guardEndSignal = defineSignal('end');

/** The search attribute by which everything of a cluster is found; set at the start by a client, or by the workflow itself. */
export const clusterKey = defineSearchAttributeKey('CauCluster', SearchAttributeType.KEYWORD);

/** Told to a run by whoever tells its targets: `domain/notification.ts` has what. */
export const targetSignal = defineSignal<[unknown]>('target');
