// What stands around the numbers of a reading or another grid, in a pack's head and in JSON alike.

import { BadReading, shown } from "./bad";
import { definition, OF_READING, type Column } from "./column";
import type { Axis, Info, Maker, Place, Token, Watched } from "./reading";

export const READING = "fathom.reading/1";
export const GRID = "fathom.grid/1";

interface WatchedRecord {
  text: string;
  ids: number[];
  sequence?: { position: number; logprob_bits: (number | null)[] } | null;
}

/** A maker as documents name it. */
interface MakerRecord extends Omit<Maker, "sampling"> {
  sampling?: Maker["sampling"];
}

/** A document without its cells. */
export interface Head extends MakerRecord {
  schema: string;
  run_id: string;
  program: string;
  not_finite?: Info["not_finite"] | null;
  about?: Info["about"] | null;
  other?: MakerRecord | null;
  columns?: unknown;
  tokens: Token[];
  rows: Place[];
  positions: number[];
  axis?: Axis | null;
  watched?: WatchedRecord[];
  vocabulary?: { id: number; text: string }[];
}

export interface Frame {
  info: Info;
  tokens: Token[];
  rows: Place[];
  positions: number[];
  axis: Axis | null;
  watched: Watched[];
  vocabulary: Map<number, string>;
  /** The columns that a grid's file defines; null: a lens reading, which has those that every reading has. */
  defined: Column[] | null;
}

const isOf = (schema: unknown, form: string): boolean => schema === form || String(schema).startsWith(`${form}.`);

export const widthOf = ({ axis, positions }: Pick<Frame, "axis" | "positions">): number => (axis ? axis.labels.length : positions.length);

/** Everything of a document but its numbers. */
export function frame(doc: Head): Frame {
  const isGrid = isOf(doc?.schema, GRID);
  if (!isGrid && !isOf(doc?.schema, READING)) {
    throw new BadReading(`this reading's form is ${shown(doc?.schema)}, and this viewer reads ${READING} and ${GRID}`);
  }
  const { model, lens, precision, run_id, program, rows, positions, tokens } = doc;
  if (!model || !lens || !Array.isArray(tokens)) throw new BadReading("the reading names no model or tokens");
  if (![rows, positions].every(Array.isArray)) throw new BadReading("the reading lacks a list of rows or positions");
  const watched = (doc.watched ?? []).map((w): Watched => ({
    text: w.text,
    ids: w.ids,
    sequence: w.sequence ? { position: w.sequence.position, logprobBits: w.sequence.logprob_bits } : undefined,
  }));
  const vocabulary = new Map((doc.vocabulary ?? []).map((t): [number, string] => [t.id, t.text]));
  const info: Info = { model, lens, precision, sampling: doc.sampling ?? null, run_id, program, not_finite: doc.not_finite ?? undefined };
  if (isGrid) info.about = aboutOf(doc.about);
  if (doc.other) info.other = makerOf(doc.other);
  return { info, tokens, rows, positions, axis: axisOf(doc.axis), watched, vocabulary, defined: isGrid ? definitions(doc.columns) : null };
}

function aboutOf(about: Head["about"]): NonNullable<Info["about"]> {
  const { what, title, says } = about ?? {};
  if (![what, title, says].every((text) => typeof text === "string")) throw new BadReading("the grid does not say what it is about");
  return about as NonNullable<Info["about"]>;
}

function makerOf(other: MakerRecord): Maker {
  const { model, lens, precision, sampling } = other;
  if (!model || !lens) throw new BadReading("the other side names no model");
  return { model, lens, precision, sampling: sampling ?? null };
}

function axisOf(axis: Head["axis"]): Axis | null {
  if (axis == null) return null;
  const { name, labels } = axis;
  if (typeof name !== "string" || !Array.isArray(labels) || !labels.every((label) => typeof label === "string")) {
    throw new BadReading("the grid's axis has no name or labels");
  }
  return { name, labels };
}

function definitions(columns: unknown): Column[] {
  if (!Array.isArray(columns) || columns.length === 0) throw new BadReading("the grid does not define its columns");
  const all = columns.map(definition);
  if (new Set(all.map(({ name }) => name)).size < all.length) throw new BadReading("a column is defined twice");
  return all;
}

/** The columns that the numbers have to be of; of what a reading may have besides, those that `has` names. */
export const expectedColumns = ({ defined }: Frame, known: readonly Column[], has: (name: string) => boolean): readonly Column[] =>
  defined ?? known.filter((column) => OF_READING.includes(column) || has(column.name));
