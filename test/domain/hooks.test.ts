import { describe, expect, it } from 'vitest';
import { failureOfHook, failureOfLostHook, type Hook, type ScriptEnd } from '../../domain/hooks.js';

const hook: Hook = { phase: 'preUpdate', script: 'quiesce', node: 'node1', timeout: '15m' };
const end = (changes: Partial<ScriptEnd> = {}): ScriptEnd => ({ ended: 'exited', exitCode: 0, signal: null, ms: 1200, output: '', outputCut: 0, ...changes });
const words = (changes: Partial<ScriptEnd>) => failureOfHook(hook, end(changes))?.message;

describe('a hook', () => {
  it('has succeeded with exit code 0 and with nothing else', () => {
    expect(failureOfHook(hook, end())).toBeNull();
    expect(failureOfHook(hook, end({ exitCode: 1 }))?.code).toBe('HookFailed');
    expect(failureOfHook(hook, end({ ended: 'timedOut', exitCode: 0 }))?.code).toBe('HookFailed');
    expect(failureOfHook(hook, end({ ended: 'signaled', exitCode: null, signal: 'SIGKILL' }))?.code).toBe('HookFailed');
  });

  it('that failed is named with script, node, exit code and its last lines', () => {
    expect(words({ exitCode: 3, output: 'one\ntwo\nthree\nfour\nfive\nthe lock is held\n' })).toBe(
      'The pre-update script "quiesce" on node1 ended with exit code 3 after 1.2 s; its last lines: "two | three | four | five | the lock is held".',
    );
    expect(words({ ended: 'timedOut', exitCode: null })).toBe(
      'The pre-update script "quiesce" on node1 did not end within 15m (hookTimeout) and was ended, with all that it had started; it wrote nothing.',
    );
    expect(words({ ended: 'signaled', exitCode: null, signal: 'SIGKILL' })).toContain('was killed by SIGKILL after 1.2 s');
    expect(words({ exitCode: 1, output: 'x'.repeat(10_000) })?.length).toBeLessThan(600);
  });

  it('that left no result is not run again, and says so', () => {
    expect(failureOfLostHook(hook, 'its node died.')).toMatchObject({
      code: 'HookFailed',
      message: expect.stringContaining('left no result: its node died. It is not run again'),
      remedy: expect.stringContaining('Look on the node'),
    });
  });
});
