import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createNodeBoundary } from '../../activities/boundary.js';
import { CauError } from '../../domain/errors.js';
import { payloadBudgetBytes } from '../../domain/payload-size.js';

/** Refusals are what these tests are about; they need not be logged as well. */
const quiet = { logger: new DefaultLogger('ERROR') };

const done: unknown[] = [];
const schema = z.strictObject({ cluster: z.string(), node: z.string() });
const activity = createNodeBoundary({ cluster: 'c1', node: 'node1' }).guard(schema, (input) => {
  done.push(input);
  return Promise.resolve('done');
});
const good = { cluster: 'c1', node: 'node1' };
const asked = (input: unknown, info: { workflowType?: string; inWorkflow?: boolean } = {}) => {
  done.length = 0;
  const environment = new MockActivityEnvironment({ workflowType: 'updateNode', inWorkflow: true, ...info }, quiet);
  return environment.run(activity as (value: unknown) => Promise<string>, input);
};

describe('a node worker', () => {
  it('does what a workflow of ours asks of its own node', async () => {
    expect(await asked(good)).toBe('done');
    expect(done).toEqual([good]);
  });

  it.each([
    ['for another node', { ...good, node: 'node2' }, {}, 'WrongNode'],
    ['for another cluster', { ...good, cluster: 'c2' }, {}, 'WrongNode'],
    ['by a workflow of somebody else', good, { workflowType: 'evilWorkflow' }, 'ForbiddenCaller'],
    ['by no workflow at all', good, { inWorkflow: false }, 'ForbiddenCaller'],
    ['with a field too many', { ...good, command: 'rm -rf /' }, {}, 'InvalidInput'],
    ['with nothing', undefined, {}, 'InvalidInput'],
  ])('refuses what is asked %s, for good and before it does anything', async (_title, input, info, type) => {
    await expect(asked(input, info)).rejects.toMatchObject({ type, nonRetryable: true });
    expect(done).toEqual([]);
  });

  it('never answers more than Temporal can carry', async () => {
    const talkative = createNodeBoundary({ cluster: 'c1', node: 'node1' }).guard(schema, () => Promise.resolve('x'.repeat(payloadBudgetBytes)));
    const environment = new MockActivityEnvironment({ workflowType: 'updateNode', inWorkflow: true }, quiet);
    await expect(environment.run(talkative, good)).rejects.toMatchObject({ type: 'TooLarge', nonRetryable: true });
  });

  it('tells a failure in the same words everywhere: code, message, remedy', async () => {
    const failing = createNodeBoundary({ cluster: 'c1', node: 'node1' }).guard(schema, () =>
      Promise.reject(new CauError('NoQuorumHere', 'node1 is alone.', { where: 'node1' })),
    );
    const environment = new MockActivityEnvironment({ workflowType: 'updateNode', inWorkflow: true }, quiet);
    await expect(environment.run(failing, good)).rejects.toMatchObject({
      type: 'NoQuorumHere',
      nonRetryable: false,
      message: 'node1 is alone. Nothing: another node is asked.',
      details: [{ code: 'NoQuorumHere', message: 'node1 is alone.', remedy: 'Nothing: another node is asked.', where: 'node1' }],
    });
  });
});
