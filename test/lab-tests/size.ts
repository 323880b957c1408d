/** How many nodes the labs have of those tests that are meant for more than one size. */
import { z } from 'zod';

const asked = z.enum(['2', '4']).optional().parse(process.env['CAU_LAB_NODES']);

/** The size that is asked for; null where a file does what it does by itself. */
export const askedSize = asked === undefined ? null : (Number(asked) as 2 | 4);
export const size = askedSize ?? 4;

/** The node that most befalls, which the group "files" prefers, and another one. */
export const [chosen, beside] = size === 2 ? (['node2', 'node1'] as const) : (['node3', 'node4'] as const);
