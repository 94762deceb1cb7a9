import { SECTIONS, type Setting, UNBUILT } from './config-settings.ts';

/** `docs/configuration.md`. */
export function configurationPage(): string {
  const sections = SECTIONS.map(({ title, settings }) =>
    [
      `## ${title}`,
      '',
      '| setting | default | meaning |',
      '|---|---|---|',
      ...settings.map(tableRow),
      '',
    ].join('\n'),
  );
  return [
    '# Configuration',
    '',
    '<!-- Written by scripts/write-configuration.ts from src/platform/config-settings.ts: change it there. -->',
    '',
    'Settings come from the environment, or from a file `.env` in the current folder; the environment wins. An empty',
    'value counts as absent. Durations are a number with `ms`, `s`, `m`, `h` or `d` (`30s`); sizes are bytes, or a number',
    'with `KiB`, `MiB` or `GiB`. The start names every wrong value at once and changes nothing.',
    '',
    ...sections,
    '## Not built yet',
    '',
    'These names are taken. As nothing acts on them yet, giving one of them refuses the start:',
    `${UNBUILT.map(({ name }) => `\`${name}\``).join(', ')}.`,
    '',
  ].join('\n');
}

/** `.env.example`: every setting, commented out, with its default or an example. */
export function environmentExample(): string {
  const lines = SECTIONS.flatMap(({ title, settings }) => [
    `# ${title}`,
    ...(settings as readonly Setting[]).flatMap((setting) => [
      `# ${setting.meaning.replaceAll('`', '')}`,
      `#${setting.name}=${setting.default ?? setting.example ?? ''}`,
    ]),
    '',
  ]);
  return [
    '# Copy to .env and take the # away from what you set. docs/configuration.md explains.',
    '',
    ...lines,
  ].join('\n');
}

function tableRow(setting: Setting): string {
  const value = setting.default === undefined ? '–' : `\`${setting.default}\``;
  return `| \`${setting.name}\` | ${value} | ${setting.meaning} |`;
}
