/** Why a file is no reading. */
export class BadReading extends Error {
  override name = "BadReading";
}

/** A name out of a file for a message. */
export const shown = (name: unknown): string => String(name).slice(0, 100);
