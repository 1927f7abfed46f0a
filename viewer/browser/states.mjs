// The viewer's states: what the gallery shows and what the accessibility scan walks through.

/** Name, fragment, and what it shows. `of`: the exported page it is a state of. */
export const STATES = [
  { name: "heatmap", of: "reading", fragment: "view=heatmap&metric=rank&at=2,4", shows: "Heatmap: the top token after every layer at every position; colour is the rank of the token that came next." },
  { name: "pinned", of: "reading", fragment: "view=heatmap&metric=kl&at=1,4&pin=1", shows: "A pinned cell, coloured by KL to the last layer." },
  { name: "watch", of: "reading", fragment: "view=watch&at=2,4", shows: "Watch: ranks of chosen tokens over the layers, on an inverted log axis." },
  { name: "gaps", of: "reading", fragment: "view=watch&at=2,4&watch=5,19,14,15&scale=prob", shows: "What the reading did not record is a gap that says so." },
  { name: "table", of: "reading", fragment: "view=table&at=2,4", shows: "Table: the same numbers for screen readers and for copying." },
  { name: "compare", of: "comparison", fragment: "view=compare&metric=entropy&at=2,4", shows: "Compare: two readings on common positions, and their difference." },
  { name: "zoomed", of: "reading", fragment: "view=heatmap&metric=entropy&zoom=-9&at=2,4&ramp=viridis", shows: "Zoomed out: columns without words, colours alone." },
];
