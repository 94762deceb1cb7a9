import { SETTINGS, type SettingName } from './config-settings.ts';
import {
  type Parsed,
  parseChoice,
  parseDuration,
  parseHosts,
  parseList,
  parseSize,
  parseSwitch,
  parseWhole,
} from './config-values.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads settings by name and keeps every problem, so that all are told at once. */
export interface SettingsReader {
  /** The text or its default; empty text counts as absent. */
  text(name: SettingName): string | undefined;
  duration(name: SettingName, minimumMs?: number): number;
  size(name: SettingName, minimum?: number): number;
  whole(name: SettingName, minimum: number, maximum: number): number;
  switch(name: SettingName): boolean;
  choice<const Word extends string>(name: SettingName, words: readonly Word[]): Word;
  list(name: SettingName): readonly string[];
  /** `host` or `host:port`. */
  hosts(name: SettingName): readonly string[];
  /** Adds a problem found by the caller; `problem` follows the name. */
  refuse(name: string, problem: string): void;
  readonly problems: readonly string[];
}

const defaults = new Map(SETTINGS.map((setting) => [setting.name, setting.default]));
/** Whose values a message may repeat. */
const showable = new Set(SETTINGS.filter(({ secret }) => !secret).map(({ name }) => name));

export function createSettingsReader(variables: Variables): SettingsReader {
  const problems: string[] = [];
  const text = (name: SettingName): string | undefined => textOf(variables, name) ?? defaults.get(name);
  const refuse = (name: string, problem: string): void => {
    const given = showable.has(name) ? textOf(variables, name) : undefined;
    problems.push(
      given === undefined ? `${name} ${problem}.` : `${name} ${problem}; it is ${JSON.stringify(given)}.`,
    );
  };

  function read<T>(name: SettingName, parse: (text: string) => Parsed<T>, fallback: T): T {
    const parsed = parse(text(name) ?? '');
    if ('value' in parsed) return parsed.value;
    refuse(name, parsed.problem);
    return fallback;
  }

  function atLeast(name: SettingName, value: number, minimum: number, words: string): number {
    if (value < minimum) refuse(name, `must be at least ${words}`);
    return value;
  }

  return {
    text,
    refuse,
    problems,
    duration: (name, minimumMs = 1) =>
      atLeast(name, read(name, parseDuration, minimumMs), minimumMs, `${minimumMs}ms`),
    size: (name, minimum = 0) => atLeast(name, read(name, parseSize, minimum), minimum, `${minimum} bytes`),
    whole: (name, minimum, maximum) => read(name, (given) => parseWhole(given, minimum, maximum), minimum),
    switch: (name) => read(name, parseSwitch, false),
    choice: (name, words) =>
      read(name, (given) => parseChoice(given, words), words[0] as (typeof words)[number]),
    list: (name) => read(name, parseList, []),
    hosts: (name) => read(name, parseHosts, []),
  };
}

export function textOf(variables: Variables, name: string): string | undefined {
  const text = variables[name]?.trim();
  return text === '' ? undefined : text;
}
