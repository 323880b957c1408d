/** What moved between two states of a cluster, of which the second was simulated. */
import { isServing, type Role } from '../../domain/cluster.js';
import { findMoves, isPartlyDown, placementOf, type RolePlacement } from '../../domain/placement.js';
import type { PredictedMove } from '../../domain/ports/cluster-driver.js';
import type { Simulation } from './simulation.js';

/** The moves from one state to the next: roles that serve elsewhere, and roles that restart where they are. */
export function movesBetween(before: Pick<Simulation, 'roles'>, after: Simulation, when: PredictedMove['when']): PredictedMove[] {
  const [was, is] = [placementOf(before), placementOf(after)];
  const moves = findMoves(was, is, when).map((move): PredictedMove => {
    const [before, now] = [was, is].map((placements) => placements.find((one) => one.role === move.role));
    // A group that gets only a part of its members elsewhere serves nobody there.
    const isDown = move.to === null || (before !== undefined && isPartlyDown(before, now?.serving ?? 0));
    return isDown ? { ...move, to: null, kind: 'stop' } : { ...move, kind: kindOfMove(roleOf(after, move.role), after) };
  });
  const moved = new Set(moves.map((move) => move.role));
  return [...moves, ...lostClones(was, is, when), ...restarts(before, after, when).filter((restart) => !moved.has(restart.role))];
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
          const did = (operation: string) =>
            after.actions.some((action) => action.resource === resource && action.node === node && action.operation === operation);
          return isServing(state) && did('stop') && did('start');
        })
        .map((instance) => instance.node),
    );
    return [...nodes].map((node): PredictedMove => ({ role: role.id, from: node, to: node, when, kind: 'restart' }));
  });
}

const roleOf = ({ roles }: Pick<Simulation, 'roles'>, id: string): Role | undefined => roles.find((role) => role.id === id);
