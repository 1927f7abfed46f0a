// Which rows of an axis have a label: as the figures that Rust draws have them.

/**
 * Every row, or every second, fifth, tenth … from layer 0 on, so that the eye can count between them; and always the
 * first and the last. Rows stand `each` apart and a label is as wide as `width` says.
 */
export function layerTicks(labels: readonly string[], each: number, width: (label: string) => number): number[] {
  const last = labels.length - 1;
  if (last < 0) return [];
  const apart = (a: number, b: number) => (width(labels[a] as string) + width(labels[b] as string)) / 2 + 7 <= (b - a) * each;
  // An embedding before the layers does not shift the steps.
  const zero = Math.max(0, labels.indexOf("0"));
  const even = (step: number) => labels.flatMap((_, row) => (row >= zero && (row - zero) % step === 0 ? [row] : []));
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => even(step).every((row, i, all) => i === 0 || apart(all[i - 1] as number, row)));
  const shown = even(step ?? labels.length).filter((row) => row === last || apart(row, last));
  if (shown.at(-1) !== last) shown.push(last);
  if (zero > 0 && apart(0, shown[0] as number)) shown.unshift(0);
  return shown;
}
