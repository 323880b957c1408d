/** Predicted moves of a rolling update: drain and return of each node, one after another, by Pacemaker's own scheduler. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isServing, type Role } from '../../domain/cluster.js';
import { findMoves, placementOf, type RolePlacement } from '../../domain/placement.js';
import type { PredictedMove, PredictedNodeMoves } from '../../domain/ports/cluster-driver.js';
import type { Cib, CibNode } from './cib.js';
import { editCopy, quoted, type CibEdit } from './cib-edits.js';
import type { CommandRunner } from './commands.js';
import { inScratch, readCib } from './compare-and-swap.js';
import { findHold, foreignStandbys, hasOperatorStandby, holdElement, holdSetId } from './holds.js';
import { simulate, type Simulation } from './simulation.js';

/** A reference for holds that exist only in the simulated copy. */
const imagined = { workflowId: 'preview', firstExecutionRunId: '00000000-0000-0000-0000-000000000000' };

/**
 * The moves of each node's drain and return, the one after the other, in that order of nodes.
 * A node that is in standby already, or is no member, moves nothing.
 * @throws CauError `ClusterToolFailed`
 */
export async function predictMoves(run: CommandRunner, order: readonly string[]): Promise<PredictedNodeMoves[]> {
  const { text, cib } = await readCib(run);
  return inScratch(async (directory) => {
    const file = join(directory, 'cluster.xml');
    await writeFile(file, text);
    // Whatever the cluster is about to do anyway comes first, so that it is not taken for an effect of a drain.
    let standing = await simulate(run, file, file);
    const predicted: PredictedNodeMoves[] = [];
    for (const name of order) {
      const node = cib.nodes.find((candidate) => candidate.name === name);
      if (node === undefined || !canDrain(cib, node)) {
        predicted.push({ node: name, moves: [] });
        continue;
      }
      await editCopy(run, file, drainEdits(node));
      const drained = await simulate(run, file, file);
      await editCopy(run, file, [{ kind: 'remove', xpath: `//node[@id=${quoted(node.id)}]/instance_attributes[@id=${quoted(holdSetId(node.id))}]` }]);
      const returned = await simulate(run, file, file);
      predicted.push({ node: name, moves: [...movesBetween(standing, drained, 'drain'), ...movesBetween(drained, returned, 'return')] });
      standing = returned;
    }
    return predicted;
  });
}

/** The moves from one state to the next: roles that serve elsewhere, and roles that restart where they are. */
export function movesBetween(before: Pick<Simulation, 'roles'>, after: Simulation, when: PredictedMove['when']): PredictedMove[] {
  const [was, is] = [placementOf(before), placementOf(after)];
  const moves = findMoves(was, is, when).map((move): PredictedMove => ({ ...move, kind: move.to === null ? 'stop' : kindOfMove(roleOf(after, move.role), after) }));
  const moved = new Set(moves.map((move) => move.role));
  return [...moves, ...lostClones(was, is, when), ...restarts(before, after, when).filter((restart) => !moved.has(restart.role))];
}

function canDrain(cib: Cib, node: CibNode): boolean {
  return node.isMember && findHold(node) === null && !hasOperatorStandby(cib, node);
}

function drainEdits(node: CibNode): CibEdit[] {
  const leftovers = foreignStandbys(node).map(({ id }): CibEdit => ({ kind: 'remove', xpath: `//node[@id=${quoted(node.id)}]/instance_attributes/nvpair[@id=${quoted(id)}]` }));
  return [...leftovers, { kind: 'merge', section: 'nodes', element: holdElement(node, imagined) }];
}

/** A role that migrates does not interrupt its service; one member that cannot migrate makes the whole role move. */
function kindOfMove(role: Role | undefined, { actions }: Simulation): PredictedMove['kind'] {
  if (role?.kind === 'promotable') return 'promote';
  const own = actions.filter((action) => role?.resources.includes(action.resource) === true);
  const migrated = new Set(own.filter((action) => action.operation === 'migrate_to').map((action) => action.resource));
  const moved = new Set(own.filter((action) => action.operation === 'stop' || action.operation === 'start').map((action) => action.resource));
  return migrated.size > 0 && [...moved].every((resource) => migrated.has(resource)) ? 'migrate' : 'move';
}

/** A clone has no home of its own, so it moves never; but without its last copy it serves no more. */
function lostClones(before: readonly RolePlacement[], after: readonly RolePlacement[], when: PredictedMove['when']): PredictedMove[] {
  return before
    .filter((was) => was.kind === 'clone' && was.on.length > 0 && after.find((is) => is.role === was.role)?.on.length === 0)
    .map((was) => ({ role: was.role, from: was.on[0] ?? '', to: null, when, kind: 'stop' }));
}

/** Instances that are stopped and started where they are, for instance copies of clones that are not interleaved. */
function restarts(before: Pick<Simulation, 'roles'>, after: Simulation, when: PredictedMove['when']): PredictedMove[] {
  return before.roles.flatMap((role) => {
    const nodes = new Set(
      role.instances
        .filter(({ resource, node, state }) => {
          const did = (operation: string) => after.actions.some((action) => action.resource === resource && action.node === node && action.operation === operation);
          return isServing(state) && did('stop') && did('start');
        })
        .map((instance) => instance.node),
    );
    return [...nodes].map((node): PredictedMove => ({ role: role.id, from: node, to: node, when, kind: 'restart' }));
  });
}

const roleOf = ({ roles }: Pick<Simulation, 'roles'>, id: string): Role | undefined => roles.find((role) => role.id === id);
