import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { checked } from './good-values.js';

/** What only the product itself writes, and reads again: nobody else is asked for it. By file and name. */
const ownRecords: readonly string[] = [
  'events.ts runEventSchema',
  'evidence.ts nodeEvidenceSchema',
  'expected-node-time.ts nodeTimeSchema',
  'hooks.ts scriptEndSchema',
  'notification.ts deliveryStateSchema',
  'notification.ts placeSchema',
  'plan.ts planSchema',
  'plan.ts plannedNodeSchema',
  'progress.ts nodeProgressSchema',
  'progress.ts progressSchema',
  'progress.ts roleProgressSchema',
  'records.ts bootSchema',
  'records.ts clusterChangeSchema',
  'records.ts clusterHistorySchema',
  'records.ts installationSchema',
  'records.ts ledgerEntrySchema',
  'release.ts doubtSchema',
  'verify/finding.ts invariantFindingSchema',
  'waits.ts waitSchema',
];

const domain = fileURLToPath(new URL('../../domain/', import.meta.url));

/** Every exported schema, also those in a record of them, by the name of its file and its own. */
async function exportedSchemas(): Promise<ReadonlyMap<string, z.ZodType>> {
  const found = new Map<string, z.ZodType>();
  const look = (name: string, value: unknown) => {
    if (value instanceof z.ZodType) found.set(name, value);
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [field, part] of Object.entries(value)) if (part instanceof z.ZodType) look(`${name}.${field}`, part);
  };
  for (const file of readdirSync(domain, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const module = (await import(`${domain}${file}`)) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(module)) look(`${file} ${name}`, value);
  }
  return found;
}

/** The schemas and all that they are made of. */
function withParts(schemas: readonly z.ZodType[]): ReadonlySet<unknown> {
  const seen = new Set<unknown>();
  const add = (part: unknown) => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    Object.values(part instanceof z.ZodType ? part.def : part).forEach(add);
  };
  schemas.forEach(add);
  return seen;
}

it('Every schema of the domain is tried with bad values, as a whole or as a part of another one, unless it is of our own records', async () => {
  const tried = withParts(checked.map(([, schema]) => schema));
  const untried = [...(await exportedSchemas())].filter(([, schema]) => !tried.has(schema)).map(([name]) => name);
  expect(untried.toSorted()).toEqual(ownRecords.toSorted());
});
