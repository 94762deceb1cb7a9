import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cubeText } from './cube.ts';
import { readPx } from './px.ts';

const START = 'CHARSET="ANSI";\nAXIS-VERSION="2000";\n';
const LAYOUT = `STUB="Name";HEADING="Year";
VALUES("Name")="Zoë",
"Anna; or =","Mary"
" Ann";
VALUES("Year")="1998","1999";
`;
const ROWS = (cells: readonly string[]): string[] =>
  cells.map(
    (cell, at) => `${['Zoë', 'Anna; or =', 'Mary Ann'][Math.floor(at / 2)]},${1998 + (at % 2)},${cell}`,
  );

describe('PC-Axis', () => {
  const cells = ['1,', ',..', '-2,', '4.5,', ',-', '6,'];
  const table = ['Name,Year,VALUE,STATUS', ...ROWS(cells), ''].join('\n');
  const cases: Readonly<Record<string, [content: string, text: string]>> = {
    'labels in several lines': [`${START}${LAYOUT}DATA=\n1 ".."\n-2 4.5\n"-" 6\n;\n`, table],
    'cells up to the end without a semicolon': [`${START}${LAYOUT}DATA=1 ".." -2 4.5 "-" 6`, table],
    'lines that end with CR and LF': [
      `${START}${LAYOUT}DATA=\n1 ".."\n-2 4.5\n"-" 6;`.replaceAll('\n', '\r\n'),
      table,
    ],
    'a file in several languages': [
      `${START}LANGUAGES="en","sv";${LAYOUT}STUB[sv]="Namn";VALUES[sv]("Namn")="a","b","c";DATA=1 ".." -2 4.5 "-" 6;`,
      table,
    ],
    'one unit for all': [
      `${START}UNITS="Number";STUB="A";VALUES("A")="x","y";DATA=1 2;`,
      'A,UNIT,VALUE,STATUS\nx,Number,1,\ny,Number,2,\n',
    ],
    'codes, time and contents, in the columns of JSON-stat': [
      `${START}CONTVARIABLE="Statistic";UNITS("Births")="Number";UNITS("Rank")="Place";STUB="Statistic","Names";HEADING="Year";
VALUES("Statistic")="Births","Rank";CODES("Statistic")="S1","S2";VALUES("Names")="Mary";CODES("Names")="0007";
VALUES("Year")="1998";TIMEVAL("Year")=TLIST(A1),"1998";DATA=3 1;`,
      'STATISTIC,Statistic Label,Names code,Names,TLIST(A1),Year,UNIT,VALUE,STATUS\n' +
        'S1,Births,0007,Mary,1998,1998,Number,3,\nS2,Rank,0007,Mary,1998,1998,Place,1,\n',
    ],
    'a scale of time with a range': [
      `${START}HEADING="Year";VALUES("Year")="1998","1999";CODES("Year")="98","99";TIMEVAL("Year")=TLIST(A1,"1998"-"1999");DATA=1 2;`,
      'TLIST(A1),Year,VALUE,STATUS\n98,1998,1,\n99,1999,2,\n',
    ],
  };
  for (const [title, [content, expected]] of Object.entries(cases)) {
    test(title, () => assert.equal(textOf(Buffer.from(content)), expected));
  }

  const umlaut = `STUB="A";VALUES("A")="Zo\u00EB";DATA=1;`;
  const encodings: Readonly<Record<string, Buffer>> = {
    'windows-1252 (ANSI)': Buffer.from(`CHARSET="ANSI";${umlaut}`, 'latin1'),
    'UTF-8, whatever it says': Buffer.from(`CHARSET="ANSI";CODEPAGE="windows-1252";${umlaut}`),
    'UTF-8 with a mark': Buffer.from(`\uFEFFCHARSET="ANSI";CODEPAGE="utf-8";${umlaut}`),
    'its code page': Buffer.from(
      `CHARSET="ANSI";CODEPAGE="iso-8859-2";${umlaut.replace('\u00EB', '\u00B3')}`,
      'latin1',
    ),
    'a code page of unknown name': Buffer.from(`CHARSET="ANSI";CODEPAGE="DOS?";${umlaut}`, 'latin1'),
  };
  for (const [title, bytes] of Object.entries(encodings)) {
    test(`letters in ${title}`, () => assert.match(textOf(bytes), title === 'its code page' ? /Zoł/ : /Zoë/));
  }

  for (const content of ['Name,Year\nZoë,3\n', 'TITLE="only a title"\n', 'STUB="A";', '{"a":1}', '']) {
    test(`${JSON.stringify(content)} is no PC-Axis file`, () =>
      assert.equal(readPx(Buffer.from(content)), undefined));
  }

  const invalid: Readonly<Record<string, [content: string, message: RegExp]>> = {
    'too few cells': [`${LAYOUT}DATA=1 2 3;`, /make 6 cells, and it has 3/],
    'too many cells': [`${LAYOUT}DATA=1 2 3 4 5 6 7`, /make 6 cells, and it has 7/],
    'a cell that is no number': [`${LAYOUT}DATA=1 2 three 4 5 6;`, /"three" among its cells/],
    'a quote that is never closed': [`${LAYOUT}DATA=1 2 ".. 4 5 6;`, /never closed/],
    'no variable': ['DATA=1;', /neither STUB nor HEADING/],
    'a variable without values': ['STUB="A";DATA=1;', /VALUES of "A" are missing/],
    'other codes than values': [
      'STUB="A";VALUES("A")="x";CODES("A")="1","2";DATA=1;',
      /1 VALUES and 2 CODES/,
    ],
    'cells by keys': ['STUB="A";VALUES("A")="x";KEYS("A")=CODES;DATA="x",1;', /by keys/],
    'a keyword without its sign': ['STUB "A";\nDATA=1;', /"=" is expected after STUB in line 3/],
    'a list without its end': ['STUB="A" B;DATA=1;', /";" is expected in line 3/],
    'something that is no keyword': ['stub="A";DATA=1;', /a keyword is expected in line 3/],
  };
  for (const [title, [content, message]] of Object.entries(invalid)) {
    test(`${title} is refused`, () => {
      assert.throws(() => readPx(Buffer.from(START + content)), { code: 'cube_invalid', message });
    });
  }
});

function textOf(content: Buffer): string {
  const found = readPx(content);
  assert.ok(found, 'it is a PC-Axis file');
  return Buffer.concat([...cubeText(found)]).toString();
}
