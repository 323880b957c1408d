/** `npm run docs`: writes the generated pages. */
import { writeFile } from 'node:fs/promises';
import { renderPages } from './pages.js';

for (const [name, text] of Object.entries(renderPages())) await writeFile(new URL(name, import.meta.url), text);
