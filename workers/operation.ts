/** The program of one operation: makes the plug-in that its specification names, and lets it work. */
import { performOperation } from '../host/operation.js';
import { createPlugin } from './plugins.js';

/** Does what the specification in `path` says and stores the result beside it. */
export const runOperation = (path: string): Promise<void> => performOperation(path, createPlugin);
