// The viewer's states: what the gallery (docs/explorer.md) pictures and what the accessibility scan walks through.

/**
 * `of`: the exported page that it is a state of; `fragment`: its deep link, on the example; `picture`: the same for the
 * gallery's picture of a real reading.
 */
export const STATES = [
  { name: "heatmap", of: "reading", fragment: "view=heatmap&metric=rank&at=2,4", picture: { fragment: "view=heatmap&metric=rank&at=29,11" } },
  { name: "pinned", of: "reading", fragment: "view=heatmap&metric=kl&at=1,4&pin=1", picture: { fragment: "view=heatmap&metric=kl&at=24,11&pin=1", dark: true } },
  { name: "watch", of: "reading", fragment: "view=watch&at=2,4", picture: { fragment: "view=watch&at=24,11" } },
  { name: "gaps", of: "reading", fragment: "view=watch&at=2,4&watch=5,19,14,15&scale=prob" },
  { name: "table", of: "reading", fragment: "view=table&at=2,4", picture: { fragment: "view=table&at=24,11", dark: true } },
  { name: "compare", of: "comparison", fragment: "view=compare&metric=entropy&at=2,4", picture: { fragment: "view=compare&metric=entropy&at=29,4" } },
  { name: "zoomed", of: "reading", fragment: "view=heatmap&metric=entropy&zoom=-9&at=2,4&ramp=viridis", picture: { fragment: "view=heatmap&metric=surprisal&zoom=-10&at=29,40", of: "long" } },
];
