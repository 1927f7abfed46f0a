// Logic is tested without a browser: these stand in for what it asks of one. (What needs a real one is in browser/.)
Object.assign(globalThis, {
  Element: class {},
  document: { createElement: () => ({ getContext: () => null }) },
});
