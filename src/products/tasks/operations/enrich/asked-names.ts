/** What a row asks; a structure of its own, since no product knows another. */
export interface AskedName {
  readonly name: string;
  /** Code of a country; undefined: all. */
  readonly country: string | undefined;
  /** Years of birth; undefined: all. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface NameFound {
  readonly gender: string | null;
  readonly label: string;
  readonly femaleProbability: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly sampleSize: number;
  readonly peakYear: number | null;
  readonly rank: number | null;
  readonly match: string;
}

/** Answers in the order of the questions. */
export type AskNames = (questions: readonly AskedName[]) => Promise<NameFound[]>;
