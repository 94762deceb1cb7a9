import { createJsonBytes, jsonPiece } from '#platform/http/json-bytes.ts';
import type { Dictionary } from '../read-model/dictionary.ts';
import { planFacts, standing } from './list-json.ts';
import { addNameText, nameTexts } from './name-texts.ts';
import type { RankedName, RankingPlan } from './ranking.ts';
import { shareBillionths } from './schemas.ts';

/** The pieces of a line that are the same in all lines of a plan. */
interface PlanPieces {
  readonly beforeCount: Uint8Array;
  readonly shownEnd: Uint8Array;
  readonly differingEnd: Uint8Array;
  readonly hiddenEnd: Uint8Array;
}

const PIECES = {
  page: jsonPiece('{"data":['),
  comma: jsonPiece(','),
  rankPublished: jsonPiece(',"rank_published":'),
  rank: jsonPiece(',"rank":'),
  tied: jsonPiece(',"tied":'),
  outOf: jsonPiece(',"out_of":'),
  share: jsonPiece(',"share":'),
  null: jsonPiece('null'),
  meta: jsonPiece('],"meta":'),
  end: jsonPiece('}'),
};

const json = createJsonBytes();

/** A page as JSON in UTF-8: `listedName` of all lines and `meta`, which is JSON. */
export function writePage(lines: readonly RankedName[], dictionary: Dictionary, meta: string): Buffer {
  const pieces = new Map<RankingPlan, PlanPieces>();
  const texts = nameTexts(dictionary);
  json.piece(PIECES.page);
  let isFirst = true;
  for (const line of lines) {
    let ofPlan = pieces.get(line.plan);
    if (!ofPlan) pieces.set(line.plan, (ofPlan = planPieces(line.plan)));
    if (!isFirst) json.piece(PIECES.comma);
    isFirst = false;
    if (texts.ends[line.number] === 0) addNameText(texts, dictionary, line.number);
    json.part(texts.bytes, texts.starts[line.number] as number, texts.ends[line.number] as number);
    writeFigures(line, ofPlan);
  }
  json.piece(PIECES.meta);
  json.raw(meta);
  json.piece(PIECES.end);
  return json.take();
}

function planPieces(plan: RankingPlan): PlanPieces {
  const { gender, country, area, toYear } = plan;
  const place = JSON.stringify({ country: country.code, area: area.code }).slice(1, -1);
  const end = (isHidden: boolean, rankDiffers: boolean): Uint8Array =>
    jsonPiece(`,${place},${JSON.stringify(standing(plan, isHidden, rankDiffers)).slice(1)}`);
  return {
    beforeCount: jsonPiece(`,"gender":"${gender}","year":${planFacts(plan).isSum ? null : toYear},"count":`),
    shownEnd: end(false, false),
    differingEnd: end(false, true),
    hiddenEnd: end(true, false),
  };
}

function writeFigures(line: RankedName, pieces: PlanPieces): void {
  const { plan, count, rank, tied, outOf, rankPublished, rankDiffers } = line;
  const isHidden = count === 0;
  json.piece(pieces.beforeCount);
  writeNullable(isHidden ? null : count);
  json.piece(PIECES.rankPublished);
  writeNullable(rankPublished);
  json.piece(PIECES.rank);
  writeNullable(isHidden ? null : rank);
  json.piece(PIECES.tied);
  writeNullable(isHidden ? null : tied);
  json.piece(PIECES.outOf);
  json.whole(outOf);
  json.piece(PIECES.share);
  if (isHidden) json.piece(PIECES.null);
  else json.billionths(shareBillionths(count, plan.denominator.value));
  json.piece(isHidden ? pieces.hiddenEnd : rankDiffers ? pieces.differingEnd : pieces.shownEnd);
}

function writeNullable(number: number | null): void {
  if (number === null) json.piece(PIECES.null);
  else json.whole(number);
}
