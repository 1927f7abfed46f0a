var me = Symbol.for("preact-signals");
function Mt() {
  if (_ > 1)
    _--;
  else {
    var t, e = !1;
    for ((function() {
      var s = ft;
      for (ft = void 0; s !== void 0; ) {
        var i = s.S;
        if (i.v === s.v) for (var a = i.t; a !== void 0; a = a.x) a.i === s.i && (a.i = i.i);
        s = s.o;
      }
    })(); Q !== void 0; ) {
      var n = Q;
      for (Q = void 0, ht++; n !== void 0; ) {
        var o = n.u;
        if (n.u = void 0, n.f &= -3, !(8 & n.f) && Zt(n)) try {
          n.c();
        } catch (s) {
          e || (t = s, e = !0);
        }
        n = o;
      }
    }
    if (ht = 0, _--, e) throw t;
  }
}
var Y, $ = void 0;
function wt(t) {
  var e = $, n = Y;
  $ = void 0, Y = void 0;
  try {
    return t();
  } finally {
    $ = e, Y = n;
  }
}
var Q = void 0, _ = 0, ht = 0, zt = 0, ft = void 0, dt = 0;
function Gt(t) {
  if ($ !== void 0) {
    var e = t.n;
    if (e === void 0 || e.t !== $)
      return e = { i: 0, S: t, p: $.s, n: void 0, t: $, e: void 0, x: void 0, r: e }, $.s !== void 0 && ($.s.n = e), $.s = e, t.n = e, 32 & $.f && t.S(e), e;
    if (e.i === -1)
      return e.i = 0, e.n !== void 0 && (e.n.p = e.p, e.p !== void 0 && (e.p.n = e.n), e.p = $.s, e.n = void 0, $.s.n = e, $.s = e), e;
  }
}
function R(t, e) {
  this.v = t, this.i = 0, this.n = void 0, this.t = void 0, this.l = 0, this.W = e?.watched, this.Z = e?.unwatched, this.name = e?.name;
}
R.prototype.brand = me;
R.prototype.h = function() {
  return !0;
};
R.prototype.S = function(t) {
  var e = this, n = this.t;
  n !== t && t.e === void 0 && (t.x = n, this.t = t, n !== void 0 ? n.e = t : wt(function() {
    var o;
    (o = e.W) == null || o.call(e);
  }));
};
R.prototype.U = function(t) {
  var e = this;
  if (this.t !== void 0) {
    var n = t.e, o = t.x;
    n !== void 0 && (n.x = o, t.e = void 0), o !== void 0 && (o.e = n, t.x = void 0), t === this.t && (this.t = o, o === void 0 && wt(function() {
      var s;
      (s = e.Z) == null || s.call(e);
    }));
  }
};
R.prototype.subscribe = function(t) {
  var e = this;
  return M(function() {
    var n = e.value;
    wt(function() {
      return t(n);
    });
  }, { name: "sub" });
};
R.prototype.valueOf = function() {
  return this.value;
};
R.prototype.toString = function() {
  return this.value + "";
};
R.prototype.toJSON = function() {
  return this.value;
};
R.prototype.peek = function() {
  var t = this;
  return wt(function() {
    return t.value;
  });
};
Object.defineProperty(R.prototype, "value", { get: function() {
  var t = Gt(this);
  return t !== void 0 && (t.i = this.i), this.v;
}, set: function(t) {
  if (t !== this.v) {
    if (ht > 100) throw new Error("Cycle detected");
    (function(n) {
      _ !== 0 && ht === 0 && n.l !== zt && (n.l = zt, ft = { S: n, v: n.v, i: n.i, o: ft });
    })(this), this.v = t, this.i++, dt++, _++;
    try {
      for (var e = this.t; e !== void 0; e = e.x) e.t.N();
    } finally {
      Mt();
    }
  }
} });
function E(t, e) {
  return new R(t, e);
}
function Zt(t) {
  for (var e = t.s; e !== void 0; e = e.n) if (e.S.i !== e.i || !e.S.h() || e.S.i !== e.i) return !0;
  return !1;
}
function Jt(t) {
  for (var e = t.s; e !== void 0; e = e.n) {
    var n = e.S.n;
    if (n !== void 0 && (e.r = n), e.S.n = e, e.i = -1, e.n === void 0) {
      t.s = e;
      break;
    }
  }
}
function Xt(t) {
  for (var e = t.s, n = void 0; e !== void 0; ) {
    var o = e.p;
    e.i === -1 ? (e.S.U(e), o !== void 0 && (o.n = e.n), e.n !== void 0 && (e.n.p = o)) : n = e, e.S.n = e.r, e.r !== void 0 && (e.r = void 0), e = o;
  }
  t.s = n;
}
function U(t, e) {
  R.call(this, void 0, e), this.x = t, this.s = void 0, this.g = dt - 1, this.f = 4;
}
U.prototype = new R();
U.prototype.h = function() {
  if (this.f &= -3, 1 & this.f) return !1;
  if ((36 & this.f) == 32 || (this.f &= -5, this.g === dt)) return !0;
  if (this.g = dt, this.f |= 1, this.i > 0 && !Zt(this))
    return this.f &= -2, !0;
  var t = $;
  try {
    Jt(this), $ = this;
    var e = this.x();
    (16 & this.f || this.v !== e || this.i === 0) && (this.v = e, this.f &= -17, this.i++);
  } catch (n) {
    this.v = n, this.f |= 16, this.i++;
  }
  return $ = t, Xt(this), this.f &= -2, !0;
};
U.prototype.S = function(t) {
  if (this.t === void 0) {
    this.f |= 36;
    for (var e = this.s; e !== void 0; e = e.n) e.S.S(e);
  }
  R.prototype.S.call(this, t);
};
U.prototype.U = function(t) {
  if (this.t !== void 0 && (R.prototype.U.call(this, t), this.t === void 0)) {
    this.f &= -33;
    for (var e = this.s; e !== void 0; e = e.n) e.S.U(e);
  }
};
U.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (var t = this.t; t !== void 0; t = t.x) t.t.N();
  }
};
Object.defineProperty(U.prototype, "value", { get: function() {
  if (1 & this.f) throw new Error("Cycle detected");
  var t = Gt(this);
  if (this.h(), t !== void 0 && (t.i = this.i), 16 & this.f) throw this.v;
  return this.v;
} });
function tt(t, e) {
  return new U(t, e);
}
function Yt(t) {
  var e = t.j;
  if (t.j = void 0, typeof e == "function") {
    _++;
    var n = $;
    $ = void 0;
    try {
      e();
    } catch (o) {
      throw t.f &= -2, t.f |= 8, St(t), o;
    } finally {
      $ = n, Mt();
    }
  }
}
function St(t) {
  for (var e = t.s; e !== void 0; e = e.n) e.S.U(e);
  t.x = void 0, t.s = void 0, Yt(t);
}
function we(t) {
  if ($ !== this) throw new Error("Out-of-order effect");
  Xt(this), $ = t, this.f &= -2;
  try {
    8 & this.f && St(this);
  } finally {
    Mt();
  }
}
function V(t, e) {
  this.x = t, this.j = void 0, this.s = void 0, this.u = void 0, this.f = 32, this.name = e?.name, Y && Y.push(this);
}
V.prototype.c = function() {
  var t = this.S();
  try {
    if (8 & this.f || this.x === void 0) return;
    var e = this.x();
    typeof e == "function" && (this.j = e);
  } finally {
    t();
  }
};
V.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1, this.f &= -9, Yt(this), Jt(this), _++;
  var t = $;
  return $ = this, we.bind(this, t);
};
V.prototype.N = function() {
  2 & this.f || (this.f |= 2, this.u = Q, Q = this);
};
V.prototype.d = function() {
  this.f |= 8, 1 & this.f || St(this);
};
V.prototype.dispose = function() {
  this.d();
};
function M(t, e) {
  var n = new V(t, e);
  try {
    n.c();
  } catch (s) {
    throw n.d(), s;
  }
  var o = n.d.bind(n);
  return o[Symbol.dispose] = o, o;
}
const Qt = "–";
function q(t) {
  if (Number.isNaN(t)) return Qt;
  if (t < Math.fround(1e-4)) return "<0.01%";
  if (t > Math.fround(0.9999)) return ">99.99%";
  const e = t * 100;
  return `${e.toFixed(e >= 9.995 && e < 98.95 ? 1 : 2)}%`;
}
function B(t) {
  if (Number.isNaN(t)) return Qt;
  if (!Number.isFinite(t)) return t > 0 ? "∞" : "-∞";
  const e = t.toFixed(Math.abs(t) < 99.995 ? 2 : 1);
  return e === "-0.00" ? "0.00" : e;
}
const nt = (t) => String(t).replace(/\B(?=(\d{3})+$)/g, ",");
function te(t) {
  return t < 1e4 ? String(t) : t < 1e6 ? `${Math.floor(t / 1e3)}k` : `${Math.floor(t / 1e6)}M`;
}
const eo = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ Object.defineProperty({
  __proto__: null,
  bits: B,
  percent: q,
  rank: nt,
  rankShort: te
}, Symbol.toStringTag, { value: "Module" })), ge = { light: { surface: "#ffffff", raised: "#f6f7f9", sunken: "#eceff3", text: "#16181d", muted: "#595f69", line: "#d5d9e0", accent: "#0072b2", focus: "#b0005e", warning: "#8a4b00" }, dark: { surface: "#14161b", raised: "#1d2027", sunken: "#0e1014", text: "#eceef2", muted: "#a2a9b5", line: "#363b45", accent: "#56b4e9", focus: "#ff7ab8", warning: "#f0b357" } }, ve = { default: "cividis", light: { cividis: ["#fee838", "#f0d846", "#dec958", "#cdbb63", "#bcae6c", "#aba072", "#9b9476", "#8c8878", "#7d7c78", "#6f7073", "#61656f", "#535a6d", "#434e6c", "#32436d", "#1a386f", "#002e6a", "#00224e"], viridis: ["#fde725", "#d8e219", "#addc30", "#84d44b", "#5ec962", "#3fbc73", "#28ae80", "#1fa088", "#21918c", "#26828e", "#2c728e", "#33638d", "#3b528b", "#424086", "#472d7b", "#48186a", "#440154"], rose: ["#f8ecf5", "#f7e0f0", "#f5d5eb", "#f3c9e5", "#f1bede", "#f0b2d8", "#eea6d1", "#ec9ac9", "#ea8ec1", "#e782b9", "#e575b0", "#e368a7", "#e05a9e", "#dd4b95", "#da398b", "#d72381", "#d30076"] }, dark: { cividis: ["#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78", "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838"], viridis: ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"], rose: ["#281a37", "#322041", "#3d264b", "#482c55", "#54325f", "#603869", "#6d3e72", "#7b447b", "#884a84", "#97508c", "#a55694", "#b45c9b", "#c462a2", "#d369a8", "#e36fad", "#f476b2", "#ff7cb7"] } }, be = { light: ["#00569f", "#256bab", "#467eb6", "#6492c2", "#81a6cd", "#9ebad8", "#bbcee2", "#d9e2ed", "#f7f7f7", "#f2e1da", "#edccbd", "#e7b6a1", "#e0a185", "#d88b68", "#d0754b", "#c75f28", "#bd4600"], dark: ["#52b5f4", "#4ea1d8", "#4a8ebc", "#467ca1", "#406a86", "#3b586d", "#354754", "#2e363d", "#262626", "#3d342c", "#554131", "#6e4f36", "#875d39", "#a26b3c", "#bd7a3e", "#d98840", "#f59740"] }, ke = { light: ["#0072b2", "#d55e00", "#009e73", "#b9588f", "#a97000", "#2f8fc6", "#5f6368", "#857500"], dark: ["#56b4e9", "#e69f00", "#2dbd92", "#dd8fbb", "#f0e442", "#ef7b2f", "#a3b8cc", "#8fd3c1"], dashes: [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [5, 2, 1.5, 2, 1.5, 2], [1, 3], [12, 3], [4, 4]], markers: ["circle", "diamond", "triangle", "square", "circle-open", "diamond-open", "triangle-open", "square-open"] }, ye = { rank: { label: "rank", curve: "log", strong: 1, faint: 5e3, blank: 5e3, ticks: [1, 3, 10, 30, 100, 300, 1e3, 5e3] }, prob: { label: "probability", curve: "root", strong: 1, faint: 0, blank: 1e-4, ticks: [1, 0.5, 0.2, 0.05, 0.01, 1e-4] }, logit: { label: "logit", curve: "linear", strong: null, faint: null, blank: null, ticks: [] }, entropy: { label: "entropy, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, kl: { label: "KL, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, surprisal: { label: "surprisal, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] } }, H = {
  grounds: ge,
  ramps: ve,
  diverging: be,
  series: ke,
  metrics: ye
}, Et = ["cividis", "viridis", "rose"], xe = H.ramps.default, ee = H.metrics, j = (t) => H.grounds[t], $e = (t) => H.series[t], Me = (t) => [1, 3, 5].map((e) => parseInt(t.slice(e, e + 2), 16));
function Se([t, e, n]) {
  const o = (s) => {
    const i = s / 255;
    return i <= 0.04045 ? i / 12.92 : ((i + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * o(t) + 0.7152 * o(e) + 0.0722 * o(n);
}
function Ee(t) {
  const e = Se(t);
  return (e + 0.05) / 0.05 >= 1.05 / (e + 0.05) ? "#000000" : "#ffffff";
}
function Ae(t) {
  const e = t.map(Me), n = { css: [], ink: [], packed: new Uint32Array(256) };
  for (let o = 0; o < 256; o++) {
    const s = o / 255 * (e.length - 1), i = Math.min(Math.floor(s), e.length - 2), [a, r] = [e[i], e[i + 1]], c = a.map((h, f) => Math.round(h + (r[f] - h) * (s - i)));
    n.css.push(`#${c.map((h) => h.toString(16).padStart(2, "0")).join("")}`), n.ink.push(Ee(c)), n.packed[o] = (255 << 24 | c[2] << 16 | c[1] << 8 | c[0]) >>> 0;
  }
  return n;
}
const It = /* @__PURE__ */ new Map();
function At(t, e) {
  const n = `${t} ${e}`;
  let o = It.get(n);
  return o || (o = Ae(t === "diverging" ? H.diverging[e] : H.ramps[e][t]), It.set(n, o)), o;
}
const ne = (t) => t >= 0 ? Math.round(Math.min(t, 1) * 255) : -1, et = {
  rank: { name: "Rank", describe: "rank of the token that came next", write: te, ofTarget: !0 },
  prob: { name: "Probability", describe: "probability of the token that came next", write: q, ofTarget: !0 },
  entropy: { name: "Entropy", describe: "entropy of the prediction, in bits", write: B, ofTarget: !1 },
  kl: { name: "KL", describe: "KL divergence of the last layer from this one, in bits", write: B, ofTarget: !1 },
  surprisal: { name: "Surprisal", describe: "surprisal of the token that came next, in bits", write: B, ofTarget: !0 }
}, W = Object.keys(et);
function Lt(t, e) {
  const n = t.columns;
  return { rank: n.targetRank, prob: n.targetProb, entropy: n.entropyBits, kl: n.klBits, surprisal: n.surprisalBits }[e];
}
function Nt(t, e) {
  const { curve: n, strong: o, faint: s, blank: i } = ee[t];
  return n === "log" ? e > i ? NaN : 1 - Math.log(e / o) / Math.log(s / o) : o > s ? e < i ? NaN : Math.sqrt((e - s) / (o - s)) : e <= i ? 1 - Math.sqrt(Math.max(0, e - o) / (s - o)) : NaN;
}
function Le(t) {
  const e = (i) => t === "prob" ? `${+(i * 100).toPrecision(2)}%` : t === "rank" ? nt(i) : String(i), { ticks: n, blank: o } = ee[t], s = t === "prob" ? `below ${e(o)}` : `beyond ${e(o)}`;
  return { ticks: n.map((i) => ({ label: e(i), strength: Nt(t, i) })), beyond: s };
}
const Ne = 3, Re = /[\0-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u3164\uffa0\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1345f}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}\ud800-\udfff]/u, Ce = /[\p{Mn}\p{Me}\p{Grapheme_Extend}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u, Bt = (t) => Re.test(t) || (t.codePointAt(0) & 65534) === 65534, it = /* @__PURE__ */ new Map();
function ot(t) {
  let e = it.get(t);
  return e === void 0 && (e = Te(t), it.size > 1e5 && it.clear(), it.set(t, e)), e;
}
function Te(t) {
  const e = t.length - t.replace(/^ +/, "").length, n = t.replace(/ +$/, "").length;
  let o = "", s = 0, i = 0;
  for (const a of t) {
    const r = !Bt(a) && Ce.test(a);
    s = r ? s + 1 : 0, a === " " && (i < e || i >= n) ? o += "␣" : a === `
` ? o += "⏎" : a === "	" ? o += "⇥" : Bt(a) || s > Ne ? o += `⟨U+${a.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩` : o += r && o === "" ? `◌${a}` : a, i += a.length;
  }
  return o;
}
const T = (t) => t === "" ? "''" : ot(t);
function Pe(t, e) {
  return Int16Array.from(Lt(t, e), (n) => ne(Nt(e, n)));
}
function ze(t, e) {
  const n = t.input(e);
  return {
    index: String(t.positions[e] ?? ""),
    input: T(n?.text ?? ""),
    target: T(t.targetText(e)),
    origin: n?.origin ?? "prompt",
    argmax: t.targets[e]?.isArgmax ?? !1
  };
}
function Rt(t, e, n) {
  const [o] = t.top(e, n), s = t.target(e, n), i = t.rowName(e), a = `${/^\d/.test(i) ? `layer ${i}` : i}, position ${t.positions[n]}, after ${T(t.input(n)?.text ?? "")}`, r = o ? `top ${T(t.text(o.id))} ${q(o.prob)}` : "no candidates";
  return `${a}: ${r}; target ${T(t.targetText(n))} rank ${nt(s.rank)}, ${q(s.prob)}`;
}
function Ie(t, e, n) {
  const o = Lt(t, e), s = et[e].write, i = t.lastRow;
  return {
    rows: t.height,
    columns: t.width,
    steps: Pe(t, e),
    lut: n,
    rowName: (a) => t.rowName(a),
    head: (a) => ze(t, a),
    label: (a, r) => T(t.text(t.topId(a, r))),
    number: (a, r) => s(o[t.cell(a, r)]),
    tick: (a, r) => t.topId(a, r) === t.topId(i, r),
    describe: (a, r) => Rt(t, a, r)
  };
}
const pt = 8;
class Be {
  constructor(e, n) {
    this.source = n, this.reading = E(e), this.cursor = E({ row: e.lastRow, column: e.blank() }), this.watched = E(Oe(e)), this.shown = tt(() => this.pinned.value ? this.cursor.value : this.hover.value ?? this.cursor.value), this.shade = tt(() => {
      const o = this.theme.value;
      return o === "auto" ? this.systemDark.value ? "dark" : "light" : o;
    });
  }
  reading;
  other = E(null);
  view = E("heatmap");
  metric = E("rank");
  theme = E("auto");
  systemDark = E(!1);
  ramp = E(xe);
  /** Where the keyboard is. */
  cursor;
  hover = E(null);
  pinned = E(!1);
  watched;
  watchScale = E("rank");
  /** Numbers that the source was asked for, by token. */
  asked = E(/* @__PURE__ */ new Map());
  find = E("");
  /** By hand: how far B's columns are moved; null: aligned by common beginning and end. */
  shift = E(null);
  /** Cell size in CSS pixels; 0: what suits the reading. */
  zoom = E(0);
  /** What a screen reader says next. */
  message = E("");
  /** The cell that the detail shows: pinned, else under the pointer, else the keyboard's. */
  shown;
  shade;
  /** Moves the keyboard's cell, kept within the reading. */
  move(e, n) {
    const o = this.reading.peek(), s = (i, a) => Math.max(0, Math.min(a - 1, i));
    this.cursor.value = { row: s(e, o.height), column: s(n, o.width) };
  }
  /** Watches a token, or stops watching it. */
  toggleWatch(e) {
    const n = this.watched.peek(), o = n.filter((s) => s.id !== e.id);
    if (o.length === n.length && n.length >= pt) {
      this.message.value = `At most ${pt} tokens can be told apart: stop watching one first.`;
      return;
    }
    this.watched.value = o.length < n.length ? o : [...n, e];
  }
  isWatched(e) {
    return this.watched.value.some((n) => n.id === e);
  }
}
function Oe(t) {
  const e = t.watched.map((s) => s.ids[0]), n = t.top(t.lastRow, t.blank()).slice(0, 3).map((s) => s.id);
  return [...new Set(e.length ? e : n)].slice(0, pt).map((s) => ({ id: s, text: t.text(s) }));
}
function oe(t, e, n) {
  for (const [o, s] of Object.entries(e))
    s == null || s === !1 || (typeof s == "function" ? t.addEventListener(o.slice(2), s) : t.setAttribute(o, s === !0 ? "" : String(s)));
  for (const o of n) o != null && o !== !1 && t.append(o);
}
function w(t, e = {}, ...n) {
  const o = document.createElement(t);
  return oe(o, e, n), o;
}
function Ot(t, e = {}, ...n) {
  const o = document.createElementNS("http://www.w3.org/2000/svg", t);
  return oe(o, e, n), o;
}
const D = (t) => w("bdi", { class: "f-token" }, t), _e = {
  sun: "M8 5.2A2.8 2.8 0 1 0 8 10.8 2.8 2.8 0 1 0 8 5.2M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1",
  moon: "M13.5 9.7A6 6 0 0 1 6.3 2.5 6 6 0 1 0 13.5 9.7z",
  auto: "M8 2A6 6 0 1 0 8 14 6 6 0 1 0 8 2M8 2v12M8 5h4.8M8 8h6M8 11h4.8",
  save: "M8 2v8M4.8 7.2 8 10.4l3.2-3.2M2.5 11.5v2h11v-2",
  help: "M5.6 6a2.4 2.4 0 1 1 3.5 2.1c-.7.4-1.1.8-1.1 1.6M8 12.2v.1",
  find: "M7 2.5A4.5 4.5 0 1 0 7 11.5 4.5 4.5 0 1 0 7 2.5M10.3 10.3l3.2 3.2",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  pin: "M6 2.5h4l-.6 4.2 2.1 2.1h-7l2.1-2.1zM8 8.8v4.7"
};
function O(t) {
  return Ot(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "f-icon" },
    Ot("path", { d: _e[t] })
  );
}
const K = 4096, se = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif', ie = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace', mt = (t) => `${t.italic ? "italic " : ""}${t.bold ? "600 " : ""}${t.size}px ${t.mono ? ie : se}`;
function Ct(t, e) {
  t.textBaseline = "middle";
  for (const n of e)
    switch (n.op) {
      case "rect":
        je(t, n);
        break;
      case "text":
        t.font = mt(n), t.fillStyle = n.fill, t.textAlign = n.align ?? "left", t.fillText(n.text, n.x, n.y);
        break;
      case "path":
      case "lines":
        Ue(t, n);
        break;
      case "circle":
        t.beginPath(), t.arc(n.x, n.y, n.r, 0, 2 * Math.PI), t.fillStyle = n.fill, t.fill(), t.lineWidth = n.line, t.strokeStyle = n.stroke, t.setLineDash([]), t.stroke();
        break;
      case "cells":
        We(t, n);
        break;
      case "clip":
        t.save(), t.beginPath(), t.rect(n.x, n.y, n.w, n.h), t.clip(), t.textBaseline = "middle";
        break;
      case "unclip":
        t.restore(), t.textBaseline = "middle";
        break;
    }
}
function je(t, e) {
  t.beginPath(), e.round ? t.roundRect(e.x, e.y, e.w, e.h, e.round) : t.rect(e.x, e.y, e.w, e.h), e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash([]), t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function Ue(t, e) {
  t.beginPath();
  const n = e.op === "lines" ? 4 : e.points.length;
  for (let o = 0; o < e.points.length; o += n)
    for (let s = o; s < o + n; s += 2) {
      const [i, a] = [e.points[s], e.points[s + 1]];
      s === o ? t.moveTo(i, a) : t.lineTo(i, a);
    }
  e.op === "path" && e.close && t.closePath(), e.op === "path" && e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash(e.op === "path" ? e.dash ?? [] : []), t.lineJoin = "round", t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function We(t, e) {
  t.imageSmoothingEnabled = !1;
  const n = e.r1 - e.r0;
  for (let o = e.c0; o < e.c1; ) {
    const s = Math.floor(o / K), i = Math.min(e.c1, (s + 1) * K), a = e.image.tiles[s], r = e.x + (o - e.c0) * e.w;
    a && t.drawImage(a, o - s * K, e.r0, i - o, n, r, e.y, (i - o) * e.w, n * e.h), o = i;
  }
}
function Fe(t, e, n, o, s) {
  const i = parseInt(s.slice(1), 16), a = (255 << 24 | (i & 255) << 16 | i & 65280 | i >> 16) >>> 0, r = [];
  for (let c = 0; c < t; c += K) {
    const h = Math.min(K, t - c), f = document.createElement("canvas");
    f.width = h, f.height = e;
    const l = f.getContext("2d");
    if (l) {
      const u = l.createImageData(h, e), d = new Uint32Array(u.data.buffer);
      for (let m = 0; m < e; m++)
        for (let g = 0; g < h; g++) {
          const v = n[m * t + c + g];
          d[m * h + g] = v < 0 ? a : o.packed[v];
        }
      l.putImageData(u, 0, 0);
    }
    r.push(f);
  }
  return { columns: t, rows: e, tiles: r, step: (c, h) => n[c * t + h], lut: o, blank: s };
}
function Tt(t, e, n) {
  const o = window.devicePixelRatio || 1, [s, i] = [Math.round(e * o), Math.round(n * o)];
  return t.width === s && t.height === i ? !1 : (t.width = s, t.height = i, t.style.width = `${e}px`, t.style.height = `${n}px`, !0);
}
let rt = null;
const at = /* @__PURE__ */ new Map();
function kt(t, e) {
  const n = `${mt(e)}\0${t}`;
  let o = at.get(n);
  if (o === void 0) {
    if (rt ??= document.createElement("canvas").getContext("2d"), !rt) return t.length * e.size * 0.6;
    rt.font = mt(e), o = rt.measureText(t).width, at.size > 2e5 && at.clear(), at.set(n, o);
  }
  return o;
}
const _t = typeof Intl < "u" && "Segmenter" in Intl ? new Intl.Segmenter() : null, ct = /* @__PURE__ */ new Map();
function yt(t, e, n) {
  if (kt(t, n) <= e) return t;
  const o = `${e}\0${mt(n)}\0${t}`;
  let s = ct.get(o);
  if (s === void 0) {
    const i = _t ? Array.from(_t.segment(t), (c) => c.segment) : Array.from(t);
    let [a, r] = [0, i.length];
    for (; a < r; ) {
      const c = a + r + 1 >> 1;
      kt(`${i.slice(0, c).join("")}…`, n) <= e ? a = c : r = c - 1;
    }
    s = a > 0 ? `${i.slice(0, a).join("")}…` : "", ct.size > 1e5 && ct.clear(), ct.set(o, s);
  }
  return s;
}
const jt = (t) => t.replace(/[&<>"]/g, (e) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[e]), S = (t) => String(Math.round(t * 100) / 100);
function De(t, e, n, o, s) {
  let i = 0;
  const a = t.map((r) => {
    switch (r.op) {
      case "rect":
        return `<rect x="${S(r.x)}" y="${S(r.y)}" width="${S(r.w)}" height="${S(r.h)}"${r.round ? ` rx="${r.round}"` : ""} fill="${r.fill ?? "none"}"${r.stroke ? ` stroke="${r.stroke}" stroke-width="${r.line ?? 1}"` : ""}/>`;
      case "text": {
        const c = { left: "start", center: "middle", right: "end" }[r.align ?? "left"], h = `${r.bold ? ' font-weight="600"' : ""}${r.italic ? ' font-style="italic"' : ""}${r.mono ? ' class="m"' : ""}`;
        return `<text x="${S(r.x)}" y="${S(r.y)}" font-size="${r.size}" fill="${r.fill}" text-anchor="${c}"${h}>${jt(r.text)}</text>`;
      }
      case "path": {
        const c = r.dash?.length ? ` stroke-dasharray="${r.dash.join(" ")}"` : "";
        return `<path d="${r.points.map((f, l) => `${l === 0 ? "M" : l % 2 ? " " : "L"}${S(f)}`).join("")}${r.close ? "z" : ""}" fill="${r.fill ?? "none"}" stroke="${r.stroke ?? "none"}" stroke-width="${r.line ?? 1}" stroke-linejoin="round"${c}/>`;
      }
      case "lines":
        return `<path d="${r.points.map((h, f) => `${f % 4 === 0 ? "M" : f % 4 === 2 ? "L" : " "}${S(h)}`).join("")}" fill="none" stroke="${r.stroke}" stroke-width="${r.line}"/>`;
      case "circle":
        return `<circle cx="${S(r.x)}" cy="${S(r.y)}" r="${r.r}" fill="${r.fill}" stroke="${r.stroke}" stroke-width="${r.line}"/>`;
      case "cells":
        return Ke(r);
      case "clip":
        return i++, `<clipPath id="c${i}"><rect x="${S(r.x)}" y="${S(r.y)}" width="${S(r.w)}" height="${S(r.h)}"/></clipPath><g clip-path="url(#c${i})">`;
      case "unclip":
        return "</g>";
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${S(e)}" height="${S(n)}" viewBox="0 0 ${S(e)} ${S(n)}" font-family='${se}'>
<title>${jt(s)}</title>
<style>text{dominant-baseline:central;white-space:pre}.m{font-family:${ie}}</style>
<rect width="100%" height="100%" fill="${o}"/>
${a.join(`
`)}
</svg>
`;
}
function Ke(t) {
  const e = [];
  for (let n = t.r0; n < t.r1; n++)
    for (let o = t.c0; o < t.c1; o++) {
      const s = t.image.step(n, o);
      if (s < 0) continue;
      const [i, a] = [t.x + (o - t.c0) * t.w, t.y + (n - t.r0) * t.h];
      e.push(`<rect x="${S(i)}" y="${S(a)}" width="${S(t.w)}" height="${S(t.h)}" fill="${t.image.lut.css[s]}"/>`);
    }
  return e.join(`
`);
}
function re(t, e) {
  const n = document.createElement("a"), o = URL.createObjectURL(t);
  n.href = o, n.download = e, n.click(), setTimeout(() => URL.revokeObjectURL(o), 1e4);
}
const Ut = 26;
function ae(t, e, n) {
  const o = { op: "text", x: 8, y: t.height + Ut / 2, text: e, size: 11, fill: n };
  return { ...t, height: t.height + Ut, ops: [...t.ops, o] };
}
function qe(t, e, n, o, s) {
  const { ops: i, width: a, height: r } = ae(t, n, s);
  re(new Blob([De(i, a, r, o, n)], { type: "image/svg+xml" }), `${e}.svg`);
}
function He(t, e, n, o, s) {
  const { ops: i, width: a, height: r } = ae(t, n, s), c = 2, h = document.createElement("canvas");
  h.width = a * c, h.height = r * c;
  const f = h.getContext("2d");
  f && (f.scale(c, c), f.fillStyle = o, f.fillRect(0, 0, a, r), Ct(f, i), h.toBlob((l) => l && re(l, `${e}.png`)));
}
function Ve(t) {
  return tt(() => {
    const e = t.find.value.toLowerCase();
    if (!e) return null;
    const n = t.reading.value, o = ce(t, e);
    return (s, i) => o.has(n.topId(s, i));
  });
}
const xt = (t, e) => t.toLowerCase().includes(e) || ot(t).toLowerCase().includes(e);
function ce(t, e) {
  const n = /* @__PURE__ */ new Set();
  for (const [o, s] of t.reading.value.vocabulary) xt(s, e) && n.add(o);
  return n;
}
function Ge(t, e = !1) {
  const n = t.find.peek().toLowerCase();
  if (!n) return !1;
  const o = t.reading.peek(), s = ce(t, n), { row: i, column: a } = t.cursor.peek(), r = o.width * o.height, c = a * o.height + i;
  for (let h = 1; h <= r; h++) {
    const f = (c + (e ? r - h : h)) % r, [l, u] = [Math.floor(f / o.height), f % o.height];
    if (u === o.lastRow && (xt(o.input(l)?.text ?? "", n) || xt(o.targetText(l), n)) || s.has(o.topId(u, l)))
      return t.move(u, l), !0;
  }
  return t.message.value = `Nothing holds “${ot(t.find.peek())}”.`, !1;
}
function Ze(t) {
  const e = w("div", { class: "f-legend-bar" }), n = w("div", { class: "f-legend-marks" }), o = w("span", { class: "f-legend-beyond" }), s = w("div", { class: "f-legend" }, w("div", { class: "f-legend-scale" }, e, n), o), i = M(() => {
    const a = t.metric.value, r = At(t.ramp.value, t.shade.value).css, c = Le(a), h = Array.from({ length: 17 }, (l, u) => r[255 - Math.round(u * 255 / 16)]);
    e.style.background = `linear-gradient(to right, ${h.join(", ")})`;
    const f = c.ticks.map(({ label: l, strength: u }) => {
      const d = w("span", {}, l);
      return d.style.left = `${(1 - u) * 100}%`, d;
    });
    n.replaceChildren(...f), o.textContent = `blank: ${c.beyond}`, s.title = et[a].describe, s.setAttribute("role", "img"), s.setAttribute("aria-label", `Colour shows the ${et[a].describe}, on a fixed scale; ${c.beyond} is blank`);
  });
  return { element: s, dispose: i };
}
function le(t) {
  const { model: e, lens: n, precision: o, sampling: s } = t.info, i = s ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[s.method] : null;
  return [`${e.name}`, `${e.weights} weights, ${o}`, `${n.kind} lens, ${n.norm}`, i].filter((r) => r).map((r) => ot(r)).join(" · ");
}
function Je(t) {
  const e = (a) => t.tokens.filter((r) => a.includes(r.origin)).map((r) => r.text).join(""), n = (a, r) => a.length > r ? `${Array.from(a).slice(0, r).join("")}…` : a, o = (a) => a.split(" ").map(ot).join(" "), s = D(o(n(e(["prompt", "template"]), 160))), i = D(o(n(e(["output"]), 120)));
  return i.classList.add("f-output"), [s, i];
}
function Xe(t, e) {
  const n = w("h1", { class: "f-title" }), o = w("p", { class: "f-sub" }), s = w("input", {
    class: "f-search",
    type: "search",
    placeholder: "Find a token  /",
    "aria-label": "Find a token",
    spellcheck: "false",
    autocomplete: "off"
  });
  s.addEventListener("input", () => t.find.value = s.value), s.addEventListener("keydown", (c) => {
    c.key === "Enter" && Ge(t, c.shiftKey), c.key === "Escape" && (t.find.value = "", s.blur());
  });
  const i = w(
    "header",
    { class: "f-header" },
    w("div", { class: "f-titles" }, n, o),
    w("div", { class: "f-tools" }, s, Ye(t), Qe(t, e.drawing), w("button", { class: "f-button f-quiet", type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: e.help }, O("help")))
  ), a = [
    M(() => {
      const c = t.reading.value;
      n.replaceChildren(...Je(c)), o.textContent = le(c);
    }),
    M(() => {
      s.value !== t.find.value && (s.value = t.find.value);
    })
  ];
  return { element: i, find: () => {
    s.focus(), s.select();
  }, dispose: () => a.forEach((c) => c()) };
}
function Ye(t) {
  const e = { auto: "light", light: "dark", dark: "auto" }, n = { auto: "as the system", light: "light", dark: "dark" }, o = w("button", { class: "f-button f-quiet", type: "button", onclick: () => t.theme.value = e[t.theme.peek()] });
  return M(() => {
    const s = t.theme.value;
    o.replaceChildren(O(s === "auto" ? "auto" : s === "light" ? "sun" : "moon")), o.title = `Theme: ${n[s]}`, o.setAttribute("aria-label", o.title);
  }), o;
}
function Qe(t, e) {
  const n = () => t.reading.peek().info.model.name.replace(/[^\w.-]+/g, "-") || "reading", o = (r) => () => {
    a.open = !1;
    const c = e();
    if (!c) {
      t.message.value = "The table is no drawing: copy it instead.";
      return;
    }
    const h = j(t.shade.peek());
    r(c, `${n()}-${t.view.peek()}`, le(t.reading.peek()), h.surface, h.muted);
  }, s = (r, c) => w("button", { class: "f-button f-quiet", type: "button", onclick: c }, r), i = w("select", { class: "f-select", "aria-label": "Colours", onchange: () => t.ramp.value = i.value }, ...Et.map((r) => w("option", { value: r }, r)));
  M(() => {
    i.value = t.ramp.value;
  });
  const a = w(
    "details",
    { class: "f-menu" },
    w("summary", { class: "f-button f-quiet", title: "Save this view, choose colours", "aria-label": "Save this view, choose colours" }, O("save")),
    w("div", { class: "f-menu-list" }, s("Save view as SVG", o(qe)), s("Save view as PNG", o(He)), w("label", { class: "f-field" }, "Colours", i))
  );
  return a.addEventListener("focusout", (r) => {
    r.relatedTarget instanceof Node && a.contains(r.relatedTarget) || (a.open = !1);
  }), a;
}
const Wt = [["heatmap", "Heatmap"], ["watch", "Watch"], ["compare", "Compare"], ["table", "Table"]];
function tn(t, e) {
  const n = new Map(Wt.map(([l, u]) => [l, w("button", { class: "f-tab", type: "button", role: "tab", id: `f-tab-${l}`, onclick: () => t.view.value = l }, u)])), o = w("div", { class: "f-tabs", role: "tablist", "aria-label": "Views" }, ...n.values());
  o.addEventListener("keydown", (l) => {
    const u = { ArrowRight: 1, ArrowLeft: -1 }[l.key];
    if (!u) return;
    const d = Wt.map(([g]) => g).filter((g) => !n.get(g).hidden), m = d[(d.indexOf(e.peek()) + u + d.length) % d.length];
    t.view.value = m, n.get(m)?.focus(), l.preventDefault(), l.stopPropagation();
  });
  const s = w("select", { class: "f-select", onchange: () => t.metric.value = s.value }, ...W.map((l) => w("option", { value: l }, et[l].name))), i = Ze(t), a = (l) => t.zoom.value = l === 0 ? 0 : Math.max(-16, Math.min(6, t.zoom.peek() + l)), r = w(
    "div",
    { class: "f-zoom", role: "group", "aria-label": "Zoom" },
    w("button", { class: "f-button f-quiet", type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => a(-1) }, O("minus")),
    w("button", { class: "f-button f-quiet", type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => a(1) }, O("plus"))
  ), c = w("div", { class: "f-colour" }, w("label", { class: "f-field" }, "Colour", s), i.element, r), h = w("nav", { class: "f-bar", "aria-label": "Views and colour" }, o, c), f = [
    M(() => {
      const l = e.value;
      for (const [u, d] of n)
        d.setAttribute("aria-selected", String(u === l)), d.tabIndex = u === l ? 0 : -1, u === l ? d.setAttribute("aria-controls", `f-panel-${u}`) : d.removeAttribute("aria-controls");
      c.classList.toggle("f-off", l === "watch" || l === "table");
    }),
    M(() => {
      n.get("compare").hidden = !t.other.value;
    }),
    M(() => {
      s.value = t.metric.value;
    })
  ];
  return { element: h, dispose: () => [...f, i.dispose].forEach((l) => l()) };
}
function en(t) {
  const n = t.reading.peek().info.lens.kind === "raw" ? "Raw lens: rows before the last skip the final norm, so their probabilities look too sure; and every layer is read as if it were the last." : "Each layer is read as if it were the last: what early layers hold in another form stays unseen, so a poor rank there means “not readable yet”, not “not known”.", o = w("footer", { class: "f-honest" }, w("p", {}, n));
  return o.append(w("button", { class: "f-button f-quiet", type: "button", "aria-label": "Dismiss this note", onclick: () => o.remove() }, O("close"))), o;
}
const nn = [
  ["← → ↑ ↓", "move a position or a layer"],
  ["Home, End", "first, last position"],
  ["PgUp, PgDn", "ten layers up, down"],
  ["Ctrl Home, Ctrl End", "first position at the first layer, last at the last"],
  ["Enter", "pin the cell, or release it"],
  ["Esc", "release the pinned cell"],
  ["w", "watch the cell's top token, or stop watching it"],
  ["m, Shift m", "next metric, the one before"],
  ["/", "find a token; Enter goes to the next"],
  ["1 to 4", "heatmap, watch, compare, table"],
  ["+ − 0", "zoom in, out, as it suits the reading"],
  ["?", "this list"]
], on = ["heatmap", "watch", "compare", "table"];
function sn(t) {
  return t instanceof Element && t.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}
function rn(t, e, n) {
  if (n.defaultPrevented || sn(n.target) || n.altKey || n.metaKey || n.ctrlKey && n.key !== "Home" && n.key !== "End") return !1;
  const o = n.target instanceof Element ? n.target.closest("button, a, summary, [role=tab], [role=radio], aside, table") : null;
  if (an(t, n, o)) return !0;
  switch (n.key) {
    case "Enter":
      return o ? !1 : (t.pinned.value = !t.pinned.peek(), !0);
    case "Escape":
      return !t.pinned.peek() && !t.find.peek() ? !1 : (t.pinned.value = !1, t.find.value = "", !0);
    case "w": {
      const { row: s, column: i } = t.shown.peek(), a = t.reading.peek(), r = a.topId(s, i);
      return r >= 0 && t.toggleWatch({ id: r, text: a.text(r) }), !0;
    }
    case "m":
    case "M": {
      const s = W.indexOf(t.metric.peek()) + (n.shiftKey ? -1 : 1);
      return t.metric.value = W[(s + W.length) % W.length] ?? "rank", !0;
    }
    case "/":
      return e.find(), !0;
    case "?":
      return e.help(), !0;
    case "+":
    case "=":
      return t.zoom.value = Math.min(6, t.zoom.peek() + 1), !0;
    case "-":
      return t.zoom.value = Math.max(-16, t.zoom.peek() - 1), !0;
    case "0":
      return t.zoom.value = 0, !0;
    default: {
      const s = on[Number(n.key) - 1];
      return !s || s === "compare" && !t.other.peek() ? !1 : (t.view.value = s, !0);
    }
  }
}
function an(t, e, n) {
  if (n) return !1;
  const { row: o, column: s } = t.cursor.peek(), { width: i, height: a } = t.reading.peek(), c = {
    ArrowLeft: [o, s - 1],
    ArrowRight: [o, s + 1],
    ArrowUp: [o - 1, s],
    ArrowDown: [o + 1, s],
    Home: e.ctrlKey ? [0, 0] : [o, 0],
    End: e.ctrlKey ? [a - 1, i - 1] : [o, i - 1],
    PageUp: [o - 10, s],
    PageDown: [o + 10, s]
  }[e.key];
  if (!c) return !1;
  t.hover.value = null, t.move(...c);
  const h = t.cursor.peek();
  return t.message.value = Rt(t.reading.peek(), h.row, h.column), !0;
}
function cn() {
  const t = nn.map(([n, o]) => {
    const s = n.split(" ").map((i) => /^(to|,)$/.test(i) ? ` ${i} ` : w("kbd", {}, i));
    return w("tr", {}, w("th", { scope: "row" }, ...s), w("td", {}, o));
  }), e = w(
    "dialog",
    { class: "f-help", "aria-label": "Keys" },
    w(
      "div",
      { class: "f-help-head" },
      w("h2", {}, "Keys"),
      w("button", { class: "f-button f-quiet", type: "button", "aria-label": "Close", onclick: () => e.close() }, O("close"))
    ),
    w("table", {}, w("tbody", {}, ...t)),
    w("p", { class: "f-soft" }, "Ctrl and the wheel zoom. The address names what you see: copy it to share the place.")
  );
  return e;
}
const ln = ["heatmap", "watch", "compare", "table"], un = ["auto", "light", "dark"], hn = ["rank", "prob", "logit"];
function fn(t) {
  const e = t.reading.value, { row: n, column: o } = t.cursor.value;
  return [
    ["view", t.view.value],
    ["metric", t.metric.value],
    ["at", `${e.rowName(n)},${e.positions[o]}`],
    ["pin", t.pinned.value ? "1" : null],
    ["watch", t.watched.value.map((i) => i.id).join(",")],
    ["scale", t.watchScale.value === "rank" ? null : t.watchScale.value],
    ["shift", t.shift.value === null ? null : String(t.shift.value)],
    ["zoom", t.zoom.value === 0 ? null : String(t.zoom.value)],
    ["ramp", t.ramp.value === Et[0] ? null : t.ramp.value],
    ["theme", t.theme.value === "auto" ? null : t.theme.value]
  ].flatMap(([i, a]) => a === null ? [] : [`${i}=${encodeURIComponent(a).replace(/%2C/g, ",")}`]).join("&");
}
function Ft(t, e) {
  const n = new URLSearchParams(e.replace(/^#/, "")), o = (l, u, d) => {
    const m = n.get(l);
    m !== null && u.includes(m) && d(m);
  };
  o("view", ln, (l) => t.view.value = l === "compare" && !t.other.peek() ? "heatmap" : l), o("metric", W, (l) => t.metric.value = l), o("theme", un, (l) => t.theme.value = l), o("ramp", Et, (l) => t.ramp.value = l), o("scale", hn, (l) => t.watchScale.value = l);
  const s = t.reading.peek(), [i, a] = (n.get("at") ?? "").split(","), r = s.rows.findIndex((l, u) => s.rowName(u) === i), c = s.positions.indexOf(Number(a));
  r >= 0 && c >= 0 && t.move(r, c), n.has("at") && (t.pinned.value = n.get("pin") === "1");
  const h = (l, u, d) => {
    const m = n.get(l);
    return m !== null && /^-?\d{1,4}$/.test(m) ? Math.max(u, Math.min(d, Number(m))) : null;
  };
  t.zoom.value = h("zoom", -16, 6) ?? t.zoom.peek(), t.shift.value = h("shift", -9999, 9999);
  const f = n.get("watch");
  if (f !== null) {
    const l = f.split(",").filter((u) => /^\d{1,9}$/.test(u)).map(Number).slice(0, pt);
    t.watched.value = [...new Set(l)].map((u) => ({ id: u, text: s.text(u) }));
  }
}
function dn(t) {
  Ft(t, location.hash);
  let e = 0, n = "";
  const o = M(() => {
    n = fn(t), clearTimeout(e), e = window.setTimeout(() => history.replaceState(history.state, "", `#${n}`), 250);
  }), s = () => {
    location.hash !== `#${n}` && Ft(t, location.hash);
  };
  return window.addEventListener("hashchange", s), () => {
    o(), clearTimeout(e), window.removeEventListener("hashchange", s);
  };
}
function pn(t, e) {
  const n = window.matchMedia("(prefers-color-scheme: dark)"), o = () => e.systemDark.value = n.matches;
  o(), n.addEventListener("change", o);
  const s = M(() => {
    const i = e.shade.value;
    for (const [a, r] of Object.entries(j(i))) t.style.setProperty(`--f-${a}`, r);
    $e(i).forEach((a, r) => t.style.setProperty(`--f-series-${r}`, a)), t.dataset.shade = i, t.style.colorScheme = i;
  });
  return () => {
    s(), n.removeEventListener("change", o);
  };
}
function mn(t) {
  const e = w("section", {});
  return { element: e, drawing: () => null, focus: () => e.focus(), dispose: () => {
  } };
}
const Dt = 112, F = 34, J = 72, lt = 14;
function wn(t, e, n) {
  const o = (n - F) / t.height;
  return Math.max(0, Math.min(t.height - 1, Math.floor((e - F) / o)));
}
function gn(t, e, n, o, s, i) {
  const a = j(s), r = At(o, s), c = (i - F) / t.height, h = (p) => F + (p + 0.5) * c, f = Math.log(Math.max(10, t.info.model.vocabulary)), l = (p) => 7 + Math.log(p) / f * (J - 14), u = [];
  for (let p = 1; Math.log(p) <= f; p *= 100) {
    u.push({ op: "lines", points: [F, l(p), i, l(p)], stroke: a.line, line: 1 });
    const y = p >= 1e3 ? `${p / 1e3}k` : String(p);
    u.push({ op: "text", x: F - 6, y: l(p), text: y, size: 10, fill: a.muted, align: "right" });
  }
  const d = e.row;
  u.push({ op: "rect", x: h(d) - c / 2, y: 0, w: c, h: J + lt + 4, fill: a.sunken });
  const m = [];
  for (let p = 0; p < t.height; p++)
    m.push(h(p), l(t.columns.targetRank[t.cell(p, e.column)]));
  u.push({ op: "path", points: m, stroke: a.accent, line: 2 }), u.push({ op: "circle", x: h(d), y: m[2 * d + 1], r: 3.5, fill: a.surface, stroke: a.accent, line: 2 });
  const g = Lt(t, n);
  for (let p = 0; p < t.height; p++) {
    const y = ne(Nt(n, g[t.cell(p, e.column)])), b = y < 0 ? a.sunken : r.css[y];
    u.push({ op: "rect", x: h(p) - c / 2, y: J + 2, w: Math.max(1, c - 1), h: lt, fill: b });
  }
  const v = Math.ceil(26 / c);
  for (let p = 0; p < t.height; p += v)
    p !== d && Math.abs(p - d) * c < 22 || u.push({ op: "text", x: h(p), y: J + lt + 14, text: t.rowName(p), size: 10, fill: a.muted, align: "center" });
  return u.push({ op: "text", x: Math.min(i - 14, h(d)), y: J + lt + 14, text: t.rowName(d), size: 10, bold: !0, fill: a.text, align: "center" }), u;
}
function vn(t, e) {
  const n = w("h2", { class: "f-place" }), o = w("p", { class: "f-context" }), s = w("button", { class: "f-button f-pin", type: "button", onclick: () => t.pinned.value = !t.pinned.peek() }, O("pin"), w("span")), i = w("dl", { class: "f-numbers" }), a = w("ol", { class: "f-top" }), r = w("canvas", { class: "f-strip", role: "img" }), c = w("div", { class: "f-actions" }), h = w(
    "aside",
    { class: "f-detail", "aria-label": "Detail of a cell", tabindex: "0" },
    w("div", { class: "f-detail-head" }, n, s),
    o,
    i,
    w("h3", {}, "Candidates"),
    a,
    w("h3", {}, "Across the layers: rank of the next token"),
    r,
    c
  );
  for (const v of e) {
    const p = () => {
      const y = t.shown.peek();
      v.run({ ...y, position: t.reading.peek().positions[y.column] });
    };
    c.append(w("button", { class: "f-button", type: "button", title: v.title, onclick: p }, v.label));
  }
  const f = xn(t, a), l = E(280);
  let u = 0;
  const d = new ResizeObserver(() => {
    l.value = Math.max(160, h.clientWidth - 32);
  });
  d.observe(h), r.addEventListener("click", (v) => {
    const { column: p } = t.shown.peek();
    t.move(wn(t.reading.peek(), v.offsetX, l.peek()), p);
  });
  const m = [
    M(() => {
      const v = t.reading.value, p = t.shown.value;
      n.replaceChildren(...bn(v, p)), o.replaceChildren(...kn(v, p.column)), i.replaceChildren(...yn(v, p)), r.setAttribute("aria-label", $n(v, p.column)), f(v, p);
    }),
    M(() => {
      const v = t.pinned.value;
      s.setAttribute("aria-pressed", String(v)), s.title = v ? "Release (Esc)" : "Pin this cell (Enter)", s.lastChild.textContent = v ? "Pinned" : "Pin";
    }),
    M(() => {
      const v = l.value, p = gn(t.reading.value, t.shown.value, t.metric.value, t.ramp.value, t.shade.value, v);
      cancelAnimationFrame(u), u = requestAnimationFrame(() => {
        const y = r.getContext("2d");
        if (!y) return;
        Tt(r, v, Dt);
        const b = window.devicePixelRatio || 1;
        y.setTransform(b, 0, 0, b, 0, 0), y.clearRect(0, 0, v, Dt), Ct(y, p);
      });
    })
  ];
  return { element: h, dispose: () => {
    m.forEach((v) => v()), d.disconnect(), cancelAnimationFrame(u);
  } };
}
function bn(t, { row: e, column: n }) {
  const o = t.rowName(e), s = /^\d+$/.test(o) ? `Layer ${o}` : o === "embed" ? "Embedding" : o;
  return [
    document.createTextNode(s),
    w("span", { class: "f-soft" }, ` · position ${t.positions[n]}`)
  ];
}
function kn(t, e) {
  const n = t.positions[e], o = Math.max(0, n - 5), s = t.tokens.slice(o, n), i = o > 0 ? [document.createTextNode("… ")] : [];
  for (const { text: h } of s) i.push(D(T(h)));
  const a = D(T(t.input(e)?.text ?? ""));
  a.classList.add("f-here");
  const r = D(T(t.targetText(e)));
  r.classList.add("f-next");
  const c = t.targets[e]?.isArgmax ? "the model's choice" : "came next";
  return i.push(a, w("span", { class: "f-soft", "aria-label": "then" }, " → "), r, w("span", { class: "f-soft" }, ` ${c}`)), i;
}
function yn(t, { row: e, column: n }) {
  const o = t.cell(e, n), s = t.columns, i = (a, r, c) => w("div", { title: r }, w("dt", {}, a), w("dd", {}, c));
  return [
    i("rank", "Rank of the token that came next: 1 is best", nt(s.targetRank[o])),
    i("prob", "Probability of the token that came next", q(s.targetProb[o])),
    i("surprisal", "−log₂ of that probability, bits", B(s.surprisalBits[o])),
    i("entropy", "Entropy of the whole distribution, bits", B(s.entropyBits[o])),
    i("KL", "Divergence of the last layer from this one, bits", B(s.klBits[o]))
  ];
}
function xn(t, e) {
  const n = [], o = () => {
    const s = w("span", { class: "f-rank" }), i = D(""), a = w("span", { class: "f-fill" }), r = w("span", { class: "f-share" }), c = w("button", { class: "f-watch", type: "button" }), h = w("li", {}, w("span", { class: "f-bar" }, a), s, i, r, c), f = { row: h, place: s, name: i, bar: a, share: r, watch: c, id: -1 };
    return c.addEventListener("click", () => t.toggleWatch({ id: f.id, text: t.reading.peek().text(f.id) })), n.push(f), e.append(h), f;
  };
  return (s, { row: i, column: a }) => {
    const r = s.top(i, a), c = s.target(i, a), h = !r.some((l) => l.id === c.id), f = h ? [...r, c] : r;
    f.forEach((l, u) => {
      const d = n[u] ?? o(), m = T(s.text(l.id)), g = t.isWatched(l.id);
      d.id = l.id, d.row.hidden = !1, d.row.className = `${l.id === c.id ? "f-target" : ""}${h && u === r.length ? " f-beyond" : ""}`, d.place.textContent = nt(l.rank), d.name.textContent = m, d.name.title = `token ${l.id}, logit ${B(l.logit)}`, d.share.textContent = q(l.prob), d.bar.style.width = `${100 * Math.max(0, Math.min(1, l.prob || 0))}%`, d.watch.textContent = g ? "−" : "+", d.watch.setAttribute("aria-label", `${g ? "Stop watching" : "Watch"} ${m}`), d.watch.title = g ? "Stop watching" : "Watch this token";
    }), n.slice(f.length).forEach((l) => l.row.hidden = !0);
  };
}
function $n(t, e) {
  const n = t.rows.findIndex((s, i) => t.columns.targetRank[t.cell(i, e)] === 1), o = T(t.targetText(e));
  return n < 0 ? `${o} is at rank 1 after no layer` : `${o} is first at rank 1 after layer ${t.rowName(n)}`;
}
const Kt = 58, ue = 2, Mn = 220, I = (t, e, n) => Math.max(e, Math.min(n, t)), Sn = (t, e) => I(Math.round(t * 1.25 ** e), ue, Mn);
function En(t, e, n, o) {
  let s = 0;
  for (let c = 0; c < t.rows; c++) s = Math.max(s, kt(t.rowName(c), { size: 12 }));
  const i = Math.ceil(s) + 22, a = Math.floor((e - i) / Math.max(1, t.columns)), r = Math.floor((n - Kt) / Math.max(1, t.rows));
  return {
    w: Sn(I(a, 72, 128), o),
    h: I(Math.round(I(r, 19, 40) * 1.12 ** o), ue, 64),
    left: i,
    top: Kt,
    width: e,
    height: n
  };
}
const ut = (t, e) => ({
  width: e.left + t.columns * e.w,
  height: e.top + t.rows * e.h
});
function An(t, e, n) {
  return {
    r0: I(Math.floor(n.y / e.h), 0, t.rows),
    r1: I(Math.ceil((n.y + e.height - e.top) / e.h), 0, t.rows),
    c0: I(Math.floor(n.x / e.w), 0, t.columns),
    c1: I(Math.ceil((n.x + e.width - e.left) / e.w), 0, t.columns)
  };
}
function Ln(t, e, n, o, s) {
  const i = o < e.left ? -1 : Math.floor((o - e.left + n.x) / e.w), a = s < e.top ? -1 : Math.floor((s - e.top + n.y) / e.h);
  return a < t.rows && i < t.columns ? { row: a, column: i } : null;
}
function Nn(t, e, n, o, s) {
  const i = (a, r, c, h, f) => {
    const l = Math.min(c, Math.max(0, (f - c) / 2)), u = Math.max(0, r * c - f);
    return a * c < h + l ? Math.max(0, Math.min(u, a * c - l)) : (a + 1) * c > h + f - l ? Math.min(u, (a + 1) * c - f + l) : h;
  };
  return {
    x: i(s, t.columns, e.w, n.x, e.width - e.left),
    y: i(o, t.rows, e.h, n.y, e.height - e.top)
  };
}
const X = 44;
function Rn(t, e, n, o, s, i) {
  const a = w("canvas", { class: "f-minimap", "aria-hidden": "true" }), r = w("div", { class: "f-minimap-box" }, a);
  let c = 0;
  const h = () => {
    c = 0;
    const [u, d, m] = [n.peek(), s(), a.getContext("2d")];
    if (!u || !d || !m) return;
    const g = u.width;
    Tt(a, g, X);
    const v = a.width / g, p = j(t.shade.peek());
    m.setTransform(v, 0, 0, v, 0, 0), m.fillStyle = p.surface, m.fillRect(0, 0, g, X), m.imageSmoothingEnabled = d.columns > g, d.tiles.forEach((G, k) => {
      const A = k * K * g / d.columns;
      m.drawImage(G, A, 0, G.width * g / d.columns, X);
    });
    const y = ut(e.peek(), u), [b, x] = [y.width - u.left, y.height - u.top], L = o.peek(), C = [
      L.x / b * g,
      L.y / x * X,
      Math.max(6, Math.min(1, (u.width - u.left) / b) * g),
      Math.max(6, Math.min(1, (u.height - u.top) / x) * X)
    ];
    m.strokeStyle = p.surface, m.lineWidth = 5, m.strokeRect(C[0] + 1.5, C[1] + 1.5, C[2] - 3, C[3] - 3), m.strokeStyle = p.focus, m.lineWidth = 2, m.strokeRect(C[0] + 1.5, C[1] + 1.5, C[2] - 3, C[3] - 3);
  }, f = M(() => {
    const u = n.value;
    o.value, t.shade.value;
    const d = e.value;
    if (!u) return;
    const m = ut(d, u), g = m.width > u.width * 1.5 || m.height > u.height * 1.5;
    r.hidden = !g, g && !c && (c = requestAnimationFrame(h));
  }), l = (u) => {
    const d = n.peek();
    if (!d || u.buttons === 0) return;
    const m = ut(e.peek(), d), g = a.getBoundingClientRect(), [v, p] = [d.width - d.left, d.height - d.top], y = (b, x, L) => Math.max(0, Math.min(x - L, b * x - L / 2));
    i({
      x: y((u.clientX - g.left) / g.width, m.width - d.left, v),
      y: y((u.clientY - g.top) / g.height, m.height - d.top, p)
    });
  };
  return a.addEventListener("pointerdown", (u) => {
    a.setPointerCapture(u.pointerId), l(u);
  }), a.addEventListener("pointermove", l), {
    element: r,
    dispose() {
      f(), cancelAnimationFrame(c);
    }
  };
}
const z = 12, Cn = 9.5;
function Tn(t, e, n, o, s, i) {
  const a = An(t, n, o), r = [], { left: c, top: h, w: f, h: l, width: u, height: d } = n, m = (p) => c + p * f - o.x, g = (p) => h + p * l - o.y;
  r.push({ op: "clip", x: c, y: h, w: u - c, h: d - h }), r.push({ op: "cells", image: e, ...a, x: m(a.c0), y: g(a.r0), w: f, h: l }), Pn(r, a, n, m, g, s), zn(r, t, a, n, m, g, s), i.found && In(r, a, i.found, m, g, f, l, s);
  const v = (p, y, b) => {
    p && p.row >= 0 && p.column >= 0 && r.push({ op: "rect", x: m(p.column) + b / 2 - 0.5, y: g(p.row) + b / 2 - 0.5, w: f - b + 1, h: l - b + 1, stroke: y, line: b, round: 2 });
  };
  return i.pinned || v(i.hover, s.text, 1.5), v(i.cursor, s.surface, 4.5), v(i.cursor, i.pinned || i.focused ? s.focus : s.accent, i.pinned ? 3 : 2), r.push({ op: "unclip" }), Bn(r, t, a, n, g, s, i), On(r, t, a, n, m, s, i), r;
}
function Pn(t, e, n, o, s, i) {
  const a = [];
  if (n.w >= 12)
    for (let r = e.c0; r <= e.c1; r++) a.push(o(r) - 0.5, s(e.r0), o(r) - 0.5, s(e.r1));
  if (n.h >= 8)
    for (let r = e.r0; r <= e.r1; r++) a.push(o(e.c0), s(r) - 0.5, o(e.c1), s(r) - 0.5);
  a.length && t.push({ op: "lines", points: a, stroke: i.surface, line: 1 });
}
function zn(t, e, n, o, s, i, a) {
  const { w: r, h: c } = o;
  if (r < 30 || c < 13) return;
  const h = c >= 30;
  for (let f = n.r0; f < n.r1; f++)
    for (let l = n.c0; l < n.c1; l++) {
      const u = e.steps[f * e.columns + l], d = u < 0 ? a.muted : e.lut.ink[u], m = yt(e.label(f, l), r - 12, { size: z, mono: !0 }), [g, v] = [s(l), i(f) + c / 2];
      if (m && t.push({ op: "text", x: g + 6, y: v - (h ? 6.5 : 0), text: m, size: z, fill: d, mono: !0 }), h && t.push({ op: "text", x: g + 6, y: v + 8, text: e.number(f, l), size: Cn, fill: d }), e.tick(f, l)) {
        const [p, y] = [g + r - 1, i(f)];
        t.push({ op: "path", points: [p - 7, y, p, y, p, y + 7], fill: d, close: !0 });
      }
    }
}
function In(t, e, n, o, s, i, a, r) {
  for (let c = e.r0; c < e.r1; c++)
    for (let h = e.c0; h < e.c1; h++)
      n(c, h) && t.push({ op: "rect", x: o(h) + 1, y: s(c) + 1, w: i - 3, h: a - 3, stroke: r.focus, line: 2, round: 2 });
}
function Bn(t, e, n, o, s, i, a) {
  const { left: r, top: c, height: h, h: f } = o;
  t.push({ op: "rect", x: 0, y: c, w: r, h: h - c, fill: i.surface }), t.push({ op: "clip", x: 0, y: c, w: r, h: h - c });
  const l = Math.max(1, Math.ceil(14 / f)), u = (a.pinned ? a.cursor : a.hover ?? a.cursor)?.row;
  for (let d = n.r0; d < n.r1; d++) {
    const m = d === u;
    d % l && !m && d !== e.rows - 1 || t.push({ op: "text", x: r - 9, y: s(d) + f / 2, text: e.rowName(d), size: 12, fill: m ? i.text : i.muted, bold: m, align: "right" });
  }
  t.push({ op: "unclip" });
}
function On(t, e, n, o, s, i, a) {
  const { left: r, top: c, width: h, w: f } = o;
  t.push({ op: "rect", x: 0, y: 0, w: h, h: c, fill: i.surface }), t.push({ op: "text", x: r - 9, y: 13, text: "pos", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: r - 9, y: 29, text: "in", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: r - 9, y: 46, text: "next", size: 10, fill: i.muted, align: "right" }), t.push({ op: "clip", x: r, y: 0, w: h - r, h: c });
  const l = (a.pinned ? a.cursor : a.hover ?? a.cursor)?.column, u = f >= 30, d = Math.max(1, Math.ceil(34 / f));
  for (let m = n.c0; m < n.c1; m++) {
    const g = e.head(m), v = m === l, p = s(m) + (u ? 6 : f / 2), y = u ? "left" : "center";
    (u || m % d === 0 || v) && t.push({ op: "text", x: p, y: 13, text: g.index, size: 10, fill: v ? i.text : i.muted, bold: v, align: y });
    const b = g.origin === "special" || g.origin === "template";
    if (u) {
      const L = yt(g.input, f - 10, { size: z, mono: !0 }), C = yt(g.target, f - 10, { size: z, mono: !0, bold: !0 });
      t.push({ op: "text", x: p, y: 29, text: L, size: z, mono: !0, fill: b ? i.muted : i.text, italic: b }), t.push({ op: "text", x: p, y: 46, text: C, size: z, mono: !0, bold: !0, italic: g.argmax, fill: g.argmax ? i.muted : i.accent });
    } else v && (t.push({ op: "text", x: p, y: 29, text: g.input, size: z, mono: !0, fill: i.text, align: y }), t.push({ op: "text", x: p, y: 46, text: g.target, size: z, mono: !0, bold: !0, fill: i.accent, align: y }));
    const x = g.origin === "output" ? i.accent : b ? i.sunken : i.line;
    t.push({ op: "rect", x: s(m), y: c - 3, w: Math.max(1, f - 1), h: 2, fill: x });
  }
  t.push({ op: "unclip" });
}
function _n(t, e) {
  const { model: n } = e, o = e.toState ?? ((k) => k), s = e.fromState ?? ((k) => k), i = w("canvas", { class: "f-canvas", "aria-hidden": "true" }), a = w("div", { class: "f-sizer" }), r = w("div", { class: "f-hidden", role: "presentation" }), c = w("div", { class: "f-scroller", role: "grid", tabindex: "0", "aria-label": e.label }, i, a, r), h = E({ width: 0, height: 0 }), f = e.scroll ?? E({ x: 0, y: 0 }), l = E(!1), u = E(null), d = Rn(t, n, u, f, () => g, (k) => f.value = k), m = w("div", { class: "f-heatmap" }, c, d.element);
  let g = null, v = 0, p = null;
  const y = () => {
    const k = t.hover.value;
    return {
      cursor: s(t.cursor.value),
      hover: k && s(k),
      pinned: t.pinned.value,
      focused: l.value,
      found: e.found?.value ?? void 0
    };
  }, b = () => {
    const k = u.peek();
    return k && g ? Tn(n.value, g, k, f.value, j(t.shade.value), y()) : [];
  }, x = () => {
    v = 0;
    const k = u.peek(), A = i.getContext("2d");
    if (!k || !A) return;
    Tt(i, k.width, k.height);
    const Z = i.width / k.width;
    A.setTransform(Z, 0, 0, Z, 0, 0), A.fillStyle = j(t.shade.peek()).surface, A.fillRect(0, 0, k.width, k.height), Ct(A, L);
  };
  let L = [];
  const C = [
    M(() => {
      const k = n.value;
      g = Fe(k.columns, k.rows, k.steps, k.lut, j(t.shade.value).surface), c.setAttribute("aria-rowcount", String(k.rows + 1)), c.setAttribute("aria-colcount", String(k.columns + 1));
    }),
    M(() => {
      const { width: k, height: A } = h.value;
      if (!k || !A) return;
      const Z = n.value;
      u.value = En(Z, k, A, t.zoom.value);
      const st = ut(Z, u.value);
      a.style.width = `${st.width}px`, a.style.height = `${st.height}px`;
      const { x: de, y: pe } = f.peek();
      f.value = { x: Math.max(0, Math.min(de, st.width - k)), y: Math.max(0, Math.min(pe, st.height - A)) };
    }),
    M(() => {
      const k = u.value;
      n.value, L = b(), k && !v && (v = requestAnimationFrame(x));
    }),
    M(() => {
      const k = f.value;
      u.value, Math.abs(c.scrollLeft - k.x) > 1 && (c.scrollLeft = k.x), Math.abs(c.scrollTop - k.y) > 1 && (c.scrollTop = k.y);
    }),
    // The keyboard's cell stays in view.
    M(() => {
      const k = u.value, A = s(t.cursor.value);
      !k || !A || p && p.row === A.row && p.column === A.column || (p = A, f.value = Nn(n.peek(), k, f.peek(), A.row, A.column));
    }),
    M(() => {
      const k = s(t.cursor.value);
      k && r.replaceChildren(...Un(n.value, k, c));
    })
  ];
  Wn(c, t, n, u, f, l, o);
  const G = new ResizeObserver(() => {
    h.value = { width: c.clientWidth, height: c.clientHeight };
  });
  return G.observe(c), {
    element: m,
    drawing: () => ({ ops: b(), width: u.peek()?.width ?? 0, height: u.peek()?.height ?? 0 }),
    focus: () => c.focus({ preventScroll: !0 }),
    dispose() {
      C.forEach((k) => k()), d.dispose(), G.disconnect(), cancelAnimationFrame(v);
    }
  };
}
let jn = 0;
function Un(t, e, n) {
  const o = t.head(e.column), s = String(e.column + 2), i = n.dataset.cell ??= `f-cell-${++jn}`;
  return n.setAttribute("aria-activedescendant", i), [
    w(
      "div",
      { role: "row", "aria-rowindex": "1" },
      w("span", { role: "columnheader", "aria-colindex": s }, `position ${o.index}, ${o.input}, next ${o.target}`)
    ),
    w(
      "div",
      { role: "row", "aria-rowindex": String(e.row + 2) },
      w("span", { role: "rowheader", "aria-colindex": "1" }, t.rowName(e.row)),
      w("span", { role: "gridcell", id: i, "aria-colindex": s, "aria-selected": "true" }, t.describe(e.row, e.column))
    )
  ];
}
function Wn(t, e, n, o, s, i, a) {
  const r = (h) => {
    const f = o.peek();
    if (!f) return null;
    const l = t.getBoundingClientRect(), u = Ln(n.peek(), f, s.peek(), h.clientX - l.left, h.clientY - l.top);
    return u && u.row >= 0 && u.column >= 0 ? a(u) : null;
  }, c = (h) => {
    const f = e.hover.peek();
    (f?.row !== h?.row || f?.column !== h?.column) && (e.hover.value = h);
  };
  t.addEventListener("scroll", () => {
    s.value = { x: t.scrollLeft, y: t.scrollTop };
  }, { passive: !0 }), t.addEventListener("pointermove", (h) => c(r(h))), t.addEventListener("pointerleave", () => c(null)), t.addEventListener("focus", () => i.value = !0), t.addEventListener("blur", () => i.value = !1), t.addEventListener("click", (h) => {
    const f = r(h);
    if (!f) return;
    const { row: l, column: u } = e.cursor.peek(), d = f.row === l && f.column === u;
    e.pinned.value = !(d && e.pinned.peek()), e.move(f.row, f.column);
  }), t.addEventListener("wheel", (h) => {
    !h.ctrlKey && !h.metaKey || (h.preventDefault(), e.zoom.value = Math.max(-16, Math.min(6, e.zoom.peek() - Math.sign(h.deltaY))));
  }, { passive: !1 });
}
function Fn(t) {
  const e = tt(() => Ie(t.reading.value, t.metric.value, At(t.ramp.value, t.shade.value)));
  return _n(t, { label: "Layers by positions: the top token of each", model: e, found: Ve(t) });
}
function Dn(t) {
  const e = w("section", {});
  return { element: e, drawing: () => null, focus: () => e.focus(), dispose: () => {
  } };
}
function Kn(t) {
  const e = w("section", {});
  return { element: e, drawing: () => null, focus: () => e.focus(), dispose: () => {
  } };
}
const qn = { heatmap: Fn, watch: Kn, compare: mn, table: Dn };
async function Hn(t, e, n = {}) {
  const [o, s] = await Promise.all([e.reading(), e.other?.() ?? null]), i = new Be(o, e);
  i.other.value = s, n.view && (i.view.value = n.view), n.metric && (i.metric.value = n.metric), n.theme && (i.theme.value = n.theme);
  const a = w("div", { class: n.page ? "fathom f-page" : "fathom" });
  n.page || (a.style.height = n.height ?? "640px");
  const r = [pn(a, i)];
  (n.deepLinks ?? n.page) && r.push(dn(i));
  const c = /* @__PURE__ */ new Map(), h = w("main", { class: "f-stage" }), f = tt(() => i.view.value === "compare" && !i.other.value ? "heatmap" : i.view.value), l = (b) => {
    let x = c.get(b);
    return x || (x = qn[b](i), x.element.id = `f-panel-${b}`, x.element.setAttribute("role", "tabpanel"), c.set(b, x), h.append(x.element)), x;
  }, u = cn(), d = vn(i, n.actions ?? []), m = Xe(i, { drawing: () => l(f.peek()).drawing(), help: () => u.showModal() }), g = tn(i, f), v = w("div", { class: "f-hidden", role: "status", "aria-live": "polite" });
  a.append(m.element, g.element, w("div", { class: "f-body" }, h, d.element), en(i), u, v), t.replaceChildren(a), r.push(
    M(() => {
      const b = f.value;
      l(b);
      for (const [x, { element: L }] of c) L.hidden = x !== b;
    }),
    M(() => {
      v.textContent = i.message.value;
    }),
    M(() => {
      i.pinned.value && (i.message.value = `Pinned: ${Rt(i.reading.peek(), i.cursor.peek().row, i.cursor.peek().column)}`);
    })
  );
  const p = n.page ? document : a, y = (b) => {
    rn(i, { find: m.find, help: () => u.showModal() }, b) && b.preventDefault();
  };
  return p.addEventListener("keydown", y), {
    state: i,
    update: (b) => Vn(i, b),
    compareWith(b) {
      i.other.value = b, !b && i.view.peek() === "compare" && (i.view.value = "heatmap");
    },
    destroy() {
      p.removeEventListener("keydown", y), r.forEach((b) => b()), [m, g, d, ...c.values()].forEach((b) => b.dispose()), a.remove();
    }
  };
}
function Vn(t, e) {
  const n = t.reading.peek(), { row: o, column: s } = t.cursor.peek(), [i, a] = [n.positions[s], n.rowName(o)], r = s === n.width - 1 && !t.pinned.peek() && n.width > 1;
  t.hover.value = null;
  const c = e.positions.indexOf(i ?? -1), h = e.rows.findIndex((l, u) => e.rowName(u) === a), f = {
    row: h < 0 ? e.lastRow : h,
    column: r || c < 0 ? e.width - 1 : c
  };
  e.width >= n.width && e.height >= n.height ? (t.reading.value = e, t.cursor.value = f) : (t.cursor.value = { row: 0, column: 0 }, t.reading.value = e, t.cursor.value = f);
}
class Pt {
  info;
  tokens;
  rows;
  positions;
  targets;
  watched;
  columns;
  vocabulary;
  constructor(e) {
    this.info = e.info, this.tokens = e.tokens, this.rows = e.rows, this.positions = e.positions, this.targets = e.targets, this.watched = e.watched, this.columns = e.columns, this.vocabulary = e.vocabulary;
  }
  get width() {
    return this.positions.length;
  }
  get height() {
    return this.rows.length;
  }
  cell(e, n) {
    return e * this.positions.length + n;
  }
  /** Text of a token on its own, raw. */
  text(e) {
    return this.vocabulary.get(e) ?? `⟨id ${e}⟩`;
  }
  /** `embed`, `12`, `12.attn_out`. */
  rowName(e) {
    const n = this.rows[e];
    return n ? n.layer < 0 ? n.site : n.site === "resid_post" ? String(n.layer) : `${n.layer}.${n.site}` : "";
  }
  /** The token whose state the column reads. */
  input(e) {
    return this.tokens[this.positions[e] ?? -1];
  }
  /** The token that came next, if one did. */
  next(e) {
    return this.tokens[(this.positions[e] ?? -2) + 1];
  }
  /** Text of the column's target: as it stands in the run where it came, on its own where it is the model's choice. */
  targetText(e) {
    return this.next(e)?.text ?? this.text(this.targets[e]?.id ?? -1);
  }
  topId(e, n, o = 0) {
    const s = this.columns.topK;
    return o < s ? this.columns.topId[this.cell(e, n) * s + o] : -1;
  }
  /** The best candidates, best first. Their ranks are exact: all that beat them are among them. */
  top(e, n) {
    const { topK: o, topId: s, topLogit: i, topProb: a } = this.columns, r = this.cell(e, n) * o, c = [];
    for (let h = 0; h < o; h++) {
      const f = i[r + h], l = c[h - 1], u = l && l.logit === f ? l.rank : h + 1;
      c.push({ id: s[r + h], logit: f, prob: a[r + h], rank: u });
    }
    return c;
  }
  target(e, n) {
    const o = this.cell(e, n), s = this.columns;
    return {
      id: this.targets[n]?.id ?? -1,
      logit: s.targetLogit[o],
      prob: s.targetProb[o],
      rank: s.targetRank[o]
    };
  }
  /** Tokens before the first output token. */
  promptLength() {
    const e = this.tokens.findIndex((n) => n.origin === "output");
    return e < 0 ? this.tokens.length : e;
  }
  /** The column of the blank: the last prompt token's, or the nearest that was read. */
  blank() {
    const e = this.promptLength() - 1;
    let n = this.positions.length - 1;
    for (let o = 0; o < this.positions.length; o++) this.positions[o] <= e && (n = o);
    return this.positions.includes(e) ? this.positions.indexOf(e) : Math.max(0, n);
  }
  /** The row of the model's own output. */
  get lastRow() {
    return this.rows.length - 1;
  }
}
const gt = "fathom.pack/1";
class N extends Error {
  name = "BadReading";
}
async function Gn(t) {
  const e = new Blob([t]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(e).arrayBuffer());
  } catch {
    throw new N("the pack is no whole gzip stream");
  }
}
function Zn(t) {
  const e = t.length / 4, n = new Uint32Array(e);
  for (let o = 0; o < e; o++)
    n[o] = (t[o] | t[e + o] << 8 | t[2 * e + o] << 16 | t[3 * e + o] << 24) >>> 0;
  return n;
}
function Jn(t, e, n) {
  const o = /* @__PURE__ */ new Map();
  let s = n;
  for (const { name: i, type: a, values: r } of t.columns) {
    const c = s + 4 * r;
    if (!Number.isSafeInteger(c) || r < 0 || c > e.length) throw new N(`${i}: cut off`);
    if (o.has(i)) throw new N(`column ${i} stands twice`);
    o.set(i, { type: a, words: Zn(e.subarray(s, c)) }), s = c;
  }
  if (s !== e.length) throw new N("there is more after the columns");
  return o;
}
function he(t) {
  const { model: e, lens: n, precision: o, run_id: s, program: i } = t;
  if (!e || !n || !Array.isArray(t.tokens)) throw new N("the reading names no model or tokens");
  const a = (t.watched ?? []).map((h) => ({
    text: h.text,
    ids: h.ids,
    sequence: h.sequence ? { position: h.sequence.position, logprobBits: h.sequence.logprob_bits } : void 0
  })), r = new Map((t.vocabulary ?? []).map((h) => [h.id, h.text]));
  return { info: { model: e, lens: n, precision: o, sampling: t.sampling ?? null, run_id: s, program: i }, tokens: t.tokens, watched: a, vocabulary: r };
}
async function $t(t) {
  const e = await Gn(t), n = e.length < 4 ? 1 / 0 : new DataView(e.buffer).getUint32(0, !0);
  if (4 + n > e.length) throw new N("the pack's head is cut off");
  let o;
  try {
    o = JSON.parse(new TextDecoder("utf-8", { fatal: !0 }).decode(e.subarray(4, 4 + n)));
  } catch {
    throw new N("the pack's head is no JSON");
  }
  if (o.pack !== gt && !String(o.pack).startsWith(`${gt}.`))
    throw new N(`this reading's form is ${String(o.pack)}, and this viewer reads ${gt}`);
  const s = Jn(o, e, 4 + n), { rows: i, positions: a } = o.reading, r = he(o.reading), c = i.length * a.length, h = (p, y, b) => {
    const x = s.get(p);
    if (!x || x.type !== y || x.words.length !== b)
      throw new N(`${p}: expected ${b} values of ${y}`);
    return x.words;
  }, f = (p, y = 1) => new Float32Array(h(p, "f32", c * y).buffer), l = (p, y = 1) => {
    const b = h(p, "u32", c * y);
    if (b.includes(0)) throw new N(`${p}: 0 is no rank`);
    return b;
  }, [u, d] = [o.top_k, r.watched.length], m = {
    targetLogit: f("target_logit"),
    targetProb: f("target_prob"),
    targetRank: l("target_rank"),
    entropyBits: f("entropy_bits"),
    klBits: f("kl_bits"),
    klReverseBits: f("kl_reverse_bits"),
    surprisalBits: f("surprisal_bits"),
    topK: u,
    topId: h("top_id", "u32", c * u),
    topLogit: f("top_logit", u),
    topProb: f("top_prob", u),
    watchLogit: f("watch_logit", d),
    watchProb: f("watch_prob", d),
    watchRank: l("watch_rank", d)
  }, g = h("target_id", "u32", a.length), v = a.map((p, y) => {
    const [b, x] = [g[y], r.tokens[p + 1]];
    if (!r.tokens[p] || x && x.id !== b) throw new N(`target of position ${p}`);
    return { id: b, isArgmax: x === void 0 };
  });
  return new Pt({ ...r, rows: i, positions: a, targets: v, columns: m });
}
function Xn(t, e) {
  const n = { reading: () => $t(t) };
  return e && (n.other = () => $t(e)), n;
}
const no = (t, e) => ({
  reading: () => Promise.resolve(t),
  ...e ? { other: () => Promise.resolve(e) } : {}
});
function oo(t, e) {
  const n = async (o) => {
    const s = await fetch(`${o}?format=pack`);
    if (!s.ok) throw new Error(await qt(s));
    return $t(new Uint8Array(await s.arrayBuffer()));
  };
  return {
    reading: () => n(t),
    ...e ? { other: () => n(e) } : {},
    async ranks(o) {
      const s = await fetch(`${t}/ranks`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ tokens: o })
      });
      if (!s.ok) throw new Error(await qt(s));
      const { tokens: i } = await s.json(), a = (r) => Float32Array.from(r, (c) => c ?? NaN);
      return i.map((r) => ({
        id: r.id,
        text: r.text,
        logit: a(r.logit),
        prob: a(r.prob),
        rank: Uint32Array.from(r.rank)
      }));
    }
  };
}
async function qt(t) {
  const e = await t.json().catch(() => ({}));
  return e.detail ?? e.title ?? `${t.status} ${t.statusText}`;
}
function Ht(t) {
  const e = atob(t.trim()), n = new Uint8Array(e.length);
  for (let o = 0; o < e.length; o++) n[o] = e.charCodeAt(o);
  return n;
}
const vt = "fathom.reading/1";
function fe(t, e, n) {
  return {
    targetLogit: new Float32Array(t),
    targetProb: new Float32Array(t),
    targetRank: new Uint32Array(t),
    entropyBits: new Float32Array(t),
    klBits: new Float32Array(t),
    klReverseBits: new Float32Array(t),
    surprisalBits: new Float32Array(t),
    topK: e,
    topId: new Uint32Array(t * e),
    topLogit: new Float32Array(t * e),
    topProb: new Float32Array(t * e),
    watchLogit: new Float32Array(t * n),
    watchProb: new Float32Array(t * n),
    watchRank: new Uint32Array(t * n)
  };
}
const P = (t) => t ?? NaN;
function so(t) {
  if (t.schema !== vt && !String(t.schema).startsWith(`${vt}.`))
    throw new N(`this reading's form is ${String(t.schema)}, and this viewer reads ${vt}`);
  const e = he(t), { rows: n, positions: o } = t, s = new Map(n.map((l, u) => [`${l.site} ${l.layer}`, u])), i = new Map(o.map((l, u) => [l, u])), a = t.cells[0]?.top.length ?? 0, r = fe(n.length * o.length, a, e.watched.length), c = [], h = ({ id: l, text: u }) => e.vocabulary.set(l, u);
  let f = 0;
  for (const l of t.cells) {
    const u = s.get(`${l.site} ${l.layer}`), d = i.get(l.position);
    if (u === void 0 || d === void 0 || l.top.length !== a) throw new N("a cell that fits nowhere");
    const m = u * o.length + d;
    if (r.targetRank[m] !== 0) throw new N("a cell that stands twice");
    f++, h(l.target), c[d] = { id: l.target.id, isArgmax: l.target.is_argmax }, r.targetLogit[m] = P(l.target.logit), r.targetProb[m] = P(l.target.prob), r.targetRank[m] = l.target.rank, r.entropyBits[m] = P(l.entropy_bits), r.klBits[m] = P(l.kl_bits), r.klReverseBits[m] = P(l.kl_reverse_bits), r.surprisalBits[m] = P(l.surprisal_bits), l.top.forEach((v, p) => {
      h(v), r.topId[m * a + p] = v.id, r.topLogit[m * a + p] = P(v.logit), r.topProb[m * a + p] = P(v.prob);
    });
    const g = e.watched.length;
    l.watch.forEach((v, p) => {
      h(v), r.watchLogit[m * g + p] = P(v.logit), r.watchProb[m * g + p] = P(v.prob), r.watchRank[m * g + p] = v.rank;
    });
  }
  if (f !== n.length * o.length || f === 0) throw new N("cells are missing");
  return new Pt({ ...e, rows: n, positions: o, targets: c, columns: r });
}
const Yn = ["targetLogit", "targetProb", "targetRank", "entropyBits", "klBits", "klReverseBits", "surprisalBits"], Qn = ["topId", "topLogit", "topProb"], to = ["watchLogit", "watchProb", "watchRank"];
function io(t, e) {
  const n = (u) => u.rows.map((d) => `${d.site} ${d.layer}`).join(), o = (u) => u.watched.map((d) => d.ids.join(" ")).join();
  if (n(t) !== n(e) || t.columns.topK !== e.columns.topK || o(t) !== o(e))
    throw new Error("two readings of different rows, candidates or watched words can't be merged");
  const s = [.../* @__PURE__ */ new Set([...t.positions, ...e.positions])].sort((u, d) => u - d), i = s.map((u) => {
    const d = e.positions.indexOf(u);
    return d >= 0 ? [e, d] : [t, t.positions.indexOf(u)];
  }), [a, r] = [t.columns.topK, t.watched.length], c = fe(s.length * t.rows.length, a, r), h = (u, d) => {
    for (const m of u) {
      const g = c[m];
      for (let v = 0; v < t.rows.length; v++)
        i.forEach(([p, y], b) => {
          const x = p.columns[m], L = p.cell(v, y) * d;
          g.set(x.subarray(L, L + d), (v * s.length + b) * d);
        });
    }
  };
  h(Yn, 1), h(Qn, a), h(to, r);
  const f = e.tokens.length >= t.tokens.length ? e.tokens : t.tokens, l = i.map(([u, d], m) => {
    const g = f[s[m] + 1], v = u.targets[d];
    return g && g.id === v.id ? { id: g.id, isArgmax: !1 } : v;
  });
  return new Pt({
    info: e.info,
    tokens: f,
    rows: t.rows,
    positions: s,
    targets: l,
    watched: e.watched,
    columns: c,
    vocabulary: new Map([...t.vocabulary, ...e.vocabulary])
  });
}
const Vt = document.getElementById("fathom-reading"), bt = document.getElementById("fathom");
if (Vt && bt) {
  const t = document.getElementById("fathom-other"), e = Xn(Ht(Vt.textContent ?? ""), t ? Ht(t.textContent ?? "") : void 0);
  Hn(bt, e, { page: !0, view: t ? "compare" : "heatmap" }).catch((n) => {
    bt.textContent = `This reading can't be shown: ${n instanceof Error ? n.message : String(n)}`;
  });
}
export {
  N as BadReading,
  Pt as Reading,
  tt as computed,
  $t as decodePack,
  M as effect,
  Ht as fromBase64,
  so as fromJson,
  oo as httpSource,
  Xn as inlineSource,
  io as merge,
  Hn as mount,
  eo as numbers,
  no as readySource,
  E as signal,
  T as token,
  ot as visible
};
