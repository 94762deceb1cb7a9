/** Writes docs/configuration.md and .env.example from the table of settings. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configurationPage, environmentExample } from '#platform/config-document.ts';

const root = resolve(import.meta.dirname, '..');
writeFileSync(resolve(root, 'docs/configuration.md'), configurationPage());
writeFileSync(resolve(root, '.env.example'), environmentExample());
