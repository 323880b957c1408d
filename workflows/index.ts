/** The workflows of the bundle, by the type names that people start them with. */
export { clusterGuard } from './cluster-guard.js';
export { notification } from './notification.js';
export { preview } from './preview.js';
export { recovery } from './recovery.js';
export { updateNode } from './update-node.js';
export { updatingRun } from './updating-run.js';
export { verification } from './verification.js';
