/** The status section of the CIB: promotion scores, attributes until the next boot, operations under way. */
import type { PromotionScore } from '../../domain/cluster.js';
import { childrenOf, descendantsOf, isTrue, type XmlElement } from './xml.js';

export interface CibStatus {
  readonly promotionScores: readonly PromotionScore[];
  /** Nodes in standby until their next boot (`crm_standby --lifetime reboot`): an operator's wish too. */
  readonly standbyUntilBoot: readonly string[];
  /** Resources that failed on a node so often that they may not run there before somebody cleans up. */
  readonly failedForGood: readonly { readonly node: string; readonly resource: string }[];
  /** Operations that were begun on members that are there, as `<node>: <operation>`. */
  readonly pendingOperations: readonly string[];
}

const infinity = 1_000_000;
const pendingStatus = '-1';

/** Reads the status section; what it does not have is empty. */
export function parseCibStatus(status: XmlElement | undefined): CibStatus {
  const states = childrenOf(status, 'node_state').map((state) => ({ node: state.attributes['uname'] ?? '', state }));
  const attributes = states.flatMap(({ node, state }) =>
    childrenOf(state, 'transient_attributes')
      .flatMap((set) => descendantsOf(set, 'nvpair'))
      .map((pair) => ({ node, name: pair.attributes['name'] ?? '', value: pair.attributes['value'] ?? '' })),
  );
  return {
    promotionScores: attributes.flatMap(({ node, name, value }) => {
      const resource = promotedResource(name);
      const score = toScore(value);
      return resource === undefined || score === undefined ? [] : [{ node, resource, score }];
    }),
    standbyUntilBoot: attributes.filter(({ name, value }) => name === 'standby' && isTrue(value)).map(({ node }) => node),
    failedForGood: attributes.flatMap(({ node, name, value }) => {
      const resource = /^fail-count-(.+?)(?:#.*)?$/.exec(name)?.[1];
      return resource === undefined || toScore(value) !== infinity ? [] : [{ node, resource }];
    }),
    pendingOperations: states
      // The history of a member that is gone may end with an operation that nobody will ever finish.
      .filter(({ state }) => isPresent(state))
      .flatMap(({ node, state }) =>
        descendantsOf(state, 'lrm_rsc_op')
          .filter((operation) => operation.attributes['op-status'] === pendingStatus)
          .map((operation) => `${node}: ${operation.attributes['operation_key'] ?? operation.attributes['id'] ?? ''}`),
      ),
  };
}

/** `crm_attribute --promotion` writes `master-<resource>`; `promotion-` is the name to which it is being changed. */
function promotedResource(name: string): string | undefined {
  return /^(?:master|promotion)-(.+)$/.exec(name)?.[1];
}

function toScore(value: string): number | undefined {
  const sign = value.startsWith('-') ? -1 : 1;
  if (/^[+-]?INFINITY$/i.test(value)) return sign * infinity;
  const score = Number.parseInt(value, 10);
  return Number.isSafeInteger(score) ? score : undefined;
}

/** `crmd` says whether the node's controller takes part: `online` or `offline`, or since 2.1.7 the time when it joined. */
function isPresent(state: XmlElement): boolean {
  const { crmd } = state.attributes;
  return crmd !== undefined && crmd !== 'offline' && crmd !== '0';
}
