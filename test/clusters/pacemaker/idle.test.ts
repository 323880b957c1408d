import { describe, expect, test } from 'vitest';
import { parseCib } from '../../../clusters/pacemaker/cib.js';
import { createIdleProof } from '../../../clusters/pacemaker/idle.js';
import { answered, failed, fixture, scriptedRunner } from './fixtures.js';

const text = fixture('healthy.cib.xml');
const cib = parseCib(text);
const state = (name: string) => answered(`<pacemaker-result><crmd node_name="node3" state="${name}" result="ok"/></pacemaker-result>`);
const nothingToDo = answered('<pacemaker-result><transition/></pacemaker-result>');
const muchToDo = answered('<pacemaker-result><transition><rsc_action resource="web" op="stop" node="node1"/></transition></pacemaker-result>');

describe('a cluster is idle', () => {
  test('when no operation is pending, its controller rests, and its scheduler has nothing to do', async () => {
    const run = scriptedRunner({ crmadmin: () => state('S_IDLE'), crm_simulate: () => nothingToDo });
    await expect(createIdleProof(run)(cib, text, 'node3')).resolves.toBe('idle');
  });

  test('not while the controller has not heard of the last change, although it rests', async () => {
    const run = scriptedRunner({ crmadmin: () => state('S_IDLE'), crm_simulate: () => muchToDo });
    await expect(createIdleProof(run)(cib, text, 'node3')).resolves.toBe('deciding');
  });

  test('not while the controller works, does not answer, or is not elected', async () => {
    for (const answer of [state('S_TRANSITION_ENGINE'), failed(102)]) {
      await expect(createIdleProof(scriptedRunner({ crmadmin: () => answer, crm_simulate: () => nothingToDo }))(cib, text, 'node3')).resolves.toBe('deciding');
    }
    await expect(createIdleProof(scriptedRunner({}))(cib, text, null)).resolves.toBe('deciding');
  });

  test('not while an operation is pending, and then nobody is asked', async () => {
    const run = scriptedRunner({});
    await expect(createIdleProof(run)({ ...cib, pendingOperations: ['node1: web_stop_0'] }, text, 'node3')).resolves.toBe('pending');
    expect(run.asked).toEqual([]);
  });

  test('without asking the scheduler again for the same configuration', async () => {
    const run = scriptedRunner({ crmadmin: () => state('S_IDLE'), crm_simulate: () => nothingToDo });
    const prove = createIdleProof(run);
    await prove(cib, text, 'node3');
    await prove({ ...cib, version: { ...cib.version, numUpdates: 4711 } }, text, 'node3');
    await prove({ ...cib, version: { ...cib.version, epoch: 4711 } }, text, 'node3');
    expect(run.asked.filter(([command]) => command === 'crm_simulate')).toHaveLength(2);
  });
});
