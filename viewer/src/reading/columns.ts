// The numbers of a grid, column by column, by the names that they have in data.

import { BadReading, shown } from "./bad";
import { isColour, type Column } from "./column";

/** What a pack holds where there is no token or no rank. */
export const NONE = 0xffff_ffff;

/** Numbers and ranks, NaN where there is none; or tokens, [`NONE`] where there is none. */
export type Values = Float32Array | Uint32Array;

/** Ranks as they are in memory: NaN where there is none, as of all other numbers. */
export const ranksOf = (words: ArrayLike<number>): Float32Array => Float32Array.from(words, (rank) => (rank === NONE ? NaN : rank));

interface Stored {
  column: Column;
  values: Values;
}

/** `count` values that are none. */
export const noValues = ({ type }: Column, count: number): Values =>
  type === "token" ? new Uint32Array(count).fill(NONE) : new Float32Array(count).fill(NaN);

/**
 * One value per cell: cell `row * width + column`; of candidates and watched tokens several: `cell * each + i`. What a
 * grid has no column for is NaN, or empty.
 */
export class Columns {
  private readonly stored = new Map<string, Stored>();

  constructor(
    readonly cells: number,
    /** Candidates per cell. */
    readonly topK: number,
    /** Watched tokens. */
    readonly watched: number,
  ) {}

  /** How many values a cell has of it. */
  each({ per }: Column): number {
    return per === "cell" ? 1 : per === "candidate" ? this.topK : this.watched;
  }

  add(column: Column, values: Values): void {
    if (this.stored.has(column.name)) throw new BadReading(`column ${shown(column.name)} stands twice`);
    if (values.length !== this.cells * this.each(column)) throw new BadReading(`${shown(column.name)}: ${values.length} values are not as many as there should be`);
    this.stored.set(column.name, { column, values });
  }

  has(name: string): boolean {
    return this.stored.has(name);
  }

  /** All of them, as they are defined. */
  get definitions(): Column[] {
    return [...this.stored.values()].map(({ column }) => column);
  }

  /** Those that cells can be coloured by. */
  get colours(): Column[] {
    return this.definitions.filter(isColour);
  }

  values(name: string): Values | undefined {
    return this.stored.get(name)?.values;
  }

  /** Its numbers or ranks; NaN for every cell where there is no such column. */
  number(name: string): Float32Array {
    const values = this.values(name);
    return values instanceof Float32Array ? values : new Float32Array(this.cells).fill(NaN);
  }

  /** Its tokens; none at all where there is no such column. */
  tokens(name: string): Uint32Array {
    const values = this.values(name);
    return values instanceof Uint32Array ? values : new Uint32Array();
  }

  /** One number of it. */
  at(name: string, index: number): number {
    const values = this.values(name);
    return values instanceof Float32Array ? (values[index] ?? NaN) : NaN;
  }
}
