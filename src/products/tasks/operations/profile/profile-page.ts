import type { ColumnProfile } from './column-profile.ts';
import { type Html, html } from './html.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { TableProfile } from './table-profile.ts';

const WORDS = new Intl.NumberFormat('en');

/**
 * A profile as a page that is complete in itself: it fetches nothing and runs nothing, and says so to the browser.
 * Handed out in pieces, a column each.
 */
export function* profilePage({ file, records, columns }: TableProfile): Generator<string> {
  const about = [
    `${WORDS.format(records)} ${records === 1 ? 'record' : 'records'}`,
    `${WORDS.format(columns.length)} ${columns.length === 1 ? 'column' : 'columns'}`,
    file.format.toUpperCase(),
    file.encoding,
    ...(file.separator === null ? [] : [`separated by ${separatorName(file.separator)}`]),
    `lines end with ${file.line_break}`,
  ].join(' · ');
  yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
  yield `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">\n`;
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n';
  yield html`<title>Profile of ${file.name}</title> `.markup;
  yield `<style>${PAGE_STYLE}</style>\n</head>\n<body>\n<a class="skip" href="#columns">To the columns</a>\n<main>\n`;
  yield html`<header>
    <h1>Profile of ${file.name}</h1>
    <p class="soft">${about}</p>
  </header> `.markup;
  yield overview(columns, records).markup;
  yield '<div id="columns">\n';
  for (const column of columns) yield columnSection(column, records).markup;
  yield '</div>\n</main>\n</body>\n</html>\n';
}

function overview(columns: readonly ColumnProfile[], records: number): Html {
  return html`<div class="wide" tabindex="0" role="region" aria-label="All columns">
    <table>
      <caption>
        All columns. Shares are of all records.
      </caption>
      <thead>
        <tr>
          <th scope="col" class="n">#</th>
          <th scope="col">Column</th>
          <th scope="col">Type</th>
          <th scope="col" class="n">Filled</th>
          <th scope="col" class="n">Different</th>
          <th scope="col">Smallest</th>
          <th scope="col">Largest</th>
        </tr>
      </thead>
      <tbody>
        ${columns.map((column) => overviewRow(column, records))}
      </tbody>
    </table>
  </div>`;
}

function overviewRow(column: ColumnProfile, records: number): Html {
  const { position, type, filled, min, max } = column;
  return html`<tr>
    <td class="n">${position}</td>
    <th scope="row"><a href="#c${position}">${nameOf(column)}</a></th>
    <td>${type}</td>
    <td class="n">${percent(filled, records)}</td>
    <td class="n">${different(column)}</td>
    <td>${valueOf(min)}</td>
    <td>${valueOf(max)}</td>
  </tr> `;
}

function columnSection(column: ColumnProfile, records: number): Html {
  const { position, type, filled, empty, padded, length, min, max } = column;
  const figures: readonly (readonly [string, Html | string])[] = [
    ['Filled', `${WORDS.format(filled)} (${percent(filled, records)})`],
    ['Empty', `${WORDS.format(empty)} (${percent(empty, records)})`],
    ['Different', different(column)],
    ['Smallest', valueOf(min)],
    ['Largest', valueOf(max)],
    ['Characters', length === null ? '–' : `${length.min} to ${length.max}, ${length.mean} on average`],
    ['With blanks around', WORDS.format(padded)],
  ];
  return html`<section id="c${position}" aria-labelledby="h${position}">
    <h2 id="h${position}">${position}. ${nameOf(column)} <span class="type">${type}</span></h2>
    <dl class="figures">
      ${figures.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${evidence(column)}
    <div class="pair">${values(column)}${patterns(column)}</div>
  </section> `;
}

function evidence({ evidence: kinds, exceptions, filled }: ColumnProfile): Html {
  const found = Object.entries(kinds)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${WORDS.format(count)} (${percent(count, filled)})`);
  const listed = exceptions.map(
    ({ line, value, looks_like: kind }) =>
      html`<li>line ${WORDS.format(line)}: <code>${value}</code> looks like ${kind}</li>`,
  );
  return html`${
    found.length === 0
      ? html``
      : html`<h3>What the cells look like</h3>
          <p>${found.join(' · ')}</p>`
  }${
    listed.length === 0
      ? html``
      : html`<h3 class="warn">First cells that are not like most</h3>
          <ul>
            ${listed}
          </ul>`
  }`;
}

function values({ position, top_values: top, top_values_error: error, filled }: ColumnProfile): Html {
  const note = error === 0 ? '' : `Counts may be too low by up to ${WORDS.format(error)}.`;
  const rows = top.map(({ value, count }) => ({ text: value, count }));
  return frequencies(`v${position}`, 'Most frequent values', 'Value', note, rows, filled);
}

function patterns({ position, patterns: top, filled }: ColumnProfile): Html {
  const rows = top.map(({ pattern, count }) => ({ text: pattern, count }));
  return frequencies(`p${position}`, 'Patterns', 'Pattern', 'A and a: letters, 9: a digit.', rows, filled);
}

function frequencies(
  id: string,
  title: string,
  heading: string,
  note: string,
  rows: readonly { readonly text: string; readonly count: number }[],
  all: number,
): Html {
  if (rows.length === 0) return html``;
  return html`<div>
    <h3 id="${id}">${title}</h3>
    ${note === '' ? html`` : html`<p class="soft">${note}</p>`}
    <table aria-labelledby="${id}">
      <thead>
        <tr>
          <th scope="col">${heading}</th>
          <th scope="col" class="n">Cells</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ text, count }) =>
            html`<tr>
              <td><code>${text}</code><span class="bar" style="width: ${share(count, all)}%"></span></td>
              <td class="n">${WORDS.format(count)}<br /><span class="soft">${percent(count, all)}</span></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function nameOf({ name }: ColumnProfile): Html {
  return name === '' ? html`<i>(no name)</i>` : html`${name}`;
}

function valueOf(value: string | null): Html {
  return value === null ? html`–` : html`<code>${value}</code>`;
}

function different({ distinct }: ColumnProfile): string {
  return (distinct.is_exact ? '' : '≈ ') + WORDS.format(distinct.count);
}

function percent(part: number, all: number): string {
  if (all === 0) return '–';
  const share = (100 * part) / all;
  if (part > 0 && share < 0.1) return '< 0.1 %';
  return part < all && share > 99.9 ? '> 99.9 %' : `${share.toFixed(part === all ? 0 : 1)} %`;
}

/** Of a bar, which is no more than a picture of the number beside it. */
function share(part: number, all: number): string {
  return ((100 * part) / Math.max(1, all)).toFixed(1);
}

function separatorName(separator: string): string {
  return { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' }[separator] ?? separator;
}
