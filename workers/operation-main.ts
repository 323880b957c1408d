/** The process of one operation: makes the plug-in that its specification names, and lets it work. */
import { performOperation } from '../host/operation.js';
import { createPlugin } from './plugins.js';

await performOperation(process.argv[2] ?? '', createPlugin);
