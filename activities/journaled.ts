/** Lets the steps of a node worker be told in the node's journal. */
import { ApplicationFailure } from '@temporalio/activity';
import { z } from 'zod';
import { eventsOfNode, eventsOfReport, type EventWords } from '../domain/events.js';
import { runReferenceSchema, type RunReference } from '../domain/names.js';
import { reportSchema } from '../domain/report.js';
import { eventsOfStep, nodeOfStep } from '../domain/step-events.js';
import type { Journal } from '../host/journal.js';

/** Answers of a node on its way, and questions that another member answers: no failures. */
const expected: ReadonlySet<string> = new Set(['StillOldBoot', 'NoQuorumHere']);

/** The same activities; each tells what it came to. */
export function journaled<A extends object>(activities: A, own: string, journal: Journal): A {
  const entries = Object.entries(activities) as [string, (input: unknown) => Promise<unknown>][];
  return Object.fromEntries(
    entries.map(([type, act]) => [
      type,
      async (input: unknown) => {
        const run = runOf(input);
        try {
          const result = await act(input);
          for (const words of type === 'archiveReport' ? eventsOfArchive(input, own) : eventsOfStep({ type, input, result })) journal.tell(words, run);
          return result;
        } catch (error) {
          if (error instanceof ApplicationFailure && !expected.has(error.type ?? ''))
            journal.tell({ name: 'stepFailed', node: nodeOfStep(input), message: `${type}: ${error.type ?? ''}: ${error.message}` }, run);
          throw error;
        }
      },
    ]),
  ) as A;
}

/** A report that comes to the archive tells how the run ended, for this node and as a whole. */
function eventsOfArchive(input: unknown, own: string): EventWords[] {
  const report = archiveSchema.safeParse(input).data?.report;
  if (report === undefined) return [];
  const node = report.nodes.find((one) => one.node === own);
  return [...(node === undefined ? [] : eventsOfNode(node)), ...eventsOfReport(report).filter((words) => words.node === null)];
}

const archiveSchema = z.object({ report: reportSchema });
const runSchema = z.object({ run: runReferenceSchema });
const runOf = (input: unknown): RunReference | null => runSchema.safeParse(input).data?.run ?? null;
