/** What is seen at a gate, and whether that fulfils it. */
import { z } from 'zod';
import { isServing, type WatchedCluster } from './cluster.js';
import type { Gate, GateLook } from './gates.js';
import type { ScriptEnd } from './hooks.js';
import { fitText } from './payload-size.js';

type GateOf<K extends Gate['kind']> = Extract<Gate, { kind: K }>;

/**
 * Whether the cluster is well: every wanted role serves, nothing is under way, and nothing failed but what had failed
 * before the run. What failed then stays in the cluster until somebody cleans it up, and is not the run's to judge.
 */
export function lookAtCluster(cluster: WatchedCluster, failedBefore: readonly string[]): GateLook {
  const fresh = cluster.failedActions.filter((action) => !failedBefore.includes(action.id));
  const down = cluster.roles.filter((role) => role.wanted && !role.instances.some((instance) => isServing(instance.state)));
  const moving = cluster.roles.flatMap((role) => role.instances.filter(({ state }) => !isServing(state) && state !== 'Stopped'));
  const reasons = [
    ...fresh.map((action) => `${action.operation} of "${action.resource}" failed on ${action.node}: ${action.reason}`),
    ...down.map((role) => `role "${role.id}" serves nowhere`),
    ...moving.map((instance) => `"${instance.resource}" is ${instance.state} on ${instance.node}`),
    ...(cluster.idle === false ? ['the cluster has actions pending'] : []),
  ];
  return reasons.length === 0 ? { holds: true, seen: 'nothing failed, every role serves, nothing is under way' } : { holds: false, seen: words(reasons) };
}

/** What an address answered: its status and the beginning of its body, or why there was no answer. */
export type HttpAnswer = { readonly status: number; readonly body: string } | { readonly error: string };

/** Whether an address answers as it must. Of the body only the fact is told whether it has what it must. */
export function lookAtHttp({ status, contains }: GateOf<'http'>, answer: HttpAnswer): GateLook {
  if ('error' in answer) return { holds: false, seen: `no answer: ${fitText(answer.error, 150)}` };
  const isStatus = status === undefined ? answer.status >= 200 && answer.status < 400 : answer.status === status;
  const isBody = contains === undefined || answer.body.includes(contains);
  const body = contains === undefined ? '' : isBody ? `, and the answer contains "${contains}"` : `, and the answer does not contain "${contains}"`;
  return { holds: isStatus && isBody, seen: `status ${answer.status}${body}` };
}

/** Whether a script ended with exit code 0. */
export function lookAtScript(end: ScriptEnd): GateLook {
  const last = end.output.trim().split('\n').at(-1) ?? '';
  const how =
    end.ended === 'exited' ? `exit code ${end.exitCode}` : end.ended === 'timedOut' ? `not done within ${end.ms / 1000} s, ended` : `killed by ${end.signal}`;
  return { holds: end.ended === 'exited' && end.exitCode === 0, seen: last === '' ? how : `${how}: ${fitText(last, 150)}` };
}

const sample = z.tuple([z.number(), z.string()]);
const prometheusSchema = z.object({
  status: z.literal('success'),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('scalar'), result: sample }),
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: sample })) }),
  ]),
});

/** Whether every value that the query gives fulfils the condition. A query without a result does not: nobody knows then. */
export function lookAtPrometheus({ condition }: GateOf<'prometheus'>, answer: HttpAnswer): GateLook {
  if ('error' in answer) return { holds: false, seen: `no answer: ${fitText(answer.error, 150)}` };
  const parsed = prometheusSchema.safeParse(readJson(answer.body));
  if (!parsed.success) return { holds: false, seen: `no result, status ${answer.status}: ${fitText(answer.body.replaceAll(/\s+/g, ' ').trim(), 150)}` };
  const { data } = parsed.data;
  const values = (data.resultType === 'scalar' ? [data.result] : data.result.map(({ value }) => value)).map(([, value]) => value);
  if (values.length === 0) return { holds: false, seen: 'the query gives no value' };
  const failing = values.filter((value) => !fulfils(Number(value), condition));
  if (failing.length === 0) return { holds: true, seen: `${listed(values)} ${condition}` };
  return { holds: false, seen: `${listed(failing)}, not ${condition}` };
}

/** `NaN` fulfils nothing, not even `!=`. */
function fulfils(value: number, condition: string): boolean {
  const [, operator = '', bound = ''] = /^(<=|>=|==|!=|<|>) ?(.+)$/.exec(condition) ?? [];
  const limit = Number(bound);
  if (Number.isNaN(value)) return false;
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
    default:
      return value !== limit;
  }
}

const listed = (values: readonly string[]) => `${values.slice(0, 3).join(', ')}${values.length > 3 ? ` and ${values.length - 3} more` : ''}`;
const words = (reasons: readonly string[]) => fitText(reasons.slice(0, 3).join('; '), 300) + (reasons.length > 3 ? `; and ${reasons.length - 3} more` : '');

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
