/** What an operator has taken out himself: the same words, and the same way back, wherever a run comes across it. */

/** What is said of such a node, after "is". */
export const standbyByWish = 'in standby by the wish of an operator';
export const maintenanceByWish = 'in maintenance by the wish of an operator';

/** What ends an operator's standby, also one until the next boot; other cluster managers have words of their own. */
export function endOfStandby(node: string): string {
  return `"crm_standby -N ${node} -D" on Pacemaker`;
}

/** How a node in standby comes to be updated, as the end of a sentence. */
export function wayOutOfStandby(node: string): string {
  return `to have it updated, let him end that (${endOfStandby(node)}) or set includeStandby`;
}

/** How a node in maintenance comes to be updated; there is no option for that, since a drain of it would be a lie. */
export function wayOutOfMaintenance(node: string): string {
  return `to have it updated, let him end that ("crm_attribute -N ${node} -n maintenance -D" on Pacemaker)`;
}

/** A way out as a sentence of its own: the remedy of a failure. */
export function asRemedy(wayOut: string): string {
  return `${wayOut.charAt(0).toUpperCase()}${wayOut.slice(1)}.`;
}
