// Which rows of an axis have a label.

/**
 * Every row, or every second, fifth, tenth … from layer 0 on, so that the eye can count between them; and always the
 * first and the last. Rows stand `each` apart and a label is as wide as `width` says; the one at hand, `at`, has its
 * label too, and pushes its neighbours out.
 */
export function layerTicks(labels: readonly string[], each: number, width: (label: string) => number, at = -1): number[] {
  const last = labels.length - 1;
  if (last < 0) return [];
  const apart = (a: number, b: number) => (width(labels[a] as string) + width(labels[b] as string)) / 2 + 7 <= Math.abs(b - a) * each;
  // An embedding before the layers does not shift the steps.
  const zero = Math.max(0, labels.indexOf("0"));
  const even = (step: number) => labels.flatMap((_, row) => (row >= zero && (row - zero) % step === 0 ? [row] : []));
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => even(step).every((row, i, all) => i === 0 || apart(all[i - 1] as number, row)));
  // Its name is longer than theirs: the first of them make room for it.
  const kept = [...new Set([0, last])].filter((row) => row === last || zero > 0);
  const shown = [...kept, ...even(step ?? labels.length).filter((row) => kept.every((other) => row !== other && apart(row, other)))];
  const all = labels[at] === undefined ? shown : [at, ...shown.filter((row) => row !== at && apart(row, at))];
  return all.sort((a, b) => a - b);
}
